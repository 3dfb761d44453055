//! Looking at a value that others may overwrite meanwhile, as often as it takes.

/// How often a reader retries before it says that somebody lies. A look has to be
/// retried where the value was overwritten in the time of its copy, or where its
/// processor was taken away for that long: thousands in a row are no coincidence.
pub(crate) const LOOKS: u32 = 4096;

/// Nothing was found whole in [`LOOKS`] looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Restless;

/// Looks once, and if nothing was found whole, again.
#[inline]
pub(crate) fn until_whole<T>(mut look: impl FnMut() -> Option<T>) -> Result<T, Restless> {
    match look() {
        Some(found) => Ok(found),
        None => again(look),
    }
}

#[cold]
#[inline(never)]
fn again<T>(mut look: impl FnMut() -> Option<T>) -> Result<T, Restless> {
    for _ in 1..LOOKS {
        if let Some(found) = look() {
            return Ok(found);
        }
        std::hint::spin_loop();
    }
    Err(Restless)
}
