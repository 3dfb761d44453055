//! Whether who holds a participant record is alive, as the kernel tells by locks
//! and pids.

use super::locks;
use super::process::{pid_is_dead, pid_namespace};
use crate::segment::format::record::Record;
use std::fs::File;

/// Whether the holder of a record whose state is live is dead, as far as can
/// be determined; unknown counts as alive. `file` carries the locks.
pub(crate) fn holder_is_dead(file: Option<&File>, index: u32, record: &Record) -> bool {
    let unlocked = file.is_some_and(|f| !locks::is_write_locked(f, i64::from(index)));
    unlocked || is_gone(record)
}

/// Whether the process that a record names is known to be gone. Only asked where
/// the pid counts in the caller's namespace.
fn is_gone(record: &Record) -> bool {
    record.pid_namespace != 0 && record.pid_namespace == pid_namespace() && pid_is_dead(record.pid)
}
