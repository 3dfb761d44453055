//! Huge pages and prefaulting: what segments ask for, what they get, and that
//! there is nothing to fear where they get nothing.
//!
//! Which huge pages there are is up to the machine: each test says what it found,
//! and expects what the kernel gives to who asks it without this library.

use nix::libc;
use pages::{ByKey, ByName, Gigantic, InMemory, Ordinary, Tick};
use places::Place;
use serde_json::Value;
use shm_runtime::{
    Address, Attachment, HugePages, Inspector, OpenOptions, Options, Segment, SegmentStat,
    SegmentType, Setup, Spec,
};
use shmgen_test_support::schemas::pages;
use shmgen_test_support::{places, tools};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;

const M2: u64 = 2 << 20;
const SIZE: u64 = 2 * M2;

/// What they count is the machine's, or all of this process's.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a new segment of `SIZE` bytes gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    /// Pages of hugetlbfs.
    Huge,
    /// Transparent huge pages.
    Transparent,
    Ordinary,
}

impl Gets {
    fn check(self, stat: &SegmentStat, what: &str) {
        let (page, huge) = (stat.kernel.page_size, stat.kernel.huge);
        eprintln!("{what}: {self:?}, as pages of {page:?} with {huge:?} in huge ones");
        let expected = match self {
            Self::Huge => (Some(M2), Some(SIZE)),
            Self::Transparent => (Some(page_size()), Some(SIZE)),
            Self::Ordinary => (Some(page_size()), Some(0)),
        };
        assert_eq!((page, huge), expected, "{what}");
        assert_eq!(stat.size, SIZE, "{what}");
    }
}

fn page_size() -> u64 {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).unwrap().unwrap() as u64
}

/// Pages of 2 MiB in hugetlbfs that nobody has yet.
fn free_huge_pages() -> u64 {
    let read = |what: &str| {
        let path = format!("/sys/kernel/mm/hugepages/hugepages-2048kB/{what}_hugepages");
        std::fs::read_to_string(path).map_or(0, |n| n.trim().parse().unwrap())
    };
    read("free") - read("resv")
}

/// Whether memory that is filled can be put into huge pages, by this machine's
/// word: that of a file in /dev/shm, or one of System V or in a memfd.
fn collapses(file: std::fs::File) -> bool {
    file.set_len(2 * SIZE).unwrap();
    let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
    let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
    // SAFETY: a mapping of a file of this very size, which ends with the function;
    // written inside its bounds.
    unsafe {
        let base = libc::mmap(std::ptr::null_mut(), 2 * SIZE as usize, prot, flags, fd, 0);
        assert_ne!(base, libc::MAP_FAILED);
        base.cast::<u8>().write_bytes(1, 2 * SIZE as usize);
        // Where the addresses fit the file's offsets: from byte 0 on.
        libc::munmap(base, 2 * SIZE as usize);
        let length = (SIZE + M2) as usize;
        let none = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let room = libc::mmap(std::ptr::null_mut(), length, libc::PROT_NONE, none, -1, 0);
        let at = room.cast::<u8>().add(room.align_offset(M2 as usize)).cast();
        let base = libc::mmap(at, SIZE as usize, prot, flags | libc::MAP_FIXED, fd, 0);
        assert_eq!(base, at);
        let done = libc::madvise(base, SIZE as usize, 25) == 0;
        libc::munmap(room, length);
        done
    }
}

fn memfd() -> std::fs::File {
    use nix::sys::memfd::{MFdFlags, memfd_create};
    memfd_create("probe", MFdFlags::MFD_CLOEXEC).unwrap().into()
}

fn in_dev_shm() -> std::fs::File {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_TMPFILE).open("/dev/shm").unwrap()
}

/// What a segment that asks for huge pages is to get, which is reported aloud.
fn expected(address: &Address) -> Gets {
    let is_posix = matches!(address, Address::Posix(_));
    // Half of them stay for others.
    if !is_posix && free_huge_pages() >= 2 {
        return Gets::Huge;
    }
    match collapses(if is_posix { in_dev_shm() } else { memfd() }) {
        true => Gets::Transparent,
        false => Gets::Ordinary,
    }
}

/// Bytes of addresses that are mapped for nobody to use, as those around a mapping
/// that was moved are, if they are forgotten. Stacks have smaller ones, and heaps
/// larger ones.
fn reserved() -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let unused = maps.lines().filter(|l| l.contains(" ---p ") && l.split_whitespace().count() == 5);
    let sizes = unused.map(|line| {
        let (from, to) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        u64::from_str_radix(to, 16).unwrap() - u64::from_str_radix(from, 16).unwrap()
    });
    sizes.filter(|size| (1 << 16..2 * M2).contains(size)).sum()
}

