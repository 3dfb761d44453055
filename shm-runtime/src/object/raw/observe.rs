//! Looking at raw bytes without taking part.

use super::layout::RawLayout;
use crate::error::Result;
use crate::object::look::Look;

/// The first bytes, at most `limit`.
pub(crate) fn bytes(look: &impl Look, at: u64, raw: &RawLayout, limit: usize) -> Result<Vec<u8>> {
    let count = usize::try_from(raw.bytes).unwrap_or(usize::MAX).min(limit);
    let mut bytes = vec![0; count];
    look.read(at, &mut bytes)?;
    Ok(bytes)
}
