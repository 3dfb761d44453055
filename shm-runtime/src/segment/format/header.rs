//! The header of a segment of ours, and the directory behind it: offsets and
//! how they are read from bytes that nobody vouches for.
//!
//! ```text
//!    0  magic "shmgen\x1a\n"
//!    8  format major u16 | minor u16        12  byte order 0x0A0B0C0D
//!   16  state u32                           20  header size u32
//!   24  total size u64
//!   32  fingerprint, 16 bytes
//!   48  contract offset u64                 56  contract size u64
//!   64  participants offset u64             72  count u32 | stride u32
//!   80  directory offset u64                88  count u32 | stride u32
//!   96  birth mark u64                     104  created, ns since 1970 u64
//!  112  creator: pid u32 | uid u32         120  pid namespace u64
//!  128  creator's program, 16 bytes        144  tool version, 16 bytes
//!  160  schema version, 16 bytes
//!  176  schema name, 128 bytes
//!  304  segment name, 64 bytes
//!  368  zero up to 512
//! ```
//!
//! Text is padded with NULs. A directory entry is 64 bytes: kind u32, zero u32,
//! offset u64, size u64, zero.

use crate::memory::Mapping;
use crate::types::fingerprint::Fingerprint;
use std::sync::atomic::Ordering;

/// The first eight bytes of every segment of ours.
pub const MAGIC: [u8; 8] = *b"shmgen\x1a\n";
/// The format's major version; another one cannot be read.
pub const FORMAT_MAJOR: u16 = 1;
/// The format's minor version; a greater one can be read.
pub const FORMAT_MINOR: u16 = 0;
/// Reads differently on a machine of the other byte order.
pub const BYTE_ORDER: u32 = 0x0A0B_0C0D;
/// Bytes of the header.
pub const HEADER_SIZE: usize = 512;
/// Bytes of a directory entry.
pub const ENTRY_SIZE: usize = 64;
/// Where the state word lies.
pub const STATE: u64 = 16;
/// The longest schema name in bytes.
pub const SCHEMA_NAME_MAX: usize = 127;
/// The longest segment name in bytes.
pub const SEGMENT_NAME_MAX: usize = 63;
/// The longest version in bytes.
pub const VERSION_MAX: usize = 15;
/// The longest contract in bytes.
pub const CONTRACT_MAX: u64 = 16 << 20;
pub use crate::object::role::PARTICIPANTS_MAX;

/// What the state word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was written yet.
    Uninitialised,
    /// Its creator is at work.
    Initialising,
    /// Ready for use.
    Ready,
    /// Removed; attached peers drain it.
    Retired,
    /// No state of this format.
    Unknown(u32),
}

impl State {
    /// From the state word.
    pub const fn from_word(word: u32) -> Self {
        match word {
            0 => Self::Uninitialised,
            1 => Self::Initialising,
            2 => Self::Ready,
            3 => Self::Retired,
            other => Self::Unknown(other),
        }
    }

    /// As the state word.
    pub const fn word(self) -> u32 {
        match self {
            Self::Uninitialised => 0,
            Self::Initialising => 1,
            Self::Ready => 2,
            Self::Retired => 3,
            Self::Unknown(other) => other,
        }
    }
}

/// A private copy of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are those of the diagram above
pub struct Header {
    pub format_major: u16,
    pub format_minor: u16,
    pub byte_order: u32,
    pub state: State,
    pub header_size: u32,
    pub total_size: u64,
    pub fingerprint: Fingerprint,
    pub contract_offset: u64,
    pub contract_size: u64,
    pub participants_offset: u64,
    pub participants_count: u32,
    pub participants_stride: u32,
    pub directory_offset: u64,
    pub directory_count: u32,
    pub directory_stride: u32,
    pub birth_mark: u64,
    pub created_ns: u64,
    pub creator_pid: u32,
    pub creator_uid: u32,
    pub creator_pid_namespace: u64,
    pub creator_program: String,
    pub tool_version: String,
    pub schema_version: String,
    pub schema_name: String,
    pub segment_name: String,
}

