//! Segments whose bytes were changed by somebody who may write them: sizes,
//! header, directory, contract. Each lie is refused with an error that names it.

use everything::Plain;
use languages::{BOTH, Language};
use places::Place;
use refusals::*;
use shm_runtime::contract::Fingerprint;
use shm_runtime::{Inspector, Options, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{languages, places, refusals};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// A segment, and its file open for writing.
struct Victim {
    place: Place,
    file: std::fs::File,
}

/// Where the numbers lie; see docs/segment-format.md.
const FORMAT: u64 = 8;
const BYTE_ORDER: u64 = 12;
const STATE: u64 = 16;
const HEADER_SIZE: u64 = 20;
const TOTAL_SIZE: u64 = 24;
const FINGERPRINT: u64 = 32;
const CONTRACT: u64 = 48;
const CONTRACT_SIZE: u64 = 56;
const PARTICIPANTS: u64 = 64;
const PARTICIPANTS_COUNT: u64 = 72;
const PARTICIPANTS_STRIDE: u64 = 76;
const DIRECTORY: u64 = 80;
const DIRECTORY_COUNT: u64 = 88;
const DIRECTORY_STRIDE: u64 = 92;
const CREATOR_PID: u64 = 112;
const CREATOR: u64 = 128;
const SCHEMA: u64 = 176;
/// In the directory: the entry of the first object.
const ENTRY: u64 = 512;

impl Victim {
    fn new() -> Self {
        let place = Place::posix();
        drop(Language::Rust.create(&place.text()).unwrap());
        let file = std::fs::File::options().read(true).write(true).open(place.path()).unwrap();
        Self { place, file }
    }

    fn with(at: u64, bytes: &[u8]) -> Self {
        let victim = Self::new();
        victim.put(at, bytes);
        victim
    }

    fn put(&self, at: u64, bytes: &[u8]) {
        self.file.write_all_at(bytes, at).unwrap();
    }

    fn get(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, at).unwrap();
        u64::from_le_bytes(bytes)
    }

    /// Whoever attaches is refused so; create finds the name taken.
    fn is_refused(&self, kind: &str, says: &str) {
        refuses(&ATTACHING, &self.place.text(), kind, says);
        refuses(&[CREATE], &self.place.text(), "Exists", "it exists already");
    }
}

fn u32(n: u32) -> [u8; 4] {
    n.to_le_bytes()
}

fn u64(n: u64) -> [u8; 8] {
    n.to_le_bytes()
}

// --- sizes

#[test]
fn cut_short() {
    let victim = Victim::new();
    victim.file.set_len(Plain::SIZE - 4096).unwrap();
    victim.is_refused("Corrupt", "its header gives another size than the system");
}

#[test]
fn cut_within_the_header() {
    let victim = Victim::new();
    victim.file.set_len(100).unwrap();
    victim.is_refused("Corrupt", "the segment is shorter than a header");
}

#[test]
fn too_long() {
    let victim = Victim::new();
    victim.file.set_len(Plain::SIZE + 1).unwrap();
    victim.is_refused("Corrupt", "its header gives another size than the system");
}

#[test]
fn another_total_size() {
    Victim::with(TOTAL_SIZE, &u64(Plain::SIZE * 2))
        .is_refused("Corrupt", "its header gives another size than the system");
}

// --- what it is

#[test]
fn another_magic() {
    Victim::with(0, b"nogmhs\x1a\n").is_refused("Mismatch", "it has no header of ours");
}

#[test]
fn another_format() {
    Victim::with(FORMAT, &[9, 0, 2, 0])
        .is_refused("Mismatch", "it has segment format 9.2, this program reads 1.x");
}

#[test]
fn another_byte_order() {
    Victim::with(BYTE_ORDER, &0x0A0B_0C0Du32.to_be_bytes())
        .is_refused("Mismatch", "it was made on a machine of the other byte order");
}

#[test]
fn a_byte_order_that_is_none() {
    Victim::with(BYTE_ORDER, &u32(7))
        .is_refused("Corrupt", "the byte-order mark is neither way round");
}