fn create_use_and_tell<S: SegmentType>(
    options: impl Fn() -> OpenOptions<S>,
    queue: impl Fn(&S) -> shm_runtime::Queue<Tick>,
    address_of: impl Fn(&S) -> Address,
    stat: impl Fn(&S) -> SegmentStat,
) {
    let _alone = alone();
    let reserved_before = reserved();
    let probe = options().create().unwrap();
    let address = address_of(&probe);
    Segment::remove_at(&address).unwrap();
    drop(probe);
    let gets = expected(&address);

    let made = options().create().unwrap();
    let address = address_of(&made);
    let what = address.to_string();
    gets.check(&stat(&made), &what);
    let mut out = queue(&made).producer().unwrap();
    let other = options().address(&address).attach().unwrap();
    let mut inn = queue(&other).consumer().unwrap();
    for price in 0..200_000 {
        let tick = Tick { price, ..Default::default() };
        out.try_push(&tick).unwrap();
        assert_eq!(inn.try_pop().unwrap(), tick);
    }
    gets.check(&stat(&other), &what);
    // Who does not know of huge pages: bytes, and another process.
    let bytes = Segment::attach_read_only(&address).unwrap();
    assert_eq!(bytes.size(), SIZE);
    bytes.read_at(SIZE - 8, &mut [0; 8]).unwrap();
    gets.check(&Inspector::open(&address, &Options::default()).unwrap().stat().unwrap(), &what);
    let told = tools::shmgen().args(["stat", &what, "--json"]).output().unwrap();
    assert!(told.status.success(), "{told:?}");
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let seen = stat(&made).kernel;
    assert_eq!(told["kernel"]["page_size"].as_u64(), seen.page_size);
    assert_eq!(told["kernel"]["huge"].as_u64(), seen.huge);
    assert_eq!(told["size"].as_u64(), Some(SIZE));

    Segment::remove_at(&address).unwrap();
    drop((out, inn, made, other, bytes));
    assert_eq!(reserved(), reserved_before, "addresses that nobody gave back");
}

#[test]
fn a_posix_segment_gets_huge_pages_where_there_are_some() {
    let place = Place::posix();
    create_use_and_tell(
        || ByName::options().address(&place.0),
        ByName::ticks,
        |s| s.address().clone(),
        |s| s.stat().unwrap(),
    );
}

#[test]
fn a_system_v_segment_gets_huge_pages_where_there_are_some() {
    let place = Place::sysv();
    create_use_and_tell(
        || ByKey::options().address(&place.0),
        ByKey::ticks,
        |s| s.address().clone(),
        |s| s.stat().unwrap(),
    );
}

#[test]
fn a_memfd_gets_huge_pages_where_there_are_some() {
    create_use_and_tell(
        InMemory::options,
        InMemory::ticks,
        |s| s.address().clone(),
        |s| s.stat().unwrap(),
    );
}

/// Without `pages` nothing is asked for, whatever there is.
#[test]
fn a_segment_that_asks_for_none_gets_none() {
    let _alone = alone();
    let place = Place::posix();
    let made = Ordinary::options().address(&place.0).create().unwrap();
    let kernel = made.stat().unwrap().kernel;
    assert_eq!((kernel.page_size, kernel.huge), (Some(page_size()), Some(0)));
    const { assert!(!Ordinary::SIZE.is_multiple_of(M2) && Ordinary::SIZE > M2) };
}

/// It is no part of the contract: programs with it and without attach to the same
/// segment.
#[test]
fn who_asks_for_other_pages_attaches_all_the_same() {
    let _alone = alone();
    let place = Place::posix();
    let setup = || Setup::at(&place.0);
    let spec = |setup| Spec::decode(ByName::CONTRACT, "1.0", setup).unwrap();
    let (plain, huge) = (spec(setup()), spec(setup().pages(HugePages::M2)));
    for (makes, comes) in [(&plain, &huge), (&huge, &plain)] {
        let made = Attachment::create(makes, &Options::default()).unwrap();
        let size = made.stat().unwrap().size;
        assert_eq!(size.is_multiple_of(M2), std::ptr::eq(makes, &huge), "{size}");
        let came = Attachment::attach(comes, &Options::default()).unwrap();
        assert_eq!(came.stat().unwrap().size, size);
        made.remove().unwrap();
    }
}

