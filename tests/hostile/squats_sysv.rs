//! Who was there first, with System V: keys that lead to something else, what
//! died at birth, segments that are removed, and companion files that are not
//! what they should be.

use children::{Player, say, wait_for_end_of_stdin};
use everything::Plain;
use languages::{BOTH, Language};
use nix::libc;
use nix::sys::stat::{Mode, SFlag, mknod};
use places::Place;
use refusals::*;
use shm_runtime::{Owner, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, languages, places, refusals, tools};
use std::os::unix::fs::{PermissionsExt, symlink};

children!(maker, attached, as_nobody);

/// A segment, its id and its companion's path.
struct Victim {
    place: Place,
    id: i32,
    companion: String,
}

impl Victim {
    fn new() -> Self {
        let place = Place::sysv();
        drop(Language::Rust.create(&place.text()).unwrap());
        let id = Segment::attach(&place.0).unwrap().stat().unwrap().kernel.id.unwrap();
        let names = std::fs::read_dir("/dev/shm").unwrap().map(|e| e.unwrap().file_name());
        let mut names = names.map(|n| n.into_string().unwrap());
        let own = format!(".shmgen.sysv.{id}.");
        let companion = names.find(|n| n.starts_with(&own)).unwrap();
        Self { place, id, companion: format!("/dev/shm/{companion}") }
    }

    fn address(&self) -> String {
        self.place.text()
    }

    /// Puts something else where the companion was.
    fn replaced(by: impl FnOnce(&str)) -> Self {
        let victim = Self::new();
        std::fs::remove_file(&victim.companion).unwrap();
        by(&victim.companion);
        victim
    }

    fn is_refused(&self, kind: &str, says: &str) {
        refuses(&ATTACHING, &self.address(), kind, says);
        refuses(&[CREATE], &self.address(), "Exists", "it exists already");
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let path = &self.companion;
        let _ = std::fs::remove_file(path).or_else(|_| std::fs::remove_dir(path));
    }
}

/// The bytes of a segment of the schema, with this state.
fn image(state: u8) -> Vec<u8> {
    let model = Place::posix();
    drop(Language::Rust.create(&model.text()).unwrap());
    let mut image = std::fs::read(model.path()).unwrap();
    image[16] = state;
    image
}

/// Makes a bare segment of this many bytes, with these at its beginning, and waits.
fn maker(arguments: &[String]) {
    let made = Segment::create(&arguments[0].parse().unwrap(), arguments[1].parse().unwrap());
    let made = made.unwrap();
    if let Some(file) = arguments.get(2) {
        made.write_at(0, &std::fs::read(file).unwrap()).unwrap();
    }
    drop(made);
    say("made");
    wait_for_end_of_stdin();
}

fn make(place: &Place, size: u64) -> Player {
    let mut player = play("maker", &[&place.text(), &size.to_string()]);
    assert_eq!(player.hear(), "made");
    player
}

/// Attaches to the bytes of a segment, and waits.
fn attached(arguments: &[String]) {
    let _segment = Segment::attach(&arguments[0].parse().unwrap()).unwrap();
    say("attached");
    wait_for_end_of_stdin();
}

fn exists(place: &Place) -> bool {
    Segment::attach(&place.0).is_ok()
}

// --- keys that lead to something else

#[test]
fn another_programs_segment() {
    let place = Place::sysv();
    let other = Segment::create(&place.0, 5000).unwrap();
    other.write_at(0, b"something else entirely").unwrap();
    refuses(&ATTACHING, &place.text(), "Mismatch", "it is a bare segment of 5000 bytes");
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    let mut bytes = [0; 9];
    other.read_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"something");
}

#[test]
fn another_users_segment() {
    if !is_root() {
        return;
    }
    let victim = Victim::new();
    Segment::set_at(&victim.place.0, Owner { uid: 4321, gid: 4321, mode: 0o666 }).unwrap();
    let says = "it belongs to uid 4321, which is neither root nor you (uid 0)";
    victim.is_refused("Permission", says);
    refuses(&[BARE], &victim.address(), "Permission", says);
    for language in BOTH {
        language.attach_as(&victim.address(), false, true).unwrap();
    }
}

