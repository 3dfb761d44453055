//! Segments by address, whatever lies in them.

use crate::attach::text;
use crate::last_error::{invalid, number};
use shm_runtime::{Address, Segment};
use std::ffi::c_char;

/// Removes the segment at an address.
///
/// # Safety
///
/// `address` is NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_remove(address: *const c_char) -> i32 {
    // SAFETY: as the caller promises.
    let Some(address) = (unsafe { text(address) }) else {
        return invalid("shmrt_remove: the address is no text");
    };
    number(address.parse::<Address>().and_then(|a| Segment::remove_at(&a)))
}
