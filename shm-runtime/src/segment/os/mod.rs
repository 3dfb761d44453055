//! The operating system: addresses, users, processes, and segments as the kernel
//! has them (POSIX, System V, memfd). All system calls of the crate but the futex are made here.
//!
//! Where there are no segments, `elsewhere` stands in for the modules that
//! call it.

pub(crate) mod account;
pub(crate) mod address;
#[cfg(target_os = "linux")]
#[cfg_attr(not(segments), allow(dead_code))]
pub(crate) mod descriptor;
pub(crate) mod failure;
#[cfg(target_os = "linux")]
pub mod fd;
pub(crate) mod fork;
pub(crate) mod liveness;
pub(crate) mod options;
pub(crate) mod probe;

#[cfg(segments)]
pub(crate) mod errno;
#[cfg(segments)]
pub(crate) mod file;
#[cfg(segments)]
pub(crate) mod huge;
#[cfg(segments)]
pub(crate) mod kept;
#[cfg(target_os = "linux")]
#[cfg_attr(not(segments), allow(dead_code))]
pub(crate) mod limits;
#[cfg(segments)]
pub(crate) mod locks;
#[cfg(segments)]
pub(crate) mod memfd;
#[cfg(segments)]
pub(crate) mod nobody;
#[cfg(segments)]
pub(crate) mod pidfds;
#[cfg(segments)]
pub(crate) mod posix;
#[cfg(segments)]
pub(crate) mod process;
#[cfg(segments)]
pub(crate) mod resident;
#[cfg(segments)]
pub(crate) mod room;
#[cfg(segments)]
pub(crate) mod sysv;

#[cfg(not(segments))]
mod elsewhere;
#[cfg(not(segments))]
pub(crate) use elsewhere::{
    file, huge, kept, locks, memfd, nobody, pidfds, posix, process, resident, sysv,
};
