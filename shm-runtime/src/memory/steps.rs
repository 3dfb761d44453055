//! Death at a numbered step, for tests. With `--cfg crashpoints` each store to a
//! segment and each wake-up is a step, and the process kills itself with SIGKILL
//! before the one that it was told. Without it, nothing is left of this.

/// A store to a segment, or a wake-up, comes next.
#[cfg(not(all(crashpoints, segments)))]
#[inline(always)]
#[allow(clippy::inline_always)] // nothing is left
pub(crate) fn step() {}

#[cfg(all(crashpoints, segments))]
pub(crate) use armed::step;
#[cfg(all(crashpoints, segments))]
pub use armed::{kill_before, taken};

#[cfg(all(crashpoints, segments))]
mod armed {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    /// Steps since [`kill_before`].
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    /// The last one; 0: none.
    static LAST: AtomicU64 = AtomicU64::new(0);

    /// Kills the process before its `n`th step from now on, counted from 1; 0 is none.
    pub fn kill_before(n: u64) {
        TAKEN.store(0, Relaxed);
        LAST.store(n, Relaxed);
    }

    /// The steps since then.
    pub fn taken() -> u64 {
        TAKEN.load(Relaxed)
    }

    pub(crate) fn step() {
        use nix::libc;
        if TAKEN.fetch_add(1, Relaxed) + 1 == LAST.load(Relaxed) {
            // SAFETY: no memory is involved, and nothing comes after it.
            unsafe { libc::raise(libc::SIGKILL) };
        }
    }
}
