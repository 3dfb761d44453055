// [57 lines as in ../struct/schema.rs]

/// The segment `feed`: 8192 bytes, at `posix:/golden.feed` unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `stop` (event)
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Debug)]
pub struct Feed(::shm_runtime::Attachment);

#[rustfmt::skip]
impl ::shm_runtime::SegmentType for Feed {
    fn spec() -> ::shm_runtime::Result<&'static ::shm_runtime::Spec> {
        static SPEC_: ::shm_runtime::__private::SpecCell = ::shm_runtime::__private::SpecCell::new();
        SPEC_.get_or_decode(Self::CONTRACT, "1.0", || {
            ::shm_runtime::Setup::at("posix:/golden.feed").mode(0o600).participants(64)
        })
    }

    fn from_attachment(attachment_: ::shm_runtime::Attachment) -> Self {
        Self(attachment_)
    }
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Feed {
    /// What the bytes of the segment mean, in the canonical form that lies in it.
    pub const CONTRACT: &'static [u8] = b"S\x19\x00\x00\x00\x06\x00golden\x04\x00feedN\x06\x00\x00\x00\x04\x00stop";

    /// Bytes of the whole segment.
    pub const SIZE: u64 = 8192;

    /// Creates the segment; an error if there is one.
    pub fn create() -> ::shm_runtime::Result<Self> {
        Self::options().create()
    }

    /// Attaches to the segment; an error if there is none, or one of another contract.
    pub fn attach() -> ::shm_runtime::Result<Self> {
        Self::options().attach()
    }

    /// Attaches to the segment for reading only.
    pub fn attach_read_only() -> ::shm_runtime::Result<Self> {
        Self::options().attach_read_only()
    }

    /// Attaches to the segment, or creates it if there is none.
    pub fn open_or_create() -> ::shm_runtime::Result<Self> {
        Self::options().open_or_create()
    }

    /// Another address, other permissions, other trust.
    pub fn options() -> ::shm_runtime::OpenOptions<Self> {
        ::shm_runtime::OpenOptions::new()
    }

    /// Where the segment is.
    #[must_use]
    pub fn address(&self) -> &::shm_runtime::Address {
        self.0.address()
    }

    /// A new descriptor of a segment in a memfd, to be handed to another process.
    #[cfg(unix)]
    pub fn descriptor(&self) -> ::shm_runtime::Result<::std::os::fd::OwnedFd> {
        self.0.descriptor()
    }

    /// What the system and the segment know of it.
    pub fn stat(&self) -> ::shm_runtime::Result<::shm_runtime::SegmentStat> {
        self.0.stat()
    }

    /// Changes owner and permissions.
    pub fn set(&self, owner_: ::shm_runtime::Owner) -> ::shm_runtime::Result<()> {
        self.0.set(owner_)
    }

    /// Takes the segment's name away. Attached processes keep the memory.
    pub fn remove(&self) -> ::shm_runtime::Result<()> {
        self.0.remove()
    }
}
