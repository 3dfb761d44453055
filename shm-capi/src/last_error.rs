//! The last failure of a thread.

use crate::status;
use shm_runtime::{Error, ErrorKind, Result};
use std::cell::RefCell;
use std::ffi::c_char;

thread_local! {
    static LAST: RefCell<(String, i32)> = const { RefCell::new((String::new(), 0)) };
}

/// Remembers a failure and gives its number.
pub(crate) fn remember(error: &Error) -> i32 {
    LAST.with(|last| {
        *last.borrow_mut() = (error.to_string(), error.raw_os_error().unwrap_or(0));
    });
    status::of(error.kind())
}

/// Remembers a mistake of the caller.
pub(crate) fn invalid(what: &str) -> i32 {
    refuse(ErrorKind::Invalid, what)
}

/// Remembers what this library itself refuses, and gives its number.
pub(crate) fn refuse(kind: ErrorKind, what: &str) -> i32 {
    LAST.with(|last| *last.borrow_mut() = (what.to_owned(), 0));
    status::of(kind)
}

/// The number of a result, remembering its failure.
pub(crate) fn number(result: Result<()>) -> i32 {
    result.map_or_else(|e| remember(&e), |()| status::OK)
}

/// Copies text out, cut to what fits with a NUL behind it; its whole length.
///
/// # Safety
///
/// `out` has room for `size` bytes.
pub(crate) unsafe fn copy_text(text: &str, out: *mut c_char, size: usize) -> usize {
    if !out.is_null() && size > 0 {
        let n = text.len().min(size - 1);
        // SAFETY: `n` bytes of the text, and less than `size` bytes of `out`.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), out.cast(), n);
            *out.add(n) = 0;
        }
    }
    text.len()
}

/// Copies the text of this thread's last failure out; its whole length.
///
/// # Safety
///
/// `out` has room for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_last_error(out: *mut c_char, size: usize) -> usize {
    // SAFETY: as the caller promises.
    LAST.with(|last| unsafe { copy_text(&last.borrow().0, out, size) })
}

/// The errno of this thread's last failure, 0 if it has none.
#[unsafe(no_mangle)]
pub extern "C" fn shmrt_last_errno() -> i32 {
    LAST.with(|last| last.borrow().1)
}