#[test]
fn another_fingerprint() {
    Victim::with(FINGERPRINT, &[0; 16])
        .is_refused("Mismatch", "the fingerprints differ, the contracts do not");
}

// --- its state

#[test]
fn a_state_that_is_none() {
    Victim::with(STATE, &u32(77)).is_refused("Corrupt", "its state is 77");
}

/// A POSIX segment has its name when it is ready: nobody waits for it.
#[test]
fn a_state_that_is_not_ready() {
    for state in [0, 1] {
        let victim = Victim::with(STATE, &u32(state));
        let start = Instant::now();
        victim.is_refused("Corrupt", "its header says that it is not ready");
        assert!(start.elapsed() < Duration::from_secs(2), "it was waited for");
    }
}

/// A memfd is in sight, by way of /proc, from the first moment.
#[test]
fn a_memfd_that_is_not_ready_is_waited_for_while_its_creator_lives() {
    for language in BOTH {
        let made = Plain::options().address("memfd:").create().unwrap();
        let bytes = Segment::attach(made.address()).unwrap();
        let at = made.address().to_string();
        let attach = || language.attach(&at).err();

        bytes.write_at(STATE, &1u32.to_le_bytes()).unwrap();
        let start = Instant::now();
        let waited = std::thread::scope(|scope| {
            let finishes = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(200));
                bytes.write_at(STATE, &2u32.to_le_bytes()).unwrap();
            });
            let answer = attach();
            finishes.join().unwrap();
            answer
        });
        assert!(waited.is_none(), "{language:?}: {waited:?}");
        assert!(start.elapsed() >= Duration::from_millis(200), "{language:?} did not wait");

        bytes.write_at(STATE, &1u32.to_le_bytes()).unwrap();
        let start = Instant::now();
        let refused = attach().unwrap();
        assert_eq!(refused.kind, "Busy", "{language:?}: {refused}");
        assert!(refused.text.contains("has not finished it yet"), "{refused}");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());

        // SAFETY: the child ends at once.
        let gone = match unsafe { nix::unistd::fork() }.unwrap() {
            // SAFETY: as above.
            nix::unistd::ForkResult::Child => unsafe { nix::libc::_exit(0) },
            nix::unistd::ForkResult::Parent { child } => child,
        };
        nix::sys::wait::waitpid(gone, None).unwrap();
        bytes.write_at(CREATOR_PID, &gone.as_raw().to_le_bytes()).unwrap();
        let start = Instant::now();
        let refused = attach().unwrap();
        assert_eq!(refused.kind, "Mismatch", "{language:?}: {refused}");
        assert!(refused.text.contains("died before it was ready"), "{refused}");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
}

#[test]
fn a_state_of_the_removed() {
    let victim = Victim::with(STATE, &u32(3));
    refuses(&[ATTACH, READ_ONLY], &victim.place.text(), "Removed", "it was removed");
}

// --- where things lie

#[test]
fn a_header_of_another_size() {
    Victim::with(HEADER_SIZE, &u32(1024))
        .is_refused("Corrupt", "the header has another size than 512");
}

#[test]
fn strides_of_another_size() {
    for at in [PARTICIPANTS_STRIDE, DIRECTORY_STRIDE] {
        Victim::with(at, &u32(32))
            .is_refused("Corrupt", "directory or participants have another stride than 64");
    }
}

#[test]
fn parts_that_are_not_aligned() {
    for at in [CONTRACT, PARTICIPANTS, DIRECTORY] {
        let victim = Victim::new();
        victim.put(at, &u64(victim.get(at) + 8));
        victim.is_refused("Corrupt", "a part is not aligned to 64 bytes");
    }
}

#[test]
fn parts_that_overlap() {
    for at in [CONTRACT, PARTICIPANTS, DIRECTORY] {
        Victim::with(at, &u64(0)).is_refused("Corrupt", "parts overlap");
    }
    let victim = Victim::new();
    victim.put(DIRECTORY, &u64(victim.get(PARTICIPANTS)));
    victim.is_refused("Corrupt", "parts overlap");
}