#[test]
fn a_key_without_a_segment() {
    let place = Place::sysv();
    refuses(&[ATTACH, READ_ONLY, BARE, REMOVE], &place.text(), "NotFound", "there is no such");
    refuses(&[ATTACH, REMOVE], "sysv-id:2147483647", "NotFound", "there is no such segment");
}

#[test]
fn a_segment_marked_for_removal() {
    let victim = Victim::new();
    let _holder = Language::C.attach(&victim.address()).unwrap();
    // SAFETY: takes numbers; the pointer is not used by IPC_RMID.
    assert_eq!(unsafe { libc::shmctl(victim.id, libc::IPC_RMID, std::ptr::null_mut()) }, 0);
    let by_id = format!("sysv-id:{}", victim.id);
    refuses(&[ATTACH, READ_ONLY, BARE], &by_id, "NotFound", "there is no such segment");
    refuses(&[REMOVE], &by_id, "NotFound", "");
    // Its key leads nowhere any more: it is free.
    allows(&[OPEN_OR_CREATE], &victim.address());
}

#[test]
fn a_mode_that_keeps_out() {
    if !is_root() {
        return;
    }
    let victim = Victim::new();
    Segment::set_at(&victim.place.0, Owner { mode: 0o600, ..Owner::KEEP }).unwrap();
    nobody_is_refused(play_with, &victim.address(), "nothing", "Permission denied");
    // The companion's mode is the segment's.
    let mode = std::fs::metadata(&victim.companion).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

// --- what died at birth

#[test]
fn an_unborn_one_whose_maker_lives() {
    let place = Place::sysv();
    let _maker = make(&place, Plain::SIZE);
    refuses(&[ATTACH], &place.text(), "Busy", "has not written a header yet");
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    assert!(exists(&place));
}

#[test]
fn an_unborn_one_whose_maker_is_dead() {
    for language in BOTH {
        let place = Place::sysv();
        make(&place, Plain::SIZE).kill();
        refuses(&[ATTACH, READ_ONLY], &place.text(), "Mismatch", "died before it was ready");
        // Only who wants to create one like it clears it away.
        drop(language.create(&place.text()).unwrap());
        allows(&[ATTACH], &place.text());
    }
}

#[test]
fn a_half_born_one_whose_maker_is_dead() {
    let file = tools::scratch("squats-half-born").join("image");
    for (state, language) in [(0, BOTH[0]), (1, BOTH[1])] {
        std::fs::write(&file, image(state)).unwrap();
        let place = Place::sysv();
        let size = Plain::SIZE.to_string();
        let mut maker = play("maker", &[&place.text(), &size, file.to_str().unwrap()]);
        assert_eq!(maker.hear(), "made");
        refuses(&[ATTACH], &place.text(), "Busy", "has not written a header yet");
        refuses(&[CREATE], &place.text(), "Exists", "it exists already");
        maker.kill();
        refuses(&[ATTACH, READ_ONLY], &place.text(), "Mismatch", "died before it was ready");
        drop(language.create(&place.text()).unwrap());
        allows(&[ATTACH], &place.text());
    }
}

/// Whoever is killed while it writes the header leaves a part of it, without the
/// magic, which is stored when all else is there.
#[test]
fn a_half_written_header_whose_maker_is_dead() {
    let file = tools::scratch("squats-half-written").join("image");
    for (part, written) in [9, 12, 17, 24, 31, 32, 100, 130, 368].into_iter().enumerate() {
        let mut header = image(0);
        header[..8].fill(0);
        std::fs::write(&file, &header[..written]).unwrap();
        let place = Place::sysv();
        let size = Plain::SIZE.to_string();
        play("maker", &[&place.text(), &size, file.to_str().unwrap()]).hear();
        refuses(&[ATTACH, READ_ONLY], &place.text(), "Mismatch", "died before it was ready");
        drop(BOTH[part % 2].create(&place.text()).unwrap());
        allows(&[ATTACH], &place.text());
    }
}

/// Nothing that only looks half-born is cleared away.
fn is_kept(place: &Place) {
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    assert!(exists(place));
}

#[test]
fn an_unborn_one_of_another_size() {
    let place = Place::sysv();
    make(&place, Plain::SIZE + 4096).kill();
    is_kept(&place);
}

#[test]
fn an_unborn_one_that_somebody_has() {
    let place = Place::sysv();
    make(&place, Plain::SIZE).kill();
    let mut other = play("attached", &[&place.text()]);
    assert_eq!(other.hear(), "attached");
    is_kept(&place);
    other.kill();
    drop(Language::Rust.create(&place.text()).unwrap());
}

#[test]
fn an_unborn_one_with_something_in_it() {
    let file = tools::scratch("squats-something").join("image");
    std::fs::write(&file, b"\0\0\0\0\0\0\0\0\0\0\0x").unwrap();
    let place = Place::sysv();
    let size = Plain::SIZE.to_string();
    let mut maker = play("maker", &[&place.text(), &size, file.to_str().unwrap()]);
    maker.hear();
    maker.kill();
    is_kept(&place);
}

#[test]
fn an_unborn_one_of_another_user() {
    if !is_root() {
        return;
    }
    let place = Place::sysv();
    let key = u32::from_str_radix(place.text().strip_prefix("sysv:0x").unwrap(), 16).unwrap();
    // SAFETY: the child makes two system calls and ends.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let flags = libc::IPC_CREAT | libc::IPC_EXCL | 0o666;
            // SAFETY: takes numbers; and as above.
            unsafe {
                libc::syscall(libc::SYS_setresuid, 4321, 4321, 4321);
                libc::shmget(key as i32, Plain::SIZE as usize, flags);
                libc::_exit(0);
            }
        }
        nix::unistd::ForkResult::Parent { child } => {
            nix::sys::wait::waitpid(child, None).unwrap();
        }
    }
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    refuses(&[ATTACH], &place.text(), "Permission", "it belongs to uid 4321");
    assert!(
        Language::Rust.attach_as(&place.text(), true, true).is_err_and(|e| e.kind == "Mismatch")
    );
}

