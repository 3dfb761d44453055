//! Memory that is looked at without taking part in it, as far as observers of
//! objects need it.

use crate::error::Result;

/// The word that bytes begin with; 0 where there are fewer than eight.
pub(crate) fn get_word(bytes: &[u8]) -> u64 {
    bytes.get(..8).and_then(|word| word.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// How exactly the messages are counted that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowMany {
    /// All of them, however many words have to be looked at.
    Exactly,
    /// As many as two reads of a fixed size tell of: all, but for those that a
    /// dead producer committed and had no time to count.
    AtLeast,
}

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

/// The first bytes of an object, which hold its single words, copied at once; what
/// lies behind them is read as it is asked for.
pub(crate) struct Head<'a, L> {
    look: &'a L,
    at: u64,
    bytes: [u8; HEAD],
}

/// No object has words of its own behind these.
const HEAD: usize = 0x200;

impl<'a, L: Look> Head<'a, L> {
    /// The head of an object of this many bytes at `at`.
    pub(crate) fn of(look: &'a L, at: u64, size: u64) -> Self {
        let mut bytes = [0; HEAD];
        let len = usize::try_from(size).unwrap_or(HEAD).min(HEAD);
        if look.read(at, &mut bytes[..len]).is_err() {
            bytes = [0; HEAD];
        }
        Self { look, at, bytes }
    }
}

impl<L: Look> Look for Head<'_, L> {
    fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.look.read(at, out)
    }

    fn word(&self, at: u64) -> u64 {
        let known = at.checked_sub(self.at).and_then(|n| usize::try_from(n).ok());
        let known = known.and_then(|n| self.bytes.get(n..n.checked_add(8)?)?.try_into().ok());
        match known {
            Some(bytes) => u64::from_le_bytes(bytes),
            None => self.look.word(at),
        }
    }
}
