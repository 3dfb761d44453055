//! Objects of every kind: what Rust, C and Python make of them is the same to
//! the byte, and nobody touches what he has no business with.

use children::{say, wait_for_end_of_stdin};
use dice::Dice;
use objects::{Every, WithoutHandles};
use places::Place;
use shm_runtime::contract::{
    CellDef, Contract, CounterDef, EventDef, Flow, ObjectDef, ObjectKind, Primitive, QueueDef,
    RawDef, RingDef, Side, StateDef, StreamDef, TopicDef, TypeExpr, explain,
};
use shm_runtime::header::{Entry, Header};
use shm_runtime::{
    Attachment, ErrorKind, Inspector, ObjectLayout, Options, Segment, Setup, Spec, TryPopError,
    json,
};
use shmgen_test_support::schemas::objects;
use shmgen_test_support::{children, dice, places, tools};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

children!(take_part, hostile);

/// The folder with what is generated, and the program tests/c/objects.c in it,
/// with sanitizers and without.
fn generated() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tools::scratch("objects");
        tools::generate(&tools::root().join("tests/schemas/objects.toml"), &folder);
        for (name, more) in [
            ("plain", &["-O2"][..]),
            ("checked", &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"]),
        ] {
            tools::run(
                Command::new("gcc")
                    .arg("-std=c11")
                    .args(more)
                    .args(tools::C_WARNINGS)
                    .arg("-I")
                    .arg(&folder)
                    .arg(tools::root().join("tests/c/objects.c"))
                    .arg("-o")
                    .arg(folder.join(name)),
            );
        }
        folder
    })
}

fn c(program: &str, mode: &str, argument: impl AsRef<std::ffi::OsStr>) -> String {
    let mut command = Command::new(generated().join(program));
    let done = tools::run(command.arg(mode).arg(argument));
    String::from_utf8(done.stdout).unwrap()
}

fn python(script: &str, address: &str) {
    let mut command = tools::python_with(generated());
    tools::run(command.args(["-W", "error", "-c", script, address]));
}

/// The bytes of a segment without what says who made it and when: creator,
/// birth mark and times in the header, and the participants' records.
fn anonymous(place: &Place) -> Vec<u8> {
    let mut bytes = std::fs::read(place.path()).unwrap();
    let header = Header::parse(&bytes).unwrap();
    bytes[96..160].fill(0);
    let records = header.participants_offset as usize;
    bytes[records..records + header.participants_count as usize * 64].fill(0);
    bytes
}

fn entries(bytes: &[u8]) -> Vec<Entry> {
    let header = Header::parse(bytes).unwrap();
    let directory = &bytes[header.directory_offset as usize..];
    directory.chunks(64).take(header.directory_count as usize).map(Entry::parse).collect()
}

#[test]
fn rust_c_and_python_create_the_same_bytes() {
    let places = [Place::posix(), Place::posix(), Place::posix(), Place::posix()];
    drop(Every::options().address(&places[0].0).create().unwrap());
    c("plain", "create", places[1].text());
    let script = "import objects, sys; objects.Every.create(sys.argv[1]).close()";
    python(script, &places[2].text());
    let schema = tools::root().join("tests/schemas/objects.toml");
    let address = places[3].text();
    let mut command = tools::shmgen();
    command.args(["create", &address, "--segment", "every", "--schema"]).arg(&schema);
    tools::run(&mut command);
    let [rust, others @ ..] = places.each_ref().map(anonymous);
    assert_eq!(rust.len() as u64, Every::SIZE);
    for (who, bytes) in ["C", "Python", "the command"].iter().zip(&others) {
        let at = (0..rust.len()).find(|&n| rust.len() != bytes.len() || rust[n] != bytes[n]);
        assert_eq!(at, None, "{who} differs from Rust");
    }
    let entries = entries(&rust);
    let kinds: Vec<u32> = entries.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 13, 9, 10, 11, 12, 12, 14]);
    for entry in &entries {
        let object = &rust[entry.offset as usize..(entry.offset + entry.size) as usize];
        assert!(object.iter().all(|byte| *byte == 0), "zero is the first state of each");
        assert_eq!(entry.offset % if entry.size == 777 { 1024 } else { 128 }, 0);
    }
}

