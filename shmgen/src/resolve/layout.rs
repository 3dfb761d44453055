//! Layout: fields in the order written, each at its natural alignment, as a C
//! compiler for 64-bit Linux lays them, with a name for every gap.

use crate::model::{Field, Gap, Member, Was};

/// The largest struct, in bytes.
pub(super) const MAX_SIZE: u64 = 1 << 30;

/// A struct that is being laid out.
#[derive(Default)]
pub(super) struct Layout {
    end: u64,
    align: u64,
    members: Vec<Member>,
    gaps: usize,
}

/// The struct became larger than [`MAX_SIZE`].
pub(super) struct TooLarge;

/// Why bytes are free.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Free {
    /// The schema reserves them.
    Reserved,
    /// What follows is aligned.
    Padding,
    /// The struct has an extent.
    Kept,
}

impl Layout {
    /// Places a field; its offset and alignment are filled in.
    pub(super) fn field(&mut self, mut field: Field, align: u64) -> Result<(), TooLarge> {
        let offset = self.end.checked_next_multiple_of(align).ok_or(TooLarge)?;
        self.leave_free(offset - self.end, Free::Padding)?;
        field.offset = offset;
        field.align = align;
        self.end = offset.checked_add(field.size).filter(|e| *e <= MAX_SIZE).ok_or(TooLarge)?;
        self.align = self.align.max(align);
        self.members.push(Member::Field(field));
        Ok(())
    }

    /// Leaves bytes free; those that follow one another are one gap. `names` are
    /// of the fields that lay there.
    pub(super) fn reserve(&mut self, size: u64, names: Vec<String>) -> Result<(), TooLarge> {
        let offset = self.end;
        self.leave_free(size, Free::Reserved)?;
        if let Some(Member::Gap(gap)) = self.members.last_mut()
            && !names.is_empty()
        {
            gap.was.push(Was { offset, size, names });
        }
        Ok(())
    }

    fn leave_free(&mut self, size: u64, why: Free) -> Result<(), TooLarge> {
        if size == 0 {
            return Ok(());
        }
        let offset = self.end;
        self.end = offset.checked_add(size).filter(|e| *e <= MAX_SIZE).ok_or(TooLarge)?;
        let padding = if why == Free::Padding { size } else { 0 };
        let kept = if why == Free::Kept { size } else { 0 };
        if let Some(Member::Gap(gap)) = self.members.last_mut() {
            gap.size += size;
            gap.padding += padding;
            gap.kept += kept;
            return Ok(());
        }
        let name = format!("_reserved{}", self.gaps);
        self.gaps += 1;
        self.members.push(Member::Gap(Gap { name, offset, size, padding, kept, was: vec![] }));
        Ok(())
    }

    /// Where the last member ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The alignment that the fields ask for.
    pub(super) fn natural_align(&self) -> u64 {
        self.align.max(1)
    }

    /// Fills up to the extent, or else to the alignment: size, alignment and
    /// members. An extent is a multiple of the alignment that nothing lies
    /// beyond.
    pub(super) fn finish(
        mut self,
        align: u64,
        extent: Option<u64>,
    ) -> Result<(u64, u64, Vec<Member>), TooLarge> {
        let align = align.max(self.natural_align());
        match extent {
            Some(extent) => self.leave_free(extent.saturating_sub(self.end), Free::Kept)?,
            None => {
                let size = self.end.checked_next_multiple_of(align).ok_or(TooLarge)?;
                self.leave_free(size - self.end, Free::Padding)?;
            }
        }
        Ok((self.end, align, self.members))
    }
}
