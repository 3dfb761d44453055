//! The bytes of any segment, for an operator: copied in and out without taking
//! part in it, and, for POSIX, without mapping it, so that a segment which
//! shrinks meanwhile is an error and no signal.

use crate::error::{ErrorKind, Result};
use crate::segment::attach::access::Opened;
use crate::segment::format::header::MAGIC;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;

/// The bytes of a segment; see [`SegmentBytes::open`].
pub struct SegmentBytes {
    opened: Opened,
    read_only: bool,
}

impl SegmentBytes {
    /// Opens a segment for reading its bytes.
    pub fn open(address: &Address, options: &Options) -> Result<Self> {
        Self::new(address, true, options, "read")
    }

    /// Opens a segment for reading and writing its bytes.
    pub fn open_writable(address: &Address, options: &Options) -> Result<Self> {
        Self::new(address, false, options, "write to")
    }

    fn new(
        address: &Address,
        read_only: bool,
        options: &Options,
        verb: &'static str,
    ) -> Result<Self> {
        let opened = Opened::open(address, read_only, options, Attempt::new(verb, address))?;
        Ok(Self { opened, read_only })
    }

    /// Bytes of the segment when it was opened.
    pub fn size(&self) -> u64 {
        self.opened.size
    }

    /// Whether it begins as a segment of ours does, and so is not bare.
    pub fn is_ours(&self) -> bool {
        let mut magic = [0; 8];
        self.size() >= 8 && self.opened.read(0, &mut magic).is_ok() && magic == MAGIC
    }

    /// Copies bytes out. What another process writes meanwhile may be seen in
    /// parts.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        self.check(offset, out.len() as u64)?;
        self.opened.read(offset, out)
    }

    /// Copies bytes in, with no regard to what lies there.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let attempt = Attempt::new("write to", &self.opened.address);
        self.check(offset, bytes.len() as u64)?;
        if self.read_only {
            return Err(attempt.fail(ErrorKind::ReadOnly, "it was opened for reading"));
        }
        self.opened.write(offset, bytes, attempt)
    }

    /// Refuses a range that is not within the segment.
    pub fn check(&self, offset: u64, len: u64) -> Result<()> {
        let verb = if self.read_only { "read" } else { "write to" };
        match offset.checked_add(len) {
            Some(end) if end <= self.size() => Ok(()),
            _ => {
                let why = format!("{len} bytes at {offset} lie outside its {} bytes", self.size());
                Err(Attempt::new(verb, &self.opened.address).fail(ErrorKind::Invalid, why))
            }
        }
    }
}

impl std::fmt::Debug for SegmentBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SegmentBytes")
            .field("address", &self.opened.address)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}
