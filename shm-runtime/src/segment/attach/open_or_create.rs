//! Attaching to what is there, creating what is not: both can be overtaken.

use crate::error::{ErrorKind, Result};

/// `attach`, else `create`, until one of them says something definite.
pub(crate) fn open_or_create<T>(
    attach: impl Fn() -> Result<T>,
    create: impl Fn() -> Result<T>,
) -> Result<T> {
    for _ in 0..1000 {
        match attach() {
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Removed) => {}
            other => return other,
        }
        match create() {
            Err(e) if matches!(e.kind(), ErrorKind::Exists | ErrorKind::Removed) => {}
            other => return other,
        }
    }
    attach()
}
