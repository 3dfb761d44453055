//! How programs ask for a segment of a schema: the type it has, and the
//! options of create and attach.

use crate::error::Result;
use crate::segment::attach::attachment::Attachment;
use crate::segment::attach::spec::Spec;
use crate::segment::attach::waiting::attach_waiting;
use crate::segment::os::account::Account;
use crate::segment::os::address::{Address, IntoAddress};
use crate::segment::os::options::Options;
use std::marker::PhantomData;
use std::time::Duration;

/// A segment that a schema declares; generated code implements it.
pub trait SegmentType: Sized {
    /// Its contract and how it is made.
    fn spec() -> Result<&'static Spec>;
    /// The typed handle on an attachment of this very spec.
    #[doc(hidden)]
    fn from_attachment(attachment: Attachment) -> Self;
}

/// Where, how and by whose trust a segment is created or attached.
///
/// ```text
/// let feed = market::Feed::options().address("posix:/other").mode(0o640).create()?;
/// ```
#[derive(Debug)]
#[must_use = "nothing happens before create or attach"]
pub struct OpenOptions<S> {
    address: Option<Result<Address>>,
    mode: Option<u32>,
    exclusive: bool,
    options: Options,
    _segment: PhantomData<fn() -> S>,
}

impl<S: SegmentType> OpenOptions<S> {
    /// The options that the schema gives.
    #[allow(clippy::new_without_default)] // `Feed::options()` is the way
    pub fn new() -> Self {
        Self {
            address: None,
            mode: None,
            exclusive: true,
            options: Options::default(),
            _segment: PhantomData,
        }
    }

    /// Another address than the schema's. Text that is none is an error of
    /// the call that follows.
    pub fn address(mut self, address: impl IntoAddress) -> Self {
        self.address = Some(address.into_address());
        self
    }

    /// Other permissions on create than the schema's: exactly these, whatever
    /// the umask.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Another owner on create, another group or both, by number; `None` leaves
    /// what the schema says, or else what the kernel gives. Needs the privilege
    /// to give files away.
    pub fn owner(mut self, uid: impl Into<Option<u32>>, gid: impl Into<Option<u32>>) -> Self {
        self.options = self.options.owner(uid, gid);
        self
    }

    /// Another owner on create: a name or a number.
    pub fn user(mut self, user: impl Into<Account>) -> Self {
        self.options = self.options.user(user);
        self
    }

    /// Another group on create: a name or a number.
    pub fn group(mut self, group: impl Into<Account>) -> Self {
        self.options = self.options.group(group);
        self
    }

    /// Whether create insists on making a new segment, which it does unless
    /// told `false`; then it attaches to one that is there, without a change.
    pub fn exclusive(mut self, exclusive: bool) -> Self {
        self.exclusive = exclusive;
        self
    }

    /// Attach also if the segment belongs to this user.
    pub fn trust_uid(mut self, uid: u32) -> Self {
        self.options = self.options.trust_uid(uid);
        self
    }

    /// Attach whoever the segment belongs to. Its owner can write anything
    /// into it, and can make it shrink under the reader.
    pub fn trust_any_owner(mut self) -> Self {
        self.options = self.options.trust_any_owner();
        self
    }

    /// Whether a core file of this process has the bytes of the segment. If nothing
    /// is said it has not.
    pub fn core_dump(mut self, core_dump: bool) -> Self {
        self.options = self.options.core_dump(core_dump);
        self
    }

    /// Whether create and attach map every page at once, so that no access
    /// waits for a page fault later. Takes time by the size.
    pub fn prefault(mut self, prefault: bool) -> Self {
        self.options = self.options.prefault(prefault);
        self
    }

    /// Attach waits up to so long for a segment that is not there yet, since
    /// the process that creates it may start later; then
    /// [`NotFound`](crate::ErrorKind::NotFound). Without it, attach does not
    /// wait. Create and open-or-create never do.
    ///
    /// ```text
    /// let feed = market::Feed::options().wait(Duration::from_secs(5)).attach()?;
    /// ```
    pub fn wait(mut self, time: Duration) -> Self {
        self.options = self.options.wait(time);
        self
    }

    /// Create, and open-or-create that creates, give a segment that is removed when its
    /// creator ends: when the last clone of the segment and the last handle of its
    /// objects are dropped. Others who are attached keep the memory, drain the queues
    /// and then get `Removed`. A segment that was there already stays.
    ///
    /// A child that was forked removes nothing. Nor is anything dropped in a process that
    /// is killed (SIGKILL) or calls `exit`: the segment stays, and `shmgen gc` collects
    /// it.
    ///
    /// ```text
    /// let feed = market::Feed::options().remove_on_drop().create()?;
    /// ```
    pub fn remove_on_drop(mut self) -> Self {
        self.options = self.options.remove_on_drop();
        self
    }

    fn resolve(self) -> Result<(&'static Spec, Address, Options)> {
        let spec = S::spec()?;
        let address = self.address.unwrap_or_else(|| Ok(spec.address.clone()))?;
        let mut options = self.options;
        options.mode = self.mode.unwrap_or(spec.mode);
        Ok((spec, address, options))
    }

    /// Creates the segment; [`Exists`](crate::ErrorKind::Exists) if there is
    /// one, unless `exclusive(false)` was said.
    pub fn create(self) -> Result<S> {
        if !self.exclusive {
            return self.open_or_create();
        }
        let (spec, address, options) = self.resolve()?;
        Attachment::create_at(spec, &address, &options).map(S::from_attachment)
    }

    /// Attaches to the segment for reading and writing.
    pub fn attach(self) -> Result<S> {
        let (spec, address, options) = self.resolve()?;
        attach_waiting(&options, || Attachment::attach_at(spec, &address, &options, false))
            .map(S::from_attachment)
    }

    /// Attaches to the segment for reading only: no role can be claimed.
    pub fn attach_read_only(self) -> Result<S> {
        let (spec, address, options) = self.resolve()?;
        attach_waiting(&options, || Attachment::attach_at(spec, &address, &options, true))
            .map(S::from_attachment)
    }

    /// Attaches to the segment, or creates it if there is none.
    pub fn open_or_create(self) -> Result<S> {
        let (spec, address, options) = self.resolve()?;
        Attachment::open_or_create_at(spec, &address, &options).map(S::from_attachment)
    }
}