#[test]
fn parts_that_end_behind_the_last_address() {
    Victim::with(CONTRACT, &u64(u64::MAX - 63)).is_refused("Corrupt", "a part's end overflows");
}

#[test]
fn parts_that_lie_outside() {
    Victim::with(CONTRACT, &u64(Plain::SIZE))
        .is_refused("Corrupt", "a part lies outside the segment");
    Victim::with(PARTICIPANTS, &u64(Plain::SIZE * 4))
        .is_refused("Corrupt", "a part lies outside the segment");
}

// --- how many there are

#[test]
fn too_many_participants() {
    Victim::with(PARTICIPANTS_COUNT, &u32(u32::MAX)).is_refused("Corrupt", "too many participants");
}

#[test]
fn no_participants() {
    Victim::with(PARTICIPANTS_COUNT, &u32(0)).is_refused("Corrupt", "no participants");
}

#[test]
fn more_participants_than_there_is_room_for() {
    // Up to the first object, and into it.
    Victim::with(PARTICIPANTS_COUNT, &u32(100))
        .is_refused("Corrupt", "an object overlaps another part or is not aligned");
}

#[test]
fn another_number_of_objects() {
    Victim::with(DIRECTORY_COUNT, &u32(2))
        .is_refused("Corrupt", "it has another number of objects than the contract");
    Victim::with(DIRECTORY_COUNT, &u32(4)).is_refused("Corrupt", "parts overlap");
}

#[test]
fn a_contract_that_is_too_long() {
    Victim::with(CONTRACT_SIZE, &u64(u64::MAX)).is_refused("Corrupt", "too long a contract");
}

// --- the directory

#[test]
fn an_object_of_another_kind() {
    Victim::with(ENTRY, &u32(2))
        .is_refused("Corrupt", "an object has another kind or size than the contract says");
}

#[test]
fn an_object_of_another_size() {
    let victim = Victim::new();
    victim.put(ENTRY + 16, &u64(victim.get(ENTRY + 16) - 64));
    victim.is_refused("Corrupt", "an object has another kind or size than the contract says");
}

#[test]
fn an_object_that_overlaps_the_header() {
    Victim::with(ENTRY + 8, &u64(0))
        .is_refused("Corrupt", "an object overlaps another part or is not aligned");
}

#[test]
fn an_object_that_is_not_aligned() {
    let victim = Victim::new();
    victim.put(ENTRY + 8, &u64(victim.get(ENTRY + 8) + 64));
    victim.is_refused("Corrupt", "an object overlaps another part or is not aligned");
}

#[test]
fn an_object_in_the_place_of_another() {
    let victim = Victim::new();
    victim.put(ENTRY + 64 + 8, &u64(victim.get(ENTRY + 8)));
    victim.is_refused("Corrupt", "an object overlaps another part or is not aligned");
}

#[test]
fn an_object_that_lies_outside() {
    for offset in [Plain::SIZE, u64::MAX - 127] {
        Victim::with(ENTRY + 8, &u64(offset))
            .is_refused("Corrupt", "an object lies outside its place");
    }
}

// --- the contract

#[test]
fn a_contract_of_rubbish() {
    let victim = Victim::with(FINGERPRINT, &[7; 16]);
    let size = victim.get(CONTRACT_SIZE) as usize;
    victim.put(victim.get(CONTRACT), &vec![0xff; size]);
    victim.is_refused("Mismatch", "contract is damaged");
}

#[test]
fn a_contract_that_is_cut_short() {
    let victim = Victim::with(FINGERPRINT, &[7; 16]);
    victim.put(CONTRACT_SIZE, &u64(victim.get(CONTRACT_SIZE) / 2));
    victim.is_refused("Mismatch", "contract is damaged");
}