#[test]
fn each_language_attaches_to_what_the_others_made() {
    for place in Place::both() {
        let address = place.text();
        let attach = "import objects, sys\n\
                      objects.Every.attach(sys.argv[1]).close()\n\
                      objects.Every.attach(sys.argv[1], read_only=True).close()\n\
                      with objects.Every.open_or_create(sys.argv[1]) as every:\n    \
                      kinds = {o['kind'] for o in every.stat()['objects']}\n    \
                      assert len(kinds) == 9, kinds\n    \
                      assert hasattr(every, 'latest') and not hasattr(every, 'news')\n    \
                      every.unlink()";
        c("plain", "create", &address);
        c("plain", "attach", &address);
        let every = Every::options().address(&place.0).attach().unwrap();
        assert_eq!(every.stat().unwrap().objects.len(), 18);
        drop(Every::options().address(&place.0).attach_read_only().unwrap());
        drop(Every::options().address(&place.0).open_or_create().unwrap());
        python(attach, &address);
        drop(every);
        drop(Every::options().address(&place.0).open_or_create().unwrap());
        c("plain", "attach", &address);
    }
    let place = Place::sysv();
    let made = WithoutHandles::options().address(&place.0).open_or_create().unwrap();
    let facts = &made.stat().unwrap().objects[1].facts;
    assert_eq!(facts.numbers.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_handle_of_a_queue_on_another_kind_is_refused() {
    let place = Place::posix();
    let contract = Contract::decode(Every::CONTRACT).unwrap();
    let spec = Spec::new(contract, "1.0", Setup::at(&place.0).participants(8)).unwrap();
    let made = Attachment::create(&spec, &Options::default()).unwrap();
    assert!(shm_runtime::queue::RawProducer::of_attachment(&made, 0).is_ok());
    for index in 1..18 {
        let error = shm_runtime::queue::RawProducer::of_attachment(&made, index).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let name = &spec.contract().objects[index].name;
        let expected =
            format!("{name} of {} is no queue from one producer to one consumer", place.text());
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn c_refuses_a_spec_whose_numbers_do_not_fit_together() {
    let place = Place::posix();
    assert_eq!(c("checked", "refuse", place.text()), format!("{}\n", 18 * 9 * 2));
    assert!(!Path::new(&place.path()).exists());
}

/// One of the numbers that geometry turns on, or near it.
fn size(dice: &mut Dice) -> u64 {
    let near = dice.roll(9).wrapping_sub(4);
    match dice.roll(5) {
        0 => dice.roll(300),
        1 => 8 * dice.roll(100_000),
        2 => (1u64 << dice.roll(64)).wrapping_add(near),
        3 => u64::MAX.wrapping_sub(dice.roll(1000)),
        _ => dice.roll(1 << 31),
    }
}

fn bytes_of(n: u64) -> TypeExpr {
    TypeExpr::Bytes(n)
}

/// A kind by its number in the directory.
fn kind(number: u64, lanes: u32, item: u64, capacity: u64) -> ObjectKind {
    let queue = |flow| ObjectKind::Queue(QueueDef { item: bytes_of(item), capacity, flow });
    match number {
        1 => queue(Flow::OneToOne),
        2 => queue(Flow::Lanes(lanes)),
        3 => queue(Flow::Owned { producers: Side::Many, consumers: Side::One, redeliver: true }),
        4 => ObjectKind::Ring(RingDef { bytes: capacity, lanes: None }),
        5 => ObjectKind::Ring(RingDef { bytes: capacity, lanes: Some(lanes) }),
        6 => ObjectKind::Stream(StreamDef::of_bytes(capacity)),
        14 => ObjectKind::Stream(StreamDef::of_items(bytes_of(item), capacity)),
        7 => ObjectKind::Topic(TopicDef { item: bytes_of(item), capacity }),
        8 => ObjectKind::Cell(CellDef::single(bytes_of(item))),
        13 => ObjectKind::Cell(CellDef { item: bytes_of(item), count: Some(lanes) }),
        9 => ObjectKind::State(StateDef { item: bytes_of(item) }),
        10 => ObjectKind::Event(EventDef),
        _ => ObjectKind::Raw(RawDef { bytes: capacity, align: 128 }),
    }
}

#[test]
fn c_computes_the_geometry_that_rust_computes() {
    let none =
        Contract { schema: String::new(), segment: String::new(), types: vec![], objects: vec![] };
    let mut dice = Dice(11);
    let (mut asked, mut expected) = (String::new(), Vec::new());
    for round in 0..40_000 {
        let number = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14][round % 13];
        let lanes = dice.roll(if round % 7 == 0 { 1100 } else { 20 }) as u32;
        let (item, capacity) = (size(&mut dice), size(&mut dice));
        let has_lanes = matches!(number, 2 | 5 | 13);
        let item = match number {
            4 | 5 | 6 | 12 => 1,
            10 => 0,
            _ => item,
        };
        let capacity = match number {
            8 | 9 | 13 => 1,
            10 => 0,
            _ => capacity,
        };
        asked.push_str(&format!(
            "{number} {} {item} {capacity}\n",
            if has_lanes { lanes } else { 0 }
        ));
        let layout = ObjectLayout::of(&none, &kind(number, lanes, item, capacity));
        expected.push(layout.map_or("none".to_owned(), |layout| {
            let g = layout.geometry();
            assert_eq!(u64::from(g.kind), number);
            format!("{} {} {} {}", g.batch, g.slots, g.stride, g.size)
        }));
    }
    let path = generated().join("geometry");
    std::fs::write(&path, &asked).unwrap();
    let found = c("checked", "lay", &path);
    let mut laid = 0;
    for ((found, expected), asked) in found.lines().zip(&expected).zip(asked.lines()) {
        assert_eq!(found, expected, "{asked}");
        laid += u64::from(expected != "none");
    }
    assert_eq!(found.lines().count(), expected.len());
    assert!(laid > 10_000 && laid < 39_000, "{laid} of 40,000 have a layout");
}

fn random_kind(dice: &mut Dice) -> ObjectKind {
    // Few choices, so that two of them often differ in one thing only.
    let item = [1, 2][dice.roll(2) as usize];
    let number = [64, 72][dice.roll(2) as usize];
    let side = |n| if n == 0 { Side::One } else { Side::Many };
    match dice.roll(9) {
        0 => {
            let flow = match dice.roll(4) {
                0 => Flow::OneToOne,
                1 => Flow::Lanes(1 + dice.roll(2) as u32),
                _ => {
                    let producers = side(dice.roll(2));
                    let consumers =
                        if producers == Side::One { Side::Many } else { side(dice.roll(2)) };
                    Flow::Owned { producers, consumers, redeliver: dice.roll(2) == 0 }
                }
            };
            ObjectKind::Queue(QueueDef { item: bytes_of(item), capacity: number, flow })
        }
        1 => {
            let lanes = [None, Some(1), Some(2)][dice.roll(3) as usize];
            ObjectKind::Ring(RingDef { bytes: number, lanes })
        }
        2 if dice.roll(2) == 0 => ObjectKind::Stream(StreamDef::of_bytes(number)),
        2 => ObjectKind::Stream(StreamDef::of_items(bytes_of(item), number)),
        3 => ObjectKind::Topic(TopicDef { item: bytes_of(item), capacity: number }),
        4 => {
            let count = [None, Some(1), Some(2)][dice.roll(3) as usize];
            ObjectKind::Cell(CellDef { item: bytes_of(item), count })
        }
        5 => ObjectKind::State(StateDef { item: bytes_of(item) }),
        6 => ObjectKind::Event(EventDef),
        7 => {
            let mut names = vec!["pushed", "popped", "full"];
            if dice.roll(2) == 0 {
                names.swap(0, 1);
            }
            names.truncate(1 + dice.roll(3) as usize);
            let ty = [Primitive::U64, Primitive::I64][dice.roll(2) as usize];
            let counter = |name: &str| CounterDef { name: name.into(), ty };
            ObjectKind::Counters(names.into_iter().map(counter).collect())
        }
        _ => ObjectKind::Raw(RawDef { bytes: number, align: [128, 256][dice.roll(2) as usize] }),
    }
}

fn random_contract(dice: &mut Dice) -> Contract {
    let mut names = vec!["a", "b", "c"];
    names.truncate(1 + dice.roll(3) as usize);
    if dice.roll(4) == 0 {
        names.reverse();
    }
    let objects = names
        .into_iter()
        .map(|name| ObjectDef { name: name.into(), kind: random_kind(dice) })
        .collect();
    Contract { schema: "test".into(), segment: "s".into(), types: vec![], objects }
}

/// Pairs of contracts as `objects differ` reads them.
fn pairs(pairs: &[[Vec<u8>; 2]]) -> PathBuf {
    let mut file = Vec::new();
    for bytes in pairs.iter().flatten() {
        file.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        file.extend_from_slice(bytes);
    }
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = generated().join(format!("pairs-{number}"));
    std::fs::write(&path, file).unwrap();
    path
}

#[test]
fn c_names_a_difference_that_rust_names_too() {
    let mut dice = Dice(23);
    let mut contracts = Vec::new();
    while contracts.len() < 20_000 {
        let mine = random_contract(&mut dice);
        let mut theirs = mine.clone();
        match dice.roll(3) {
            0 => theirs = random_contract(&mut dice),
            _ => {
                let n = dice.roll(theirs.objects.len() as u64) as usize;
                theirs.objects[n].kind = random_kind(&mut dice);
            }
        }
        contracts.push([mine, theirs]);
    }
    let encoded: Vec<[Vec<u8>; 2]> =
        contracts.iter().map(|both| both.each_ref().map(Contract::encode)).collect();
    let found = c("checked", "differ", pairs(&encoded));
    let mut told = BTreeSet::new();
    for (found, [mine, theirs]) in found.lines().zip(&contracts) {
        let differences = explain(mine, theirs);
        if differences.is_empty() {
            assert!(found.starts_with("the fingerprints differ, the contracts do not"), "{found}");
            continue;
        }
        // C tells one that Rust tells, in the same words.
        let known = differences.iter().any(|d| d.text == found);
        assert!(known, "{found}\nis none of {differences:#?}");
        let words = found.split(' ').filter(|w| w.len() > 2 && !w.contains(char::is_numeric));
        told.insert(words.collect::<Vec<_>>().join(" "));
    }
    assert_eq!(found.lines().count(), contracts.len());
    assert!(told.len() > 80, "only {} kinds of difference were told: {told:#?}", told.len());
}

#[test]
fn no_bytes_in_a_contract_make_c_read_outside_of_it() {
    let good = Every::CONTRACT;
    let mut dice = Dice(31);
    let mut damaged = Vec::new();
    for round in 0..20_000 {
        let mut bytes = good.to_vec();
        // The objects come last: mostly there.
        for _ in 0..1 + dice.roll(3) {
            let from = if dice.roll(4) == 0 { 0 } else { bytes.len() as u64 / 4 };
            let at = (from + dice.roll(bytes.len() as u64 - from)) as usize;
            match round % 4 {
                0 => bytes[at] = dice.roll(256) as u8,
                1 => bytes[at] ^= 1 << dice.roll(8),
                2 => bytes.truncate(at + 1),
                _ => bytes[at] = b"QLMRBPCVANKWk"[dice.roll(13) as usize],
            }
        }
        damaged.push([good.to_vec(), bytes]);
    }
    let said = c("checked", "differ", pairs(&damaged));
    assert_eq!(said.lines().count(), damaged.len());
    for (said, [good, bytes]) in said.lines().zip(&damaged) {
        let same = "the fingerprints differ, the contracts do not";
        assert!(good == bytes || !said.starts_with(same), "{}", bytes.escape_ascii());
    }
    let kinds: BTreeSet<&str> = said.lines().map(|l| l.split(' ').next().unwrap()).collect();
    for kind in ["its", "object", "the"] {
        assert!(kinds.contains(kind), "nobody said `{kind} ..`: {kinds:?}");
    }
}

// --- roles of the dead

/// Takes part and stays until it is killed.
fn take_part(arguments: &[String]) {
    let _every = Every::options().address(&arguments[0]).attach().unwrap();
    say("attached");
    wait_for_end_of_stdin();
}

/// The words of all objects but the first, with their offsets in the segment.
fn words(bytes: &[u8]) -> Vec<(u64, u64)> {
    let objects = &entries(bytes)[1..];
    let words = objects.iter().flat_map(|e| (e.offset..e.offset + e.size / 8 * 8).step_by(8));
    let number = |at: u64| u64::from_le_bytes(bytes[at as usize..][..8].try_into().unwrap());
    words.map(|at| (at, number(at))).collect()
}

/// Where the words of the lanes of an object lie, besides one of its own.
fn of_lanes(entry: &Entry, own: u64, in_lane: u64) -> Vec<u64> {
    let (count, stride) = match (entry.kind, entry.size) {
        (2, 8448) => (8, 1024),
        (2, 3072) => (2, 1408),
        (5, 5248) => (3, 1664),
        other => panic!("no lanes that this test knows: {other:?}"),
    };
    std::iter::once(own).chain((0..count).map(|n| 0x100 + n * stride + in_lane)).collect()
}

/// Words of all objects but the first, from where each object begins.
fn offsets(bytes: &[u8], of_object: impl Fn(&Entry) -> Vec<u64>) -> BTreeSet<u64> {
    let each = |entry| of_object(entry).into_iter().map(|at| entry.offset + at);
    entries(bytes)[1..].iter().flat_map(each).collect()
}

/// Where role words lie: as docs/segment-format.md says, in numbers.
fn role_offsets(bytes: &[u8]) -> BTreeSet<u64> {
    offsets(bytes, |entry| match entry.kind {
        2 | 5 => of_lanes(entry, 0x088, 0x188),
        4 | 6 | 14 => vec![0x188, 0x190],
        7 | 8 | 13 => vec![0x088],
        _ => vec![],
    })
}

/// Where the words of 32 bits lie that somebody may sleep on, from the same page.
fn flag_offsets(bytes: &[u8]) -> BTreeSet<u64> {
    offsets(bytes, |entry| match entry.kind {
        2 | 5 => of_lanes(entry, 0x080, 0x184),
        3 => vec![0x100, 0x104],
        4 | 6 | 14 => vec![0x180, 0x184],
        7 | 8 => vec![0x080],
        13 => (0..3).map(|n| n * 1280 + 0x080).collect(),
        10 => vec![0x008],
        _ => vec![],
    })
}

/// Where the sequences of states lie, which every sweep advances.
fn sequence_offsets(bytes: &[u8]) -> BTreeSet<u64> {
    offsets(bytes, |entry| if entry.kind == 9 { vec![0x100] } else { vec![] })
}

/// Fills every object with words that name a participant as holder.
fn claim_everything(liar: &Segment, bytes: &[u8], index: u32, generation: u32) -> u64 {
    let word = u64::from(generation) << 32 | u64::from(index + 1);
    for (at, _) in words(bytes) {
        liar.write_at(at, &word.to_le_bytes()).unwrap();
    }
    word
}

#[test]
fn a_sweep_takes_the_roles_of_the_dead_and_nothing_that_looks_like_one() {
    for in_c in [false, true] {
        let place = Place::posix();
        let address = place.text();
        let every = Every::options().address(&place.0).create().unwrap();
        // One more lives, so that the dead one's words have the bit WAITING in
        // both halves.
        let mut other = play("take_part", &[&address]);
        assert_eq!(other.hear(), "attached");
        let mut player = play("take_part", &[&address]);
        assert_eq!(player.hear(), "attached");
        let bytes = std::fs::read(place.path()).unwrap();
        let liar = Segment::attach(&place.0).unwrap();
        let participants = every.stat().unwrap().participants;
        let dead = participants.iter().find(|p| p.pid == player.pid()).unwrap();
        // A first claim of a record has generation 1.
        let held = claim_everything(&liar, &bytes, dead.index, 1);
        player.kill();
        if in_c {
            c("plain", "sweep", &address);
        } else {
            let mut consumer = every.one().consumer().unwrap();
            assert!(matches!(consumer.try_pop(), Err(TryPopError::Empty)));
        }
        let after = std::fs::read(place.path()).unwrap();
        let orphaned = 1 << 32 | u64::from(u32::MAX);
        let found: BTreeSet<u64> =
            words(&after).iter().filter(|(_, w)| *w == orphaned).map(|(at, _)| *at).collect();
        let (flags, sequences) = (flag_offsets(&after), sequence_offsets(&after));
        assert_eq!(found, role_offsets(&after), "in C: {in_c}");
        assert_eq!(found.len(), 9 + 3 + 4 + 2 + 2 + 2 + 1 + 2);
        // Whoever sleeps was woken, since the dead one may have missed it, and the
        // wake-up was counted; all else is as it was.
        let woken = |at: u64, word: u64| {
            let half = |at: u64, n: u32| match at {
                _ if flags.contains(&at) => (n & !1) + 4,
                _ => n + u32::from(sequences.contains(&at)),
            };
            let (low, high) = (word as u32, (word >> 32) as u32);
            u64::from(half(at + 4, high)) << 32 | u64::from(half(at, low))
        };
        assert_eq!(held, 1 << 32 | 3);
        for (at, word) in words(&after) {
            let expected = if found.contains(&at) { orphaned } else { woken(at, held) };
            assert_eq!(word, expected, "at {at:#x}, in C: {in_c}");
        }
        other.kill();
    }
}

#[test]
fn who_detaches_gives_up_its_roles_and_nothing_that_looks_like_one() {
    for in_c in [false, true] {
        let place = Place::posix();
        let address = place.text();
        drop(Every::options().address(&place.0).create().unwrap());
        let bytes = std::fs::read(place.path()).unwrap();
        let liar = Segment::attach(&place.0).unwrap();
        // The creator had generation 1 of record 0; who comes next has 2.
        let held = claim_everything(&liar, &bytes, 0, 2);
        if in_c {
            c("plain", "sweep", &address);
        } else {
            let every = Every::options().address(&place.0).attach().unwrap();
            let mut consumer = every.one().consumer().unwrap();
            assert!(matches!(consumer.try_pop(), Err(TryPopError::Empty)));
        }
        let after = std::fs::read(place.path()).unwrap();
        // It gives up the roles that name it, whoever wrote that, and nothing else.
        let left = role_offsets(&after);
        for (at, word) in words(&after) {
            assert_eq!(word, if left.contains(&at) { 0 } else { held }, "at {at:#x}, in C: {in_c}");
        }
    }
}

/// A 32-bit word of a segment.
fn flag(bytes: &Segment, at: u64) -> u32 {
    let mut word = [0; 4];
    bytes.read_at(at, &mut word).unwrap();
    u32::from_le_bytes(word)
}

/// Whoever died may have stored what others wait for and not notified.
#[test]
fn who_takes_a_role_over_from_the_dead_wakes_who_sleeps_on_that_object() {
    const WAITING: u32 = 1;
    let place = Place::posix();
    let every = Every::options().address(&place.0).create().unwrap();
    let bytes = Segment::attach(&place.0).unwrap();
    let all = entries(&std::fs::read(place.path()).unwrap());
    // A one-to-one queue, and one in lanes, whose flag is no matter of the first.
    let (queue, lanes) = (all[0].offset, all.iter().find(|e| e.kind == 2).unwrap().offset);
    let flags = [queue + 0x180, queue + 0x184, lanes + 0x080];
    let found = || flags.map(|at| flag(&bytes, at) & WAITING);
    for (role, woken) in [(0, 1), (1 << 32 | u64::from(u32::MAX), 0)] {
        flags.iter().for_each(|at| bytes.write_at(*at, &WAITING.to_le_bytes()).unwrap());
        bytes.write_at(queue + 0x188, &u64::to_le_bytes(role)).unwrap();
        drop(every.one().producer().unwrap());
        assert_eq!(found(), [woken, woken, 1], "from {role:#x}");
    }
}

// --- hostile bytes

/// How many segments are made up; more by SHMGEN_SOAK, a factor.
fn rounds(n: u64) -> u64 {
    n * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// Everything that can be asked of a segment of every kind.
fn ask(place: &Place) -> Option<ErrorKind> {
    let options = Options::default();
    if let Ok(inspector) = Inspector::open(&place.0, &options)
        && let Ok(stat) = inspector.stat()
    {
        let _ = json::to_string(&json::Segment::from(&stat));
        for (n, object) in stat.objects.iter().enumerate().take(20) {
            let _ = json::to_string(&json::Object::of(object, &stat.participants));
            let _ = (inspector.depth(n), inspector.messages(n, 3), inspector.contents(n, 1 << 16));
        }
    }
    let _ = Every::options().address(&place.0).attach_read_only();
    let attached = Every::options().address(&place.0).attach();
    if let Ok(every) = &attached {
        let _ = every.one().consumer().map(|mut c| c.try_pop().is_ok());
    }
    attached.err().map(|e| e.kind())
}

/// In a process of its own, so that a crash is seen as one.
fn hostile(_: &[String]) {
    let place = Place::posix();
    drop(Every::options().address(&place.0).create().unwrap());
    let good = std::fs::read(place.path()).unwrap();
    let header = Header::parse(&good).unwrap();
    let contract = header.contract_offset..header.contract_offset + header.contract_size;
    let mut dice = Dice(5);
    let mut heard = BTreeSet::new();
    for round in 0..rounds(500) {
        let mut bytes = good.clone();
        for _ in 0..1 + dice.roll(3) {
            let at = match round % 3 {
                0 => 512 + dice.roll(1024), // the directory
                1 => contract.start + dice.roll(header.contract_size),
                _ => 1536 + dice.roll(contract.start - 1536),
            } as usize;
            let width = [1, 4, 8][dice.roll(3) as usize].min(bytes.len() - at);
            let lie = [0, 1, u64::MAX, 1 << 63, dice.roll(1 << 31)][dice.roll(5) as usize];
            bytes[at..at + width].copy_from_slice(&lie.to_le_bytes()[..width]);
        }
        if dice.roll(2) == 0 {
            bytes[32] ^= 1; // the fingerprint: the contract is read
        }
        std::fs::write(place.path(), &bytes).unwrap();
        heard.insert(format!("{:?}", ask(&place)));
    }
    std::fs::write(place.path(), &good).unwrap();
    assert_eq!(ask(&place), None);
    say(heard.into_iter().collect::<Vec<_>>().join(" "));
}

#[test]
fn no_bytes_make_a_look_at_any_kind_crash_or_hang() {
    let mut player = play("hostile", &[]);
    let heard = player.hear();
    player.finish();
    for kind in ["None", "Some(Mismatch)", "Some(Corrupt)"] {
        assert!(heard.contains(kind), "no {kind} in {heard}");
    }
}
