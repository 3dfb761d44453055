//! What is known about a segment that is attached.

use super::inspector::Inspector;
use super::stat::{ObjectStat, SegmentStat};
use crate::error::Result;
use crate::segment::attach::access::Kernel;
use crate::segment::attach::attachment::Attachment;
use crate::segment::attach::bare::Segment;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;

impl Segment {
    /// What the system and the segment know of it.
    pub fn stat(&self) -> Result<SegmentStat> {
        inspect(self.kernel(), self.address())?.stat()
    }
}

impl Attachment {
    /// What the system and the segment know of it.
    pub fn stat(&self) -> Result<SegmentStat> {
        inspect(self.kernel(), self.address())?.stat()
    }

    /// What is known about the object at `index` of the contract's objects.
    pub fn object_stat(&self, index: usize) -> Result<ObjectStat> {
        inspect(self.kernel(), self.address())?.object_stat(index)
    }
}

fn inspect(kernel: &Kernel, address: &Address) -> Result<Inspector> {
    match kernel {
        Kernel::Posix(file) | Kernel::Memfd(file) => {
            Inspector::of_file(address, file.require(Attempt::new("inspect", address))?)
        }
        Kernel::Sysv(id) => Inspector::of_attached_sysv(address, *id),
    }
}
