//! The system calls that segments need, and whether they can be had: what a
//! sandbox denies, or an old kernel or an emulator lacks. How each is tried lies in
//! `calls`.

#[cfg(segments)]
mod calls;

/// A system call that segments need, and whether it can be had here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The call: `memfd_create`, `fcntl(F_OFD_SETLK)`.
    pub call: &'static str,
    /// Why it cannot be had; `None` if it can.
    pub failure: Option<String>,
    /// Which segments need it: `posix`, `sysv`, `memfd`.
    pub backends: &'static [&'static str],
    /// What is done, and lost, without it; `None` if there is no way round.
    pub instead: Option<&'static str>,
}

/// Tries every system call that segments need, on something of its own, and leaves
/// nothing behind. One that cannot be tried because another failed is left out.
///
/// ```
/// for probe in shm_runtime::probe_calls() {
///     if let Some(why) = probe.failure {
///         println!("{}: {why}", probe.call);
///     }
/// }
/// ```
pub fn probe_calls() -> Vec<Probe> {
    #[cfg(segments)]
    return calls::all();
    #[cfg(not(segments))]
    Vec::new()
}