/// Why bytes are not a header that this version can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// No magic: the segment is bare, or somebody else's.
    Foreign,
    /// Made on a machine of the other byte order.
    ByteOrder,
    /// Of another major version of the format.
    Format(u16, u16),
    /// The numbers do not fit together; which.
    Damaged(&'static str),
}

impl Header {
    /// Reads a header. Only its form is checked here; see [`Self::check`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderFault> {
        if bytes.len() < 8 || bytes[..8] != MAGIC {
            return Err(HeaderFault::Foreign);
        }
        if bytes.len() < HEADER_SIZE {
            return Err(HeaderFault::Damaged("the segment is shorter than a header"));
        }
        let byte_order = get_u32(bytes, 12);
        if byte_order == BYTE_ORDER.swap_bytes() {
            return Err(HeaderFault::ByteOrder);
        }
        let (major, minor) = (get_u16(bytes, 8), get_u16(bytes, 10));
        if major != FORMAT_MAJOR {
            return Err(HeaderFault::Format(major, minor));
        }
        if byte_order != BYTE_ORDER {
            return Err(HeaderFault::Damaged("the byte-order mark is neither way round"));
        }
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&bytes[32..48]);
        Ok(Self {
            format_major: major,
            format_minor: minor,
            byte_order,
            state: State::from_word(get_u32(bytes, 16)),
            header_size: get_u32(bytes, 20),
            total_size: get_u64(bytes, 24),
            fingerprint: Fingerprint(fingerprint),
            contract_offset: get_u64(bytes, 48),
            contract_size: get_u64(bytes, 56),
            participants_offset: get_u64(bytes, 64),
            participants_count: get_u32(bytes, 72),
            participants_stride: get_u32(bytes, 76),
            directory_offset: get_u64(bytes, 80),
            directory_count: get_u32(bytes, 88),
            directory_stride: get_u32(bytes, 92),
            birth_mark: get_u64(bytes, 96),
            created_ns: get_u64(bytes, 104),
            creator_pid: get_u32(bytes, 112),
            creator_uid: get_u32(bytes, 116),
            creator_pid_namespace: get_u64(bytes, 120),
            creator_program: get_text(&bytes[128..144]),
            tool_version: get_text(&bytes[144..160]),
            schema_version: get_text(&bytes[160..176]),
            schema_name: get_text(&bytes[176..304]),
            segment_name: get_text(&bytes[304..368]),
        })
    }

    /// Whether all parts lie within `size` bytes and do not overlap, each
    /// number checked before it is used.
    pub fn check(&self, size: u64) -> Result<(), HeaderFault> {
        let fault = |what| Err(HeaderFault::Damaged(what));
        if self.total_size != size {
            return fault("its header gives another size than the system");
        }
        if self.header_size as usize != HEADER_SIZE {
            return fault("the header has another size than 512");
        }
        if self.directory_stride != 64 || self.participants_stride != 64 {
            return fault("directory or participants have another stride than 64");
        }
        // Of one that is half born, its state tells what is the matter.
        if self.participants_count == 0 && self.state != State::Initialising {
            return fault("it has no participants");
        }
        if self.participants_count > PARTICIPANTS_MAX || self.contract_size > CONTRACT_MAX {
            return fault("too many participants, or too long a contract");
        }
        let mut parts = [
            (0, HEADER_SIZE as u64),
            (self.directory_offset, u64::from(self.directory_count) * 64),
            (self.participants_offset, u64::from(self.participants_count) * 64),
            (self.contract_offset, self.contract_size),
        ];
        if parts.iter().any(|(offset, _)| offset % 64 != 0) {
            return fault("a part is not aligned to 64 bytes");
        }
        parts.sort_unstable();
        let mut end = 0u64;
        for (offset, size) in parts {
            if offset < end {
                return fault("parts overlap");
            }
            end = match offset.checked_add(size) {
                Some(end) => end,
                None => return fault("a part's end overflows"),
            };
        }
        if end > size {
            return fault("a part lies outside the segment");
        }
        Ok(())
    }

    /// The bytes of the header, with this state.
    pub fn to_bytes(&self) -> [u8; 512] {
        let mut out = [0; 512];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &MAGIC);
        put(8, &self.format_major.to_le_bytes());
        put(10, &self.format_minor.to_le_bytes());
        put(12, &self.byte_order.to_le_bytes());
        put(16, &self.state.word().to_le_bytes());
        put(20, &self.header_size.to_le_bytes());
        put(24, &self.total_size.to_le_bytes());
        put(32, &self.fingerprint.0);
        put(48, &self.contract_offset.to_le_bytes());
        put(56, &self.contract_size.to_le_bytes());
        put(64, &self.participants_offset.to_le_bytes());
        put(72, &self.participants_count.to_le_bytes());
        put(76, &self.participants_stride.to_le_bytes());
        put(80, &self.directory_offset.to_le_bytes());
        put(88, &self.directory_count.to_le_bytes());
        put(92, &self.directory_stride.to_le_bytes());
        put(96, &self.birth_mark.to_le_bytes());
        put(104, &self.created_ns.to_le_bytes());
        put(112, &self.creator_pid.to_le_bytes());
        put(116, &self.creator_uid.to_le_bytes());
        put(120, &self.creator_pid_namespace.to_le_bytes());
        put(128, clip(&self.creator_program, 15));
        put(144, clip(&self.tool_version, VERSION_MAX));
        put(160, clip(&self.schema_version, VERSION_MAX));
        put(176, clip(&self.schema_name, SCHEMA_NAME_MAX));
        put(304, clip(&self.segment_name, SEGMENT_NAME_MAX));
        out
    }
}

