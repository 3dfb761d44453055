//! What a handle points to: a value that may be closed while other threads are
//! in calls with it.
//!
//! Closing and freeing are two steps. `close` ends the value, at once or, where
//! calls are in it, at the end of the last of these; later calls find it closed.
//! The memory of the handle itself stays until it is freed, which the caller
//! does when nobody can call any more. So no call meets memory that is gone, and
//! nobody waits for anybody: not a close for a call, and not a forked child for
//! a thread that it does not have.

use crate::last_error::invalid;
use std::cell::UnsafeCell;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

/// No call gets in any more. The bits below [`GONE`] count those that are in.
const CLOSED: u32 = 1 << 31;
/// Closed, and the value is dropped.
const GONE: u32 = 1 << 30;

/// A value that can be closed under those who use it.
#[allow(missing_debug_implementations)] // opaque
pub struct Gate<T> {
    word: AtomicU32,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: a shared gate gives out shared references only, and drops the value in
// whatever thread leaves last.
unsafe impl<T: Send + Sync> Sync for Gate<T> {}

impl<T> Gate<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { word: AtomicU32::new(0), value: UnsafeCell::new(Some(value)) }
    }

    /// Runs a call with the value; `Err` is the status of one that is closed.
    pub(crate) fn with<R>(&self, call: impl FnOnce(&T) -> R) -> Result<R, i32> {
        self.enter().map(|inside| call(&inside)).ok_or_else(closed)
    }

    /// The same for calls whose answer is a status.
    pub(crate) fn status(&self, call: impl FnOnce(&T) -> i32) -> i32 {
        self.with(call).unwrap_or_else(|status| status)
    }

    /// `None` if it is closed.
    #[inline]
    fn enter(&self) -> Option<Inside<'_, T>> {
        // Acquire: what the thread that made it wrote.
        let before = self.word.fetch_add(1, Ordering::Acquire);
        let inside = Inside { gate: self };
        // One that comes late was counted all the same, and leaves again.
        (before & CLOSED == 0).then_some(inside)
    }

    /// Ends the value, as soon as nobody is in a call with it. May be called
    /// twice.
    pub(crate) fn close(&self) {
        self.word.fetch_or(CLOSED, Ordering::AcqRel);
        self.drop_if_unused();
    }

    fn drop_if_unused(&self) {
        let gone = CLOSED | GONE;
        // Acquire pairs with the release of those who left: they are done.
        let won = self.word.compare_exchange(CLOSED, gone, Ordering::AcqRel, Ordering::Relaxed);
        if won.is_ok() {
            // SAFETY: nobody is inside, nobody gets in, and one thread wins.
            drop(unsafe { &mut *self.value.get() }.take());
        }
    }
}

/// A call that is in.
struct Inside<'a, T> {
    gate: &'a Gate<T>,
}

impl<T> Deref for Inside<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: counted before the gate was closed, so nobody drops it yet.
        match unsafe { &*self.gate.value.get() } {
            Some(value) => value,
            None => unreachable!("a value is there while a call is in"),
        }
    }
}

impl<T> Drop for Inside<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let before = self.gate.word.fetch_sub(1, Ordering::AcqRel);
        if before == CLOSED | 1 {
            self.gate.drop_if_unused();
        }
    }
}

/// The status of a call with a handle that was closed.
pub(crate) fn closed() -> i32 {
    invalid("it was closed by another thread")
}

/// Hands a value out by a handle.
///
/// # Safety
///
/// `out` may be written.
pub(crate) unsafe fn hand_out<T>(value: T, out: *mut *mut Gate<T>) {
    // SAFETY: as the caller promises.
    unsafe { *out = Box::into_raw(Box::new(Gate::new(value))) };
}

/// Closes a handle, and leaves its memory.
///
/// # Safety
///
/// `handle` is NULL or a handle that is not freed yet.
pub(crate) unsafe fn close<T>(handle: *const Gate<T>) {
    // SAFETY: as the caller promises.
    if let Some(gate) = unsafe { handle.as_ref() } {
        gate.close();
    }
}

/// Frees a handle, closing it if it is not closed.
///
/// # Safety
///
/// `handle` is NULL or a handle that is not freed yet, no call is in it, and
/// none comes.
pub(crate) unsafe fn free<T>(handle: *mut Gate<T>) {
    if !handle.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { Box::from_raw(handle) });
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Arc, Barrier};

    /// Counts its end, and that nobody meets it behind that.
    struct Value(Arc<AtomicUsize>);

    impl Drop for Value {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn the_last_call_ends_what_was_closed_under_it() {
        let ends = Arc::new(AtomicUsize::new(0));
        let gate = Gate::new(Value(Arc::clone(&ends)));
        let seen = gate.with(|value| {
            gate.close();
            // Closed twice, and entered again, while this call is in.
            gate.close();
            assert!(gate.enter().is_none());
            value.0.load(Ordering::SeqCst)
        });
        assert_eq!((seen, ends.load(Ordering::SeqCst)), (Ok(0), 1));
        assert!(gate.with(|_| ()).is_err());
        gate.close();
        drop(gate);
        assert_eq!(ends.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn threads_that_come_while_another_one_closes_get_in_or_are_told() {
        for _ in 0..200 {
            let ends = Arc::new(AtomicUsize::new(0));
            let gate = Gate::new(Value(Arc::clone(&ends)));
            let start = Barrier::new(3);
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        start.wait();
                        while let Ok(ended) = gate.with(|v| v.0.load(Ordering::SeqCst)) {
                            assert_eq!(ended, 0);
                        }
                    });
                }
                start.wait();
                gate.close();
            });
            assert_eq!(ends.load(Ordering::SeqCst), 1);
        }
    }
}
