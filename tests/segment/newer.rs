//! Segments that a newer version made: refused as such, and not as damaged.

use everything::Plain;
use places::Place;
use shm_runtime::{ErrorKind, Fingerprint, Inspector, Options, SegmentState};
use shmgen_test_support::places;
use shmgen_test_support::schemas::everything;
use std::os::unix::fs::FileExt;

/// Where the numbers lie; see docs/segment-format.md.
const FINGERPRINT: u64 = 32;
const CONTRACT: u64 = 48;
const CONTRACT_SIZE: u64 = 56;
/// In the directory: the entry of the first object.
const ENTRY: u64 = 512;
/// Tags that no version of this format has given a meaning yet.
const UNKNOWN: u8 = b'z';

/// A segment of which some bytes are changed, and the fingerprint with its contract.
struct Changed {
    place: Place,
    file: std::fs::File,
}

impl Changed {
    fn new() -> Self {
        let place = Place::posix();
        drop(Plain::options().address(&place.0).create().unwrap());
        let file = std::fs::File::options().read(true).write(true).open(place.path()).unwrap();
        Self { place, file }
    }

    fn number(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, at).unwrap();
        u64::from_le_bytes(bytes)
    }

    /// Gives the first record at the top that is one of these another tag.
    fn retag(&self, tags: &[u8], tag: u8) {
        let mut contract = vec![0; self.number(CONTRACT_SIZE) as usize];
        self.file.read_exact_at(&mut contract, self.number(CONTRACT)).unwrap();
        let number = |at: usize, size| {
            let mut bytes = [0; 4];
            bytes[..size].copy_from_slice(&contract[at..at + size]);
            u32::from_le_bytes(bytes) as usize
        };
        // Behind tag and length of the whole, and two texts.
        let mut at = 5;
        (0..2).for_each(|_| at += 2 + number(at, 2));
        while !tags.contains(&contract[at]) {
            at += 5 + number(at + 1, 4);
        }
        contract[at] = tag;
        self.file.write_all_at(&contract, self.number(CONTRACT)).unwrap();
        self.file.write_all_at(&Fingerprint::of_bytes(&contract).0, FINGERPRINT).unwrap();
    }

    /// What attach says, and what a look does.
    fn texts(&self) -> [(ErrorKind, String); 2] {
        let refused = Plain::options().address(&self.place.0).attach().map(drop).unwrap_err();
        let inspector = Inspector::open(&self.place.0, &Options::default()).unwrap();
        assert!(inspector.contract().is_none());
        assert_ne!(inspector.stat().unwrap().state, SegmentState::Damaged);
        let fault = inspector.fault().unwrap();
        [(refused.kind(), refused.to_string()), (fault.kind(), fault.to_string())]
    }
}

#[test]
fn an_unknown_record_is_a_newer_versions() {
    // A type, and an object.
    for tags in [&b"TEFU"[..], b"Q"] {
        let changed = Changed::new();
        changed.retag(tags, UNKNOWN);
        for (kind, text) in changed.texts() {
            assert_eq!(kind, ErrorKind::Mismatch, "{text}");
            let says =
                "its contract has a record of the kind `z`, which this version does not know";
            assert!(text.contains("made by a newer shmgen") && text.contains(says), "{text}");
            assert!(!text.contains("damaged"), "{text}");
        }
    }
}

/// Its header says that nobody wrote it so.
#[test]
fn an_unknown_record_under_another_fingerprint_is_damage() {
    let changed = Changed::new();
    changed.retag(b"Q", UNKNOWN);
    changed.file.write_all_at(&[7; 16], FINGERPRINT).unwrap();
    let [(_, refused), (kind, looked)] = changed.texts();
    assert_eq!(kind, ErrorKind::Corrupt);
    for text in [refused, looked] {
        assert!(text.contains("the contract is damaged") && !text.contains("newer"), "{text}");
    }
}

#[test]
fn an_unknown_number_in_the_directory_is_a_newer_versions() {
    let changed = Changed::new();
    changed.file.write_all_at(&99u32.to_le_bytes(), ENTRY).unwrap();
    for (kind, text) in changed.texts() {
        assert_eq!(kind, ErrorKind::Mismatch, "{text}");
        assert!(text.contains("it was made by a newer shmgen ("), "{text}");
        assert!(text.contains("is of another kind in its directory, which this"), "{text}");
        assert!(text.contains("update this program's shmgen"), "{text}");
    }
}
