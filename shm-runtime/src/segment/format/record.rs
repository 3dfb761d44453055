//! The record of a participant: who is attached, as it stands in the segment.
//!
//! ```text
//! a record, 64 bytes
//!   0  generation u32 | state u32, as one word   (1 live, 2 dead, 3 swept, 0 free)
//!   8  pid u32 | uid u32
//!  16  pid namespace u64
//!  24  attached, ns since 1970 u64
//!  32  program, 16 bytes
//!  48  schema version, 16 bytes
//! ```

use super::header::{get_text, get_u32, get_u64};

pub(crate) const RECORD_SIZE: usize = 64;

/// What the state word of a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordState {
    Free,
    Live,
    Dead,
    Swept,
}

pub(crate) fn pack(generation: u32, state: RecordState) -> u64 {
    u64::from(generation)
        | match state {
            RecordState::Free => 0,
            RecordState::Live => 1 << 32,
            RecordState::Dead => 2 << 32,
            RecordState::Swept => 3 << 32,
        }
}

pub(crate) fn unpack(word: u64) -> (u32, RecordState) {
    #[allow(clippy::cast_possible_truncation)] // the lower half of the word
    let generation = word as u32;
    let state = match word >> 32 {
        1 => RecordState::Live,
        2 => RecordState::Dead,
        3 => RecordState::Swept,
        _ => RecordState::Free,
    };
    (generation, state)
}

/// What a record says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) state: RecordState,
    pub(crate) generation: u32,
    pub(crate) pid: u32,
    pub(crate) uid: u32,
    pub(crate) pid_namespace: u64,
    pub(crate) attached_ns: u64,
    pub(crate) program: String,
    pub(crate) version: String,
}

impl Record {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let (generation, state) = unpack(get_u64(bytes, 0));
        Self {
            state,
            generation,
            pid: get_u32(bytes, 8),
            uid: get_u32(bytes, 12),
            pid_namespace: get_u64(bytes, 16),
            attached_ns: get_u64(bytes, 24),
            program: get_text(&bytes[32..48]),
            version: get_text(&bytes[48..64]),
        }
    }
}
