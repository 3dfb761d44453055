//! What happens to segments, as events of the crate `tracing` with the feature of
//! that name; else nothing. Never of a message: a push or a pop has no event.
//!
//! The target is `shm_runtime`. What was created, attached and claimed is at
//! `DEBUG`, what was removed at `INFO`, a death at `WARN`.

use std::fmt::Display;

/// One event, of what was done.
macro_rules! event {
    ($level:ident, $what:literal, $subject:ident $(, $more:ident)*) => {{
        #[cfg(feature = "tracing")]
        tracing::event!(
            target: "shm_runtime",
            tracing::Level::$level,
            $subject = %$subject,
            $($more,)*
            $what
        );
        #[cfg(not(feature = "tracing"))]
        let _ = ($subject, $($more),*);
    }};
}

/// A segment was created and attached.
pub(crate) fn created(address: &dyn Display) {
    event!(DEBUG, "created", address);
}

/// A segment was attached.
pub(crate) fn attached(address: &dyn Display, read_only: bool) {
    event!(DEBUG, "attached", address, read_only);
}

/// A part in a segment was given up.
pub(crate) fn detached(address: &dyn Display) {
    event!(DEBUG, "detached", address);
}

/// A role was claimed; from a dead holder, maybe.
pub(crate) fn claimed(address: &dyn Display, role: &str, from_the_dead: bool) {
    event!(DEBUG, "role claimed", address, role, from_the_dead);
}

/// What a dead participant held was given up for it.
pub(crate) fn swept(address: &dyn Display, participant: u32) {
    event!(WARN, "swept up after a dead participant", address, participant);
}

/// The name of a segment was taken away by a process that is attached to it.
pub(crate) fn removed(address: &dyn Display) {
    event!(INFO, "removed", address);
}

/// What nobody used was removed.
pub(crate) fn collected(name: &dyn Display) {
    event!(INFO, "leftover removed", name);
}