/// Whether these first bytes of a segment of `size` bytes are what a creator
/// leaves behind that is killed before the magic is there: nothing, or a header
/// that breaks off anywhere. It is written from byte 8 on, one after the other.
#[cfg(segments)]
pub(crate) fn breaks_off(head: &[u8; HEADER_SIZE], size: u64) -> bool {
    let Some(last) = head.iter().rposition(|byte| *byte != 0) else {
        return true;
    };
    let mut start = [0; 32];
    start[8..10].copy_from_slice(&FORMAT_MAJOR.to_le_bytes());
    start[10..12].copy_from_slice(&FORMAT_MINOR.to_le_bytes());
    start[12..16].copy_from_slice(&BYTE_ORDER.to_le_bytes());
    start[16..20].copy_from_slice(&State::Uninitialised.word().to_le_bytes());
    start[20..24].copy_from_slice(&512u32.to_le_bytes());
    start[24..32].copy_from_slice(&size.to_le_bytes());
    let written = start.len().min(last + 1);
    head[..written] == start[..written]
}

/// Writes the header of a segment that is not ready yet.
pub(crate) fn begin(mapping: &Mapping, header: &[u8; HEADER_SIZE]) -> crate::error::Result<()> {
    // The magic last, by one store; whoever sees it also sees the whole header.
    mapping.write(8, &header[8..])?;
    mapping.store_u64(0, u64::from_le_bytes(MAGIC), Ordering::Release)?;
    mapping.store_u32(STATE, State::Initialising.word(), Ordering::Release)
}

/// An entry of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The kind of object: see [`ObjectLayout::kind_number`](crate::ObjectLayout::kind_number).
    pub kind: u32,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub size: u64,
}

impl Entry {
    /// Reads an entry from its 64 bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        Self { kind: get_u32(bytes, 0), offset: get_u64(bytes, 8), size: get_u64(bytes, 16) }
    }

    /// The 64 bytes of the entry.
    pub fn to_bytes(self) -> [u8; 64] {
        let mut out = [0; 64];
        out[..4].copy_from_slice(&self.kind.to_le_bytes());
        out[8..16].copy_from_slice(&self.offset.to_le_bytes());
        out[16..24].copy_from_slice(&self.size.to_le_bytes());
        out
    }
}

