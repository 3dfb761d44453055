//! The two sides of a cell, or of an array of cells, for values that are bytes: what
//! the typed handles and the C ABI build on. Here the logic meets waiting, forks and
//! removal.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::LOOK_PERIOD;
use crate::memory::{Area, Mapped, MappedArea, MappedFlag, MappedReadArea};
use crate::object::cell::layout::{AnyCell, CellLayout, FLAG, SLOT_COUNT, WRITER_ROLE};
use crate::object::cell::logic::{self, Pen, Spot};
use crate::object::clock::Limiter;
use crate::object::kind::ObjectLayout;
use crate::object::looks::LOOKS;
use crate::object::role::Previous;
use crate::object::wait::{notify, until, wake_regardless};
use crate::segment::{Attachment, RoleGuard};
use std::time::Duration;

/// A cell, or an array of cells, in a segment, to be read by anybody who is
/// attached, for reading only as well. Values are this many bytes.
///
/// Cells are numbered from 0, which is the only one where it is no array. A number
/// that is not less than [`Self::count`], and a value of another length than
/// [`Self::item_size`], are mistakes of the caller and panic.
#[derive(Clone)]
pub struct RawCell {
    area: MappedReadArea,
    layout: CellLayout,
    item: usize,
    count: u32,
    is_array: bool,
    offset: u64,
    attachment: Attachment,
    index: usize,
}

impl RawCell {
    /// The object at `index` of the attachment's contract.
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        let place = attachment.place(index)?;
        let (layout, count, is_array) = match place.layout {
            ObjectLayout::Cell(AnyCell::One(layout)) => (layout, 1, false),
            ObjectLayout::Cell(AnyCell::Array(all, layout)) => (layout, all.count, true),
            _ => {
                let name = attachment.object_name(index);
                let why = format!("{name} of {} is no cell", attachment.address());
                return Err(Error::new(ErrorKind::Invalid, why));
            }
        };
        let area = attachment.mapping().read_area(place.offset, place.layout.size())?;
        let Ok(item) = usize::try_from(layout.item) else {
            let why = "the values are too large for this system";
            return Err(Error::new(ErrorKind::Unsupported, why));
        };
        let (offset, attachment) = (place.offset, attachment.clone());
        Ok(Self { area, layout, item, count, is_array, offset, attachment, index })
    }

    /// Bytes of a value.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// How many cells there are; 1 if it is no array.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether it is an array, which may be one of a single cell.
    pub fn is_array(&self) -> bool {
        self.is_array
    }

    pub(crate) fn attachment(&self) -> &Attachment {
        &self.attachment
    }

    /// Copies the latest value of cell `at` out; its version. Zero bytes and 0 where
    /// none was ever stored.
    #[inline]
    pub fn load(&self, at: u32, value: &mut [u8]) -> Result<u64> {
        let spot = self.spot(at, value);
        if self.attachment.is_forked() {
            return Err(self.attachment.forked());
        }
        logic::load::<Mapped, SLOT_COUNT>(&self.area, spot, value).map_err(|_| self.restless(at))
    }

    /// One look of [`Self::load`]: false where the value was overwritten meanwhile.
    /// For benchmarks, which count those.
    #[doc(hidden)]
    #[inline]
    pub fn look(&self, at: u32, value: &mut [u8]) -> bool {
        let spot = self.spot(at, value);
        logic::look::<Mapped, SLOT_COUNT>(&self.area, spot, value).is_some()
    }

    /// The version of cell `at` that was stored last; 0: none yet.
    pub fn version(&self, at: u32) -> u64 {
        logic::version(&self.area, self.spot_of(at))
    }

    #[inline]
    fn spot_of(&self, at: u32) -> Spot {
        assert!(at < self.count, "one of these cells");
        Spot::of(&self.layout, at)
    }

    /// The same, for a value of it.
    #[inline]
    fn spot(&self, at: u32, value: &[u8]) -> Spot {
        assert!(value.len() == self.item, "a value of one of these cells");
        self.spot_of(at)
    }

    /// Waits until cell `at` has a greater version than `known`, so long at most;
    /// `None` waits without end. Then as [`Self::load`].
    ///
    /// An attachment that may only read cannot be woken: it looks every 1 to 10 ms.
    pub fn wait_newer(
        &self,
        at: u32,
        known: u64,
        value: &mut [u8],
        timeout: Option<Duration>,
    ) -> Result<u64> {
        let spot = self.spot(at, value);
        let attachment = &self.attachment;
        if attachment.is_forked() {
            return Err(attachment.forked());
        }
        let flag = self.flag(at)?;
        let mut limiter = Limiter::new(LOOK_PERIOD);
        let answer = until::<Mapped, _>(
            flag.as_ref(),
            timeout,
            || {
                // Asked before the look: what was stored before the removal is read.
                let removed = attachment.is_removed();
                if logic::version(&self.area, spot) > known {
                    match self.load(at, value) {
                        Ok(version) if version <= known => {} // somebody lies
                        answer => return Some(answer),
                    }
                }
                if attachment.is_forked() {
                    return Some(Err(attachment.forked()));
                }
                removed.then(|| {
                    let why = "the segment was removed, and no newer value comes";
                    Err(self.fail(ErrorKind::Removed, "wait for", at, why))
                })
            },
            |slept| {
                if limiter.is_due_now() {
                    attachment.look_around(slept);
                }
            },
        );
        answer.unwrap_or_else(|| {
            let why = "no newer value came in time";
            Err(self.fail(ErrorKind::Timeout, "wait for", at, why))
        })
    }

    /// What readers of cell `at` sleep on; `None` for a process that may only read.
    fn flag(&self, at: u32) -> Result<Option<MappedFlag>> {
        if self.attachment.is_read_only() {
            return Ok(None);
        }
        let offset = self.offset + u64::from(at) * self.layout.size + FLAG;
        self.attachment.mapping().flag(offset).map(Some)
    }

    /// `book of posix:/acme.feed`, the whole object.
    pub(crate) fn all_in_words(&self) -> String {
        format!("{} of {}", self.attachment.object_name(self.index), self.attachment.address())
    }

    /// The same of one cell: `quotes[3] of ..` in an array.
    pub(crate) fn in_words(&self, at: u32) -> String {
        if !self.is_array {
            return self.all_in_words();
        }
        let name = self.attachment.object_name(self.index);
        format!("{name}[{at}] of {}", self.attachment.address())
    }

    #[cold]
    fn fail(&self, kind: ErrorKind, verb: &str, at: u32, why: &str) -> Error {
        Error::new(kind, format!("cannot {verb} {}: {why}", self.in_words(at)))
    }

    #[cold]
    fn restless(&self, at: u32) -> Error {
        let why = format!(
            "it is damaged: in {LOOKS} looks its latest value was never whole, which no writer of \
             this runtime brings about"
        );
        self.fail(ErrorKind::Corrupt, "load", at, &why)
    }
}