#[test]
fn the_size_is_a_multiple_of_the_pages_whatever_they_are() {
    assert_eq!([ByName::SIZE, ByKey::SIZE, InMemory::SIZE], [SIZE; 3]);
    assert_eq!(Gigantic::SIZE, HugePages::G1.bytes());
    let schema = tools::root().join("tests/schemas/pages.toml");
    let size = |more: &[&str]| {
        let told = tools::shmgen().arg("size").arg(&schema).args(more).output().unwrap();
        assert!(told.status.success(), "{told:?}");
        String::from_utf8(told.stdout).unwrap()
    };
    let text = size(&[]);
    let line = "by_name  posix:/test.pages.by_name  4194304 bytes (4.0M), 1024 pages of 4096 or 2 \
                huge pages of 2M\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("262144 pages of 4096 or 1 huge page of 1G\n"), "{text}");
    let told: Value = serde_json::from_str(&size(&["--json"])).unwrap();
    let pages: Vec<&Value> =
        told["segments"].as_array().unwrap().iter().map(|s| &s["huge_pages"]).collect();
    assert_eq!(
        pages,
        ["2M", "2M", "2M", "1G"].map(Value::from).iter().chain([&Value::Null]).collect::<Vec<_>>()
    );
}

// --- prefault

/// Bytes of the mapping at an address that this process has mapped.
fn mapped(at: *const u8) -> u64 {
    let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let start = format!("{:08x}-", at as usize);
    let mut lines = smaps.lines().skip_while(|l| !l.starts_with(&start));
    let rss = lines.find_map(|l| l.strip_prefix("Rss:")).unwrap();
    rss.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Not a whole number of huge pages.
const ODD: u64 = 3 * (1 << 20) + 4096;

#[test]
fn prefault_maps_every_page_at_create_and_at_attach() {
    let _alone = alone();
    let all = Place::all();
    let memory = "memfd:".parse().unwrap();
    for address in all.iter().map(|place| &place.0).chain([&memory]) {
        let lazy = Options::default();
        let eager = Options::default().prefault(true);
        let made = Segment::create_with(address, ODD, &eager).unwrap();
        assert_eq!(mapped(made.as_ptr()), ODD, "created at {address}");
        let address = made.address();
        for (options, read_only) in [(&lazy, false), (&lazy, true), (&eager, false), (&eager, true)]
        {
            let attached = match read_only {
                false => Segment::attach_with(address, options),
                true => Segment::attach_read_only_with(address, options),
            }
            .unwrap();
            let is_eager = std::ptr::eq(options, &eager);
            let expected = if is_eager { ODD } else { 0 };
            let what = format!("{address}, read-only {read_only}, prefault {is_eager}");
            assert_eq!(mapped(attached.as_ptr()), expected, "{what}");
        }
        let again = Segment::open_or_create_with(address, ODD, &eager).unwrap();
        assert_eq!(mapped(again.as_ptr()), ODD, "opened at {address}");
        if !matches!(address, Address::Memfd(_)) {
            made.remove().unwrap();
        }
    }
}

/// Where this process has the file of a segment mapped.
fn mappings(place: &Place) -> Vec<*const u8> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    // By its number: a file that was made without a name has none there.
    let file = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(place.path()).unwrap());
    let file = file.to_string();
    let lines = maps.lines().filter(|l| l.split_whitespace().nth(4) == Some(&file));
    lines.map(|l| usize::from_str_radix(l.split('-').next().unwrap(), 16).unwrap() as _).collect()
}

#[test]
fn a_segment_of_a_schema_is_prefaulted_if_that_is_asked_for() {
    let _alone = alone();
    let place = Place::posix();
    let options = || Ordinary::options().address(&place.0);
    let only = || match mappings(&place)[..] {
        [at] => mapped(at),
        ref many => panic!("{many:?}"),
    };
    drop(
        options().prefault(true).create().inspect(|_| assert_eq!(only(), Ordinary::SIZE)).unwrap(),
    );
    drop(
        options().attach().inspect(|_| assert!(only() < Ordinary::SIZE / 4, "{}", only())).unwrap(),
    );
    drop(
        options().prefault(true).attach().inspect(|_| assert_eq!(only(), Ordinary::SIZE)).unwrap(),
    );
    let reader = options().prefault(true).attach_read_only().unwrap();
    assert_eq!(only(), Ordinary::SIZE);
    drop(reader);
    let opened = options().prefault(true).open_or_create().unwrap();
    assert_eq!(only(), Ordinary::SIZE);
    drop(opened);
}

