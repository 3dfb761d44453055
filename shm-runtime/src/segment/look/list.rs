//! All segments of a machine, as `ls` shows them.

use super::inspector::Inspector;
use super::kernel::{add_pages, of_file_kernel, of_sysv_kernel, outside, peek};
use super::stat::{SegmentStat, SegmentState};
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
        looked.or_else(|why| file_facts(&address, &mappers).map(|stat| outside(stat, &why))).ok()
    };
    all.extend(posix::list().into_iter().filter_map(|name| in_file(Address::Posix(name))));
    for kernel in sysv::list() {
        let address = match kernel.key {
            0 => Address::SysvId(kernel.id),
            key => Address::Sysv(key),
        };
        // Where nobody has written yet, a look would be what makes a page resident.
        let blank = kernel.pages.is_some_and(|p| p.resident == 0 && p.swapped == 0);
        let look = || {
            Inspector::of_sysv(&address, kernel.id)
                .and_then(|i| i.stat_among(&mappers, HowMany::AtLeast))
        };
        let of_kernel = || of_sysv_kernel(&address, &kernel);
        let mut stat = match blank {
            true => of_kernel(),
            false => look().unwrap_or_else(|why| outside(of_kernel(), &why)),
        };
        add_pages(&mut stat.kernel, kernel.pages);
        all.push(stat);
    }
    let memfds = memfd::list().into_iter().map(|found| Address::Memfd(Some((found.pid, found.fd))));
    all.extend(memfds.filter_map(in_file));
    all
}

/// All that is known about the segment at an address, whoever it belongs to: of
/// one that the caller may not read, what the kernel alone says.
pub fn stat(address: &Address) -> Result<SegmentStat> {
    let attempt = Attempt::new("look at", address);
    let options = Options::default().trust_any_owner();
    let id = match address {
        Address::Posix(_) | Address::Memfd(_) => None,
        _ => Some(sysv::find(address, attempt)?),
    };
    let looked = match id {
        // An id leads to it even when it is removed.
        Some(id) if sysv::is_removed(id) => Inspector::of_sysv(address, id),
        _ => Inspector::open(address, &options),
    };
    let why = match looked.and_then(|inspector| inspector.stat()) {
        Ok(stat) => return Ok(stat),
        Err(why) => why,
    };
    let of_kernel = match id {
        None => file_facts(address, &Mappers::find()),
        Some(id) => sysv::stat(id, attempt).map(|kernel| of_sysv_kernel(address, &kernel)).or_else(
            // A process that may not read it may not ask for it either, but see it in the list.
            |error| {
                let found = sysv::list().into_iter().find(|kernel| kernel.id == id);
                let kernel = found.ok_or(error)?;
                let mut stat = of_sysv_kernel(address, &kernel);
                add_pages(&mut stat.kernel, kernel.pages);
                Ok(stat)
            },
        ),
    };
    match of_kernel.map(|stat| outside(stat, &why)) {
        Ok(stat) if stat.state != SegmentState::Foreign => Ok(stat),
        _ => Err(why),
    }
}

/// What is known about a segment that lies in a file and may not be read.
fn file_facts(address: &Address, mappers: &Mappers) -> Result<SegmentStat> {
    let attempt = Attempt::new("look at", address);
    of_file_kernel(address, &peek(address, attempt)?, mappers, attempt)
}