/// Text of at most `max` bytes, cut at a character.
pub(crate) fn clip(text: &str, max: usize) -> &[u8] {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text.as_bytes()[..end]
}

/// Text up to the first NUL; what is not UTF-8 is replaced.
pub(crate) fn get_text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

pub(crate) fn get_u16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn get_u32(bytes: &[u8], at: usize) -> u32 {
    let mut out = [0; 4];
    out.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(out)
}

pub(crate) fn get_u64(bytes: &[u8], at: usize) -> u64 {
    let mut out = [0; 8];
    out.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(out)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    const SIZE: u64 = 8192;

    type Change = fn(&mut Header);

    fn header() -> Header {
        Header {
            format_major: FORMAT_MAJOR,
            format_minor: FORMAT_MINOR,
            byte_order: BYTE_ORDER,
            state: State::Ready,
            header_size: 512,
            total_size: SIZE,
            fingerprint: Fingerprint([7; 16]),
            contract_offset: 4096,
            contract_size: 4000,
            participants_offset: 640,
            participants_count: 8,
            participants_stride: 64,
            directory_offset: 512,
            directory_count: 2,
            directory_stride: 64,
            birth_mark: 1,
            created_ns: 2,
            creator_pid: 3,
            creator_uid: 4,
            creator_pid_namespace: 5,
            creator_program: "engine".to_owned(),
            tool_version: "0.1.0".to_owned(),
            schema_version: "2.1".to_owned(),
            schema_name: "acme.market".to_owned(),
            segment_name: "feed".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Header::parse(&header().to_bytes()), Ok(header()));
        assert_eq!(header().check(SIZE), Ok(()));
    }

    #[test]
    fn each_number_that_cannot_be_is_refused() {
        let cases: [(&str, Change); 15] = [
            ("another size than the system", |h| h.total_size -= 1),
            ("another size than 512", |h| h.header_size = 256),
            ("another stride", |h| h.directory_stride = 32),
            ("another stride", |h| h.participants_stride = 128),
            ("no participants", |h| h.participants_count = 0),
            ("too many participants", |h| h.participants_count = PARTICIPANTS_MAX + 1),
            ("too long a contract", |h| h.contract_size = CONTRACT_MAX + 1),
            ("not aligned", |h| h.directory_offset += 8),
            ("not aligned", |h| h.contract_offset += 63),
            ("overlap", |h| h.directory_offset = 448),
            ("overlap", |h| h.participants_offset = 576),
            ("overlap", |h| h.participants_count = 1000),
            ("overflows", |h| h.contract_offset = u64::MAX - 63),
            ("outside", |h| h.contract_size = SIZE - 4096 + 1),
            ("outside", |h| h.contract_offset = SIZE),
        ];
        for (why, change) in cases {
            let mut changed = header();
            change(&mut changed);
            match changed.check(SIZE) {
                Err(HeaderFault::Damaged(what)) => assert!(what.contains(why), "{why}: {what}"),
                other => panic!("{why}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_header_is_told_by_its_form() {
        let parse = |at: usize, byte: u8| {
            let mut bytes = header().to_bytes();
            bytes[at] = byte;
            Header::parse(&bytes)
        };
        assert_eq!(parse(7, 0), Err(HeaderFault::Foreign));
        assert_eq!(parse(8, 9), Err(HeaderFault::Format(9, 0)));
        assert!(parse(10, 9).is_ok(), "a later minor version is read");
        assert!(matches!(parse(12, 0), Err(HeaderFault::Damaged(_))));
        let mut turned = header().to_bytes();
        turned[12..16].reverse();
        assert_eq!(Header::parse(&turned), Err(HeaderFault::ByteOrder));
        assert!(matches!(Header::parse(&turned[..511]), Err(HeaderFault::Damaged(_))));
    }
}