// --- companions

#[test]
fn a_companion_that_is_gone() {
    Victim::replaced(|_| ()).is_refused("Unsupported", "is out of sight");
}

#[test]
fn a_companion_that_is_a_symbolic_link() {
    let target = Place::posix();
    drop(Language::Rust.create(&target.text()).unwrap());
    Victim::replaced(|path| symlink(target.path(), path).unwrap())
        .is_refused("Permission", "its companion is no regular file");
}

#[test]
fn a_companion_that_is_a_fifo() {
    let mode = Mode::from_bits_truncate(0o600);
    Victim::replaced(|path| nix::unistd::mkfifo(path, mode).unwrap())
        .is_refused("Permission", "its companion is no regular file");
}

#[test]
fn a_companion_that_is_a_socket() {
    let mut socket = None;
    let bind = |path: &str| std::os::unix::net::UnixListener::bind(path).unwrap();
    Victim::replaced(|path| socket = Some(bind(path)))
        .is_refused("Permission", "its companion is no regular file");
}

#[test]
fn a_companion_that_is_a_directory() {
    Victim::replaced(|path| std::fs::create_dir(path).unwrap())
        .is_refused("Permission", "its companion is no regular file");
}

#[test]
fn a_companion_that_is_a_device() {
    let mode = Mode::from_bits_truncate(0o600);
    Victim::replaced(|path| mknod(path, SFlag::S_IFCHR, mode, 0).unwrap())
        .is_refused("Permission", "its companion is no regular file");
}

#[test]
fn a_companion_of_another_user() {
    if !is_root() {
        return;
    }
    Victim::replaced(|path| {
        std::fs::write(path, b"").unwrap();
        std::os::unix::fs::chown(path, Some(4321), Some(4321)).unwrap();
    })
    .is_refused("Permission", "it belongs to uid 4321");
}

#[test]
fn a_birth_mark_of_another_segment() {
    let (victim, other) = (Victim::new(), Victim::new());
    let bytes = Segment::attach(&victim.place.0).unwrap();
    let mark = u64::from_str_radix(other.companion.rsplit('.').next().unwrap(), 16).unwrap();
    bytes.write_at(96, &mark.to_le_bytes()).unwrap();
    drop(bytes);
    victim.is_refused("Unsupported", "is out of sight");
    allows(&[ATTACH], &other.address());
    // Removing it takes the companion of nobody else away.
    Language::C.remove_at(&victim.address()).unwrap();
    assert!(std::fs::metadata(&other.companion).is_ok());
}
