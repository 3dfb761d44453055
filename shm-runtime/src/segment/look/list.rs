//! All segments of a machine, as `ls` shows them.

use super::inspector::Inspector;
use super::kernel::{add_pages, of_file_kernel, of_sysv_kernel, peek};
use super::stat::SegmentStat;
use crate::error::Result;
use crate::object::look::HowMany;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;
use crate::segment::os::process::Mappers;
use crate::segment::os::{memfd, posix, sysv};

/// Every segment of this machine that the caller can see: POSIX, System V, and
/// the memfds of processes that it may look into, each sorted. Those it may not read with what the kernel alone says.
pub fn list() -> Vec<SegmentStat> {
    let options = Options::default().trust_any_owner();
    let mut all = Vec::new();
    let mappers = Mappers::find();
    let in_file = |address: Address| {
        let looked = Inspector::open(&address, &options)
            .and_then(|i| i.stat_among(&mappers, HowMany::AtLeast));
        // One that fails twice is gone meanwhile.
        looked.or_else(|_| file_facts(&address, &mappers)).ok()
    };
    all.extend(posix::list().into_iter().filter_map(|name| in_file(Address::Posix(name))));
    for kernel in sysv::list() {
        let address = match kernel.key {
            0 => Address::SysvId(kernel.id),
            key => Address::Sysv(key),
        };
        // Where nobody has written yet, a look would be what makes a page resident.
        let blank = kernel.pages.is_some_and(|p| p.resident == 0 && p.swapped == 0);
        let looked = match blank {
            true => None,
            false => Inspector::of_sysv(&address, kernel.id)
                .and_then(|i| i.stat_among(&mappers, HowMany::AtLeast))
                .ok(),
        };
        let mut stat = looked.unwrap_or_else(|| of_sysv_kernel(&address, &kernel));
        add_pages(&mut stat.kernel, kernel.pages);
        all.push(stat);
    }
    let memfds = memfd::list().into_iter().map(|found| Address::Memfd(Some((found.pid, found.fd))));
    all.extend(memfds.filter_map(in_file));
    all
}

/// What can be told of a segment that lies in a file and may not be read.
fn file_facts(address: &Address, mappers: &Mappers) -> Result<SegmentStat> {
    let attempt = Attempt::new("look at", address);
    of_file_kernel(address, &peek(address, attempt)?, mappers, attempt)
}
