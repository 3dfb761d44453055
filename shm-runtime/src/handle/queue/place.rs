//! Which queue a push or a pop failed on. The errors are small and say only why;
//! where one becomes an [`Error`], as `?` does, its text also says what was tried
//! on what, since a thread keeps the place of its last failure.

use crate::error::{Error, ErrorKind};
use std::cell::RefCell;
use std::sync::Arc;

/// A queue and its segment, in words: `trades of posix:/acme.feed`.
pub(crate) type Place = Arc<str>;

thread_local! {
    static LAST: RefCell<Option<(ErrorKind, Place)>> = const { RefCell::new(None) };
}

/// Keeps the place of a failure. Pollers come here a hundred million times a
/// second, mostly with the place that is kept already.
#[cold]
pub(crate) fn note(kind: ErrorKind, place: &Place) {
    // A thread that ends keeps nothing.
    let _ = LAST.try_with(|last| match &mut *last.borrow_mut() {
        Some((of, kept)) if Arc::ptr_eq(kept, place) => *of = kind,
        other => *other = Some((kind, Arc::clone(place))),
    });
}

/// The whole error: `cannot push to trades of posix:/acme.feed: the queue is
/// full`. Without a place where the thread failed in another way since.
pub(crate) fn explain(verb: &str, kind: ErrorKind, why: &str) -> Error {
    let last = LAST.try_with(|last| last.borrow_mut().take()).ok().flatten();
    let message = match last {
        Some((of, place)) if of == kind => format!("cannot {verb} {place}: {why}"),
        _ => format!("cannot {verb} a queue: {why}"),
    };
    Error::new(kind, message)
}