#[test]
fn a_contract_of_nothing() {
    let victim = Victim::with(FINGERPRINT, &[7; 16]);
    victim.put(CONTRACT_SIZE, &u64(0));
    victim.is_refused("Mismatch", "contract is damaged");
}

/// What is whole, by its fingerprint, and says more than this version knows, is of a
/// later one; the same with another fingerprint is damage, in Rust.
#[test]
fn a_contract_of_a_later_version() {
    let victim = Victim::new();
    let mut contract = vec![0; victim.get(CONTRACT_SIZE) as usize];
    victim.file.read_exact_at(&mut contract, victim.get(CONTRACT)).unwrap();
    // The record of the first object: a letter, four bytes of length, two of the name's.
    let record = |w: &[u8]| w[0] == b'Q' && w.ends_with(b"\x06\0levels");
    let at = contract.windows(13).position(record).unwrap();
    contract[at] = b'Z';
    victim.put(victim.get(CONTRACT), &contract);
    let fingerprint = Fingerprint::of_bytes(&contract).0;
    victim.put(FINGERPRINT, &fingerprint);
    victim.is_refused("Mismatch", "it was made by a newer shmgen");
    victim.is_refused("Mismatch", "a record of the kind `Z`");
    let look = Inspector::open(&victim.place.0, &Options::default()).unwrap();
    let fault = look.fault().unwrap().to_string();
    assert!(fault.starts_with("it was made by a newer shmgen"), "{fault}");
    victim.put(FINGERPRINT, &[7; 16]);
    let look = Inspector::open(&victim.place.0, &Options::default()).unwrap();
    let fault = look.fault().unwrap().to_string();
    assert!(fault.starts_with("the contract is damaged"), "{fault}");
}

/// Three forms of each: records within records, lengths, text.
#[test]
fn contracts_that_lie_about_themselves() {
    let victim = Victim::with(FINGERPRINT, &[7; 16]);
    let size = victim.get(CONTRACT_SIZE) as usize;
    let mut good = vec![0; size];
    victim.file.read_exact_at(&mut good, victim.get(CONTRACT)).unwrap();
    let patched = |at: usize, bytes: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + bytes.len()].copy_from_slice(bytes);
        bad
    };
    let nested = |tag: u8| {
        // Each record holds the next one, to the end.
        let mut bad = good.clone();
        for (k, at) in (0..size - 5).step_by(5).enumerate() {
            bad[at] = if k == 0 { b'S' } else { tag };
            bad[at + 1..at + 5].copy_from_slice(&u32((size - at - 5) as u32));
        }
        bad
    };
    let cases = [
        nested(b'T'),
        nested(b'U'),
        nested(b'K'),
        patched(1, &u32(u32::MAX)),
        patched(1, &u32(0)),
        patched(1, &u32(size as u32 - 6)),
        patched(5, &[0xff, 0xff]),
        patched(7, &[0xff, 0xfe]),
        patched(5, &[0, 0]),
    ];
    for bad in cases {
        victim.put(victim.get(CONTRACT), &bad);
        for language in BOTH {
            let refused = language.attach(&victim.place.text()).err().unwrap();
            assert_eq!(refused.kind, "Mismatch", "{language:?}: {refused}");
        }
        let look = Inspector::open(&victim.place.0, &Options::default()).unwrap();
        assert!(look.fault().is_some() && look.contract().is_none());
        let stat = look.stat().unwrap();
        assert!(stat.objects.is_empty());
    }
}

/// `refuses` looks that nothing of it comes out as it is.
#[test]
fn names_that_command_a_terminal() {
    let victim = Victim::with(FINGERPRINT, &[7; 16]);
    victim.put(SCHEMA, "\x1b[2J\u{202e}evil\u{9b}31m\0".as_bytes());
    victim.put(CREATOR, b"\x1b]0;you\x07\0");
    victim.is_refused("Mismatch", "\\u{1b}[2J\\u{202e}evil\\u{9b}31m");
    victim.is_refused("Mismatch", "\\u{1b}]0;you\\u{7}");
}