// --- in C and Python

const PYTHON: &str = r#"
import sys, pages, shm_runtime
kind, address = sys.argv[1:]
segment = {"posix": pages.ByName, "sysv": pages.ByKey, "memfd": pages.InMemory}[kind]
def mapped(name):
    with open("/proc/self/smaps") as smaps:
        inside, all = False, []
        for line in smaps:
            if "-" in line.split()[0]:
                inside = name in line
            elif inside and line.startswith("Rss:"):
                all.append(int(line.split()[1]) * 1024)
    return all
with segment.create(address) as made:
    stat = made.stat()
    print("got", made.address, stat["size"], stat["kernel"]["page_size"], stat["kernel"]["huge"], flush=True)
    sys.stdin.readline()
    made.unlink()
name = {"posix": "/dev/shm/", "sysv": "/SYSV", "memfd": "/memfd:"}[kind]
made = pages.Ordinary.create(address, prefault=True)
print("mapped", *mapped(name))
for eager in (False, True):
    for read_only in (False, True):
        with pages.Ordinary.attach(made.address, read_only=read_only, prefault=eager):
            print("mapped", min(mapped(name)))
made.unlink()
made.close()
with shm_runtime.Segment.create("posix:", 1 << 20, prefault=True) as bare:
    bare.unlink()
try:
    shm_runtime.Attachment.open(shm_runtime.SegmentSpec(b"", "", "posix:", 0o600, 1, pages="3M"), 0)
except shm_runtime.Invalid:
    pass
else:
    raise SystemExit("pages of 3M")
"#;

/// Runs a program that creates, waits and removes.
fn by_another_language(mut command: Command, kind: &str, address: &Address) {
    let _alone = alone();
    let gets = expected(address);
    command.args([kind, &address.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
    let got = lines.next().unwrap();
    let [_, at, size, page, huge] = got.split(' ').collect::<Vec<_>>()[..] else { panic!("{got}") };
    let at: Address = at.parse().unwrap();
    let stat = Inspector::open(&at, &Options::default()).unwrap().stat().unwrap();
    gets.check(&stat, &format!("{at} of {:?}", command.get_program()));
    let told = [size, page, huge].map(|n| n.parse::<u64>().ok());
    assert_eq!(told, [Some(stat.size), stat.kernel.page_size, stat.kernel.huge], "{got}");
    drop(program.stdin.take());
    let rest: Vec<String> = lines.collect();
    assert!(program.wait().unwrap().success(), "{rest:?}");
    let whole = Ordinary::SIZE.to_string();
    let [created, lazy, lazy_reader, eager, eager_reader] = &rest[..] else { panic!("{rest:?}") };
    for line in [created, eager, eager_reader] {
        assert_eq!(line.strip_prefix("mapped "), Some(&*whole), "{rest:?}");
    }
    for line in [lazy, lazy_reader] {
        let mapped: u64 = line.strip_prefix("mapped ").unwrap().parse().unwrap();
        assert!(mapped < Ordinary::SIZE / 4, "{rest:?}");
    }
}

fn generated() -> &'static std::path::Path {
    static FOLDER: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tools::scratch("pages");
        tools::generate(&tools::root().join("tests/schemas/pages.toml"), &folder);
        folder
    })
}

fn kinds() -> [(&'static str, Option<Place>); 3] {
    [("posix", Some(Place::posix())), ("sysv", Some(Place::sysv())), ("memfd", None)]
}

#[test]
fn c_asks_for_the_same_and_tells_the_same() {
    let folder = generated();
    let program = folder.join("pages-in-c");
    let mut gcc = Command::new("gcc");
    gcc.args(tools::C_WARNINGS).args(["-std=c11", "-O1", "-I"]).arg(folder).arg("-o").arg(&program);
    tools::run(gcc.arg(tools::root().join("tests/c/pages.c")));
    for (kind, place) in kinds() {
        let address = place.as_ref().map_or_else(|| "memfd:".parse().unwrap(), |p| p.0.clone());
        by_another_language(Command::new(&program), kind, &address);
    }
}

#[test]
fn python_asks_for_the_same_and_tells_the_same() {
    let folder = generated();
    for (kind, place) in kinds() {
        let address = place.as_ref().map_or_else(|| "memfd:".parse().unwrap(), |p| p.0.clone());
        let mut python = tools::python_with(folder);
        python.args(["-W", "error", "-c", PYTHON]);
        by_another_language(python, kind, &address);
    }
}