/// The one writer of a cell, or of all cells of an array. The role is given up on
/// drop. Cells are numbered, and values sized, as in [`RawCell`].
pub struct RawCellWriter {
    area: MappedArea,
    cells: Vec<Own>,
    item: usize,
    cell: RawCell,
    limiter: Limiter,
    role: RoleGuard,
}

/// What the writer holds of one cell.
struct Own {
    pen: Pen,
    flag: MappedFlag,
}

impl RawCellWriter {
    /// Claims the role at `index` of the attachment's objects.
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        Self::claim(&RawCell::of_attachment(attachment, index)?)
    }

    pub(crate) fn claim(cell: &RawCell) -> Result<Self> {
        let attachment = &cell.attachment;
        let what = format!("the writer of {}", attachment.object_name(cell.index));
        let (role, previous) = attachment.claim_role(cell.offset + WRITER_ROLE, &what)?;
        let mapping = attachment.mapping();
        let area = mapping.area(cell.offset, u64::from(cell.count) * cell.layout.size)?;
        let own = |at: u32| {
            let pen = Pen::take_over(&area, Spot::of(&cell.layout, at));
            let flag = mapping.flag(cell.offset + u64::from(at) * cell.layout.size + FLAG)?;
            if previous == Previous::Died {
                // It may have stored what they wait for, and not notified.
                wake_regardless(&flag);
            }
            Ok(Own { pen, flag })
        };
        let cells = (0..cell.count).map(own).collect::<Result<_>>()?;
        let limiter = Limiter::new(LOOK_PERIOD);
        Ok(Self { area, cells, item: cell.item, cell: cell.clone(), limiter, role })
    }

    /// Bytes of a value.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// How many cells there are; 1 if it is no array.
    pub fn count(&self) -> usize {
        self.cells.len()
    }

    /// The version of cell `at` that was stored last; 0: none yet.
    pub fn version(&self, at: usize) -> u64 {
        self.cells[at].pen.version()
    }

    /// Whether this is no child of the process that attached, and the segment is still
    /// there. A writer never waits, so each store asks; the system is asked once in a
    /// millisecond.
    #[inline]
    fn check(&mut self, at: usize) -> Result<()> {
        let attachment = self.role.attachment();
        if attachment.is_forked() {
            return Err(attachment.forked());
        }
        if !attachment.is_removed() && self.limiter.is_due() {
            attachment.look_around(false);
        }
        if attachment.is_removed() { Err(self.removed(at)) } else { Ok(()) }
    }

    #[cold]
    fn removed(&self, at: usize) -> Error {
        let why = "the segment was removed, and nobody finds the value there; create it anew, or \
                   attach to the one that has its name now";
        self.cell.fail(ErrorKind::Removed, "store into", u32::try_from(at).unwrap_or(0), why)
    }

    /// Stores a value into cell `at`. Readers see it when this returns, and who
    /// waits for one is woken.
    ///
    /// # Panics
    ///
    /// If the value has not as many bytes as one of these cells.
    #[inline]
    pub fn store(&mut self, at: usize, value: &[u8]) -> Result<()> {
        assert!(value.len() == self.item, "a value of one of these cells");
        self.check(at)?;
        let own = &mut self.cells[at];
        own.pen.store::<Mapped>(&self.area, value);
        notify::<Mapped>(&own.flag);
        Ok(())
    }

    /// Begins a value of cell `at`, which [`Self::fill`] writes and [`Self::commit`]
    /// publishes: the word that it starts at, of which all holds zeros.
    pub(crate) fn begin(&mut self, at: usize) -> Result<usize> {
        const ZEROS: [u8; 1024] = [0; 1024];
        self.check(at)?;
        let start = self.cells[at].pen.begin::<Mapped>(&self.area);
        for done in (0..self.item).step_by(ZEROS.len()) {
            let n = (self.item - done).min(ZEROS.len());
            self.area.write(start + done / 8, &ZEROS[..n]);
        }
        Ok(start)
    }

    /// Writes a part of what was begun: of the value that starts at that word, from
    /// `offset` bytes on.
    pub(crate) fn fill(&self, start: usize, offset: usize, bytes: &[u8]) {
        assert!(offset + bytes.len() <= self.item, "a part of the value");
        self.area.write_part(start, offset, bytes);
    }

    pub(crate) fn commit(&mut self, at: usize) {
        let own = &mut self.cells[at];
        own.pen.commit(&self.area);
        notify::<Mapped>(&own.flag);
    }
}
