//! Memory that is looked at without taking part in it, as far as observers of
//! objects need it.

use crate::error::Result;

/// Bytes of a segment that can be copied out. Others may write them meanwhile.
pub(crate) trait Look {
    /// Copies bytes out of the segment.
    fn read(&self, at: u64, out: &mut [u8]) -> Result<()>;

    /// A word of 64 bits; 0 where there is none.
    fn word(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.read(at, &mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
    }
}
