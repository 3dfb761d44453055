//! Which object an operation failed on. The errors are small and say only why;
//! where one becomes an [`Error`], as `?` does, its text also says what was tried
//! on what, since a thread knows the place of its last failure.
//!
//! Pollers fail a hundred million times a second, on several objects in turn. So a
//! failure stores two words of its thread. The text is looked up when it is asked
//! for, among those of which the thread took a copy at the first failure there.

use crate::error::{Error, ErrorKind};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An object and its segment, in words: `trades of posix:/acme.feed`.
pub(crate) struct Place {
    text: Arc<str>,
    /// The number of the thread that took a copy of the text last.
    keeper: AtomicU64,
}

/// No thread has this number.
const NOBODY: u64 = u64::MAX;

/// How many texts a thread keeps before it forgets those of handles that are gone.
const KEPT: usize = 32;

/// What a thread knows of its last failure.
struct Last {
    /// The number of the thread; 0 before it has one.
    thread: Cell<u64>,
    /// Why, and the address of the text.
    failure: Cell<Option<(ErrorKind, *const u8)>>,
}

thread_local! {
    static LAST: Last = const { Last { thread: Cell::new(0), failure: Cell::new(None) } };
    /// Holds the text of the last failure, and of every handle that says so.
    static TEXTS: RefCell<Vec<Arc<str>>> = const { RefCell::new(Vec::new()) };
}

fn address(text: &Arc<str>) -> *const u8 {
    Arc::as_ptr(text).cast()
}

impl Place {
    pub(crate) fn new(text: String) -> Self {
        Self { text: text.into(), keeper: AtomicU64::new(NOBODY) }
    }

    /// Notes a failure of this thread.
    #[inline]
    pub(crate) fn note(&self, kind: ErrorKind) {
        LAST.with(|last| {
            if self.keeper.load(Ordering::Relaxed) != last.thread.get() {
                self.keep(last);
            }
            last.failure.set(Some((kind, address(&self.text))));
        });
    }

    /// Takes a copy of the text for this thread. One that ends keeps nothing.
    #[cold]
    fn keep(&self, last: &Last) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        if last.thread.get() == 0 {
            last.thread.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        let kept = TEXTS.try_with(|texts| {
            let mut texts = texts.borrow_mut();
            if texts.iter().any(|text| Arc::ptr_eq(text, &self.text)) {
                return;
            }
            if texts.len() >= KEPT {
                let failed = last.failure.get().map(|(_, at)| at);
                texts.retain(|text| Arc::strong_count(text) > 1 || failed == Some(address(text)));
            }
            texts.push(Arc::clone(&self.text));
        });
        if kept.is_ok() {
            self.keeper.store(last.thread.get(), Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The whole error: `cannot push to trades of posix:/acme.feed: the queue is
/// full`. Without a place where the thread failed in another way since.
pub(crate) fn explain(verb: &str, what: &str, kind: ErrorKind, why: &str) -> Error {
    let last = LAST.with(|last| last.failure.take());
    let place = last.filter(|(of, _)| *of == kind).and_then(|(_, at)| {
        let find = |texts: &RefCell<Vec<Arc<str>>>| {
            texts.borrow().iter().find(|text| address(text) == at).cloned()
        };
        TEXTS.try_with(find).ok().flatten()
    });
    let message = match place {
        Some(place) => format!("cannot {verb} {place}: {why}"),
        None => format!("cannot {verb} a {what}: {why}"),
    };
    Error::new(kind, message)
}
