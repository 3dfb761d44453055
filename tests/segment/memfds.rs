//! Segments in sealed memfds: how others come to them, what the seals keep, who
//! is alive, and what is refused.

use backends::{InMemory, Tick};
use children::{Player, say, wait_for_end_of_stdin};
use everything::Plain;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg, setsockopt, sockopt};
use nix::unistd::{Gid, Uid, ftruncate, setgroups, setresgid, setresuid};
use shm_runtime::{
    Address, Attachment, Error, ErrorKind, Inspector, Options, Owner, Segment, SegmentState,
    TryPopError, TryPushError, fd,
};
use shmgen_test_support::children;
use shmgen_test_support::schemas::{backends, everything};
use std::fs::File;
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

children!(
    attach_by_address,
    attached_by_address,
    receive_and_attach,
    create_and_send,
    of_another_user,
    hold_a_stranger,
    other_messages
);

fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.kind(),
    }
}

fn memory() -> Address {
    "memfd:".parse().unwrap()
}

fn tick(n: i64) -> Tick {
    Tick { price: n, ..Default::default() }
}

fn attach(address: &Address) -> Result<InMemory, Error> {
    InMemory::options().address(address).attach()
}

/// A Unix socket that others connect to.
struct Door(UnixListener, PathBuf);

impl Door {
    fn open() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("shmgen.test.{}.{n}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o777))
            .unwrap();
        Self(listener, path)
    }

    fn path(&self) -> &str {
        self.1.to_str().unwrap()
    }

    /// Starts a part, which comes through this door.
    fn play(&self, part: &str) -> (Player, UnixStream) {
        let player = play(part, &[self.path()]);
        (player, self.0.accept().unwrap().0)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.1);
    }
}

// --- what a memfd is

#[test]
fn a_segment_in_a_memfd_is_made_found_by_its_place_and_told() {
    let made = InMemory::create().unwrap();
    let Address::Memfd(Some((pid, fd))) = *made.address() else { panic!("{:?}", made.address()) };
    assert_eq!(pid, std::process::id());
    assert_eq!(made.address().to_string(), format!("memfd:{pid}/{fd}"));
    let other = attach(made.address()).unwrap();
    assert_ne!(other.address(), made.address(), "each has a descriptor of its own");
    let mut out = made.ticks().producer().unwrap();
    let mut inn = other.ticks().consumer().unwrap();
    out.try_push(&tick(5)).unwrap();
    assert_eq!(inn.try_pop(), Ok(tick(5)));

    let stat = made.stat().unwrap();
    assert_eq!((stat.size, stat.mode, stat.state), (InMemory::SIZE, 0o640, SegmentState::Live));
    assert_eq!((stat.address.kind(), stat.participants.len()), ("memfd", 2));
    assert_eq!(stat.kernel.name.as_deref(), Some("test.backends.in_memory"));
    let seals = stat.kernel.seals.unwrap();
    for seal in ["shrink", "grow", "seal"] {
        assert!(seals.contains(&seal), "{seals:?}");
    }
    assert!(stat.kernel.resident.unwrap() >= stat.size, "its pages are taken");
    assert!(stat.mapped_by.contains(&std::process::id()));
    for address in [made.address(), other.address()] {
        let looked = Inspector::open(address, &Options::default()).unwrap().stat().unwrap();
        assert_eq!((looked.participants.len(), looked.state), (2, SegmentState::Live));
    }
    // Each of a schema is another one: there is no name to meet at.
    assert_eq!(kind(InMemory::attach()), ErrorKind::Invalid);
    assert_eq!(kind(InMemory::open_or_create()), ErrorKind::Invalid);
    assert_eq!(kind(InMemory::options().address(made.address()).create()), ErrorKind::Invalid);
    InMemory::create().unwrap();
}

#[test]
fn a_bare_memfd_is_exactly_its_bytes() {
    let made = Segment::create_with(&memory(), 5000, &Options::default().mode(0o604)).unwrap();
    assert_eq!((made.size(), made.stat().unwrap().mode), (5000, 0o604));
    assert_eq!(made.stat().unwrap().state, SegmentState::Foreign);
    made.write_at(4990, b"0123456789").unwrap();
    let reader = Segment::attach_read_only(made.address()).unwrap();
    let mut bytes = [0; 10];
    reader.read_at(4990, &mut bytes).unwrap();
    assert_eq!(&bytes, b"0123456789");
    assert_eq!(kind(reader.write_at(0, b"x")), ErrorKind::ReadOnly);
    for mode in [0o600, 0o640] {
        made.set(Owner { mode, ..Owner::KEEP }).unwrap();
        assert_eq!(reader.stat().unwrap().mode, mode);
        Segment::set_at(reader.address(), Owner { mode: 0o644, ..Owner::KEEP }).unwrap();
        assert_eq!(made.stat().unwrap().mode, 0o644);
    }
    made.lock_memory().unwrap();
    made.unlock_memory().unwrap();
    assert_eq!(kind(Segment::lock_at(made.address(), true)), ErrorKind::Unsupported);
    let error = made.remove().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("no name that could be taken away"), "{error}");
    assert_eq!(kind(Segment::remove_at(made.address())), ErrorKind::Unsupported);
    // Bits for execution are permissions like the others.
    let open = Segment::create_with(&memory(), 1, &Options::default().mode(0o777)).unwrap();
    assert_eq!(open.stat().unwrap().mode, 0o777);
    let size = 1 << 44;
    let error = Segment::create(&memory(), size).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSpace);
    assert!(error.to_string().contains("of memory left"), "{error}");
}

#[test]
fn nobody_can_change_its_size_or_its_seals() {
    let made = InMemory::create().unwrap();
    let descriptor = made.descriptor().unwrap();
    for size in [0, 1, InMemory::SIZE as i64 - 1, InMemory::SIZE as i64 + 1] {
        assert_eq!(ftruncate(&descriptor, size), Err(Errno::EPERM), "{size}");
    }
    let grow = nix::fcntl::FallocateFlags::empty();
    assert_eq!(
        nix::fcntl::fallocate(&descriptor, grow, InMemory::SIZE as i64, 4096),
        Err(Errno::EPERM)
    );
    let seal = FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_WRITE);
    assert_eq!(fcntl(&descriptor, seal), Err(Errno::EPERM));
}

// --- handed from process to process

#[test]
fn a_descriptor_goes_over_a_socket_and_its_sender_may_die() {
    let door = Door::open();
    let (mut creator, socket) = door.play("create_and_send");
    let descriptor = fd::receive(&socket).unwrap();
    assert_eq!(creator.hear(), "sent");
    let segment = InMemory::options().address(&descriptor).attach().unwrap();
    let held = segment.ticks().producer().unwrap_err();
    assert_eq!(held.kind(), ErrorKind::RoleTaken);
    assert_eq!(held.holder().unwrap().pid, creator.pid());
    // The descriptor that the creator has sent is still open here. Its part in
    // the segment ends all the same: the lock does not lie on what it sent.
    creator.kill();
    let lock = nix::libc::flock {
        l_type: nix::libc::F_RDLCK as i16,
        l_whence: nix::libc::SEEK_SET as i16,
        l_start: 0,
        l_len: 1,
        l_pid: 0,
    };
    let mut found = lock;
    let anew = File::open(format!("/proc/self/fd/{}", descriptor.as_raw_fd())).unwrap();
    fcntl(&anew, FcntlArg::F_OFD_GETLK(&mut found)).unwrap();
    assert_eq!(i32::from(found.l_type), nix::libc::F_UNLCK, "the lock of record 0 is gone");
    let mut out = segment.ticks().producer().unwrap();
    out.try_push(&tick(2)).unwrap();
    let mut inn = segment.ticks().consumer().unwrap();
    assert_eq!((inn.try_pop(), inn.try_pop()), (Ok(tick(1)), Ok(tick(2))));
    let alive: Vec<u32> =
        segment.stat().unwrap().participants.iter().filter(|p| p.alive).map(|p| p.pid).collect();
    assert_eq!(alive, [std::process::id()]);
    // And hands on to a third one, which needs no descriptor of the first.
    drop(descriptor);
    let (mut third, socket) = door.play("receive_and_attach");
    fd::send(&socket, segment.descriptor().unwrap()).unwrap();
    assert_eq!(third.hear(), "attached");
    assert_eq!(kind(segment.ticks().producer()), ErrorKind::RoleTaken, "by `out`");
    drop((out, inn));
    third.go_on();
    assert_eq!(third.hear(), "pushed");
    let mut inn = segment.ticks().consumer().unwrap();
    assert_eq!(inn.try_pop(), Ok(tick(3)));
    third.kill();
    segment.ticks().producer().unwrap();
}

fn create_and_send(arguments: &[String]) {
    let socket = UnixStream::connect(&arguments[0]).unwrap();
    let segment = InMemory::create().unwrap();
    let mut out = segment.ticks().producer().unwrap();
    out.try_push(&tick(1)).unwrap();
    fd::send(&socket, segment.descriptor().unwrap()).unwrap();
    say("sent");
    wait_for_end_of_stdin();
}

fn receive_and_attach(arguments: &[String]) {
    let socket = UnixStream::connect(&arguments[0]).unwrap();
    let descriptor = fd::receive(&socket).unwrap();
    assert_eq!(fcntl(&descriptor, FcntlArg::F_GETFD).unwrap(), nix::libc::FD_CLOEXEC);
    let segment = InMemory::options().address(&descriptor).attach().unwrap();
    drop(descriptor); // the attachment has its own
    say("attached");
    wait_for_end_of_stdin();
    segment.ticks().producer().unwrap().try_push(&tick(3)).unwrap();
    say("pushed");
    wait_for_end_of_stdin();
}

#[test]
fn another_process_attaches_by_the_place_in_proc_and_dies_like_any_other() {
    // In a process of its own: elsewhere the number of a descriptor that was
    // closed is soon another one's.
    let mut player = play("attached_by_address", &[]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn attached_by_address(_: &[String]) {
    let made = InMemory::create().unwrap();
    let mut player = play("attach_by_address", &[&made.address().to_string()]);
    assert_eq!(player.hear(), "holding");
    let error = made.ticks().producer().unwrap_err();
    assert_eq!(error.holder().unwrap().pid, player.pid());
    player.kill();
    made.ticks().producer().unwrap();
    // Its creator gone, the place leads nowhere; but a part in it is no place.
    let address = made.address().clone();
    let descriptor = made.descriptor().unwrap();
    drop(made);
    let error = attach(&address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("has no descriptor"), "{error}");
    InMemory::options().address(&descriptor).attach().unwrap();
    say("done");
}

fn attach_by_address(arguments: &[String]) {
    let segment = InMemory::options().address(&arguments[0]).attach().unwrap();
    let _out = segment.ticks().producer().unwrap();
    say("holding");
    wait_for_end_of_stdin();
}

#[test]
fn what_else_comes_over_a_socket_is_told_and_nothing_leaks() {
    // In a process of its own, whose descriptors are counted.
    let mut player = play("other_messages", &[]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn other_messages(_: &[String]) {
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let (here, there) = UnixStream::pair().unwrap();
    there.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
    assert_eq!(kind(fd::receive(&there)), ErrorKind::Timeout);
    let before = open();
    // No descriptor at all, and more than one.
    std::io::Write::write_all(&mut &here, b"x").unwrap();
    assert_eq!(kind(fd::receive(&there)), ErrorKind::Invalid);
    send_many(&here, &[0, 1, 2]);
    let error = fd::receive(&there).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("carries 3 instead of one"), "{error}");
    assert_eq!(open(), before, "what came with it is closed");
    send_many(&here, &[0; 253]);
    assert!(fd::receive(&there).unwrap_err().to_string().contains("carries 253 instead"));
    assert_eq!(open(), before, "as many as there may be");
    // Room for two of five.
    let free = File::open("/dev/null").unwrap().as_raw_fd();
    send_many(&here, &[0; 5]);
    let limits = most_open(free as u64 + 2);
    let error = fd::receive(&there).unwrap_err();
    most_open(limits);
    assert!(error.to_string().contains("carries 2 instead of one"), "{error}");
    assert_eq!(open(), before, "those that arrived are closed");
    send_many(&here, &[0]);
    let limits = most_open(free as u64);
    let error = fd::receive(&there).unwrap_err();
    most_open(limits);
    assert!(error.to_string().contains("RLIMIT_NOFILE"), "{error}");
    // Credentials come in front where the socket's owner asked for them.
    setsockopt(&there, sockopt::PassCred, &true).unwrap();
    send_many(&here, &[0]);
    drop(fd::receive(&there).unwrap());
    assert_eq!(open(), before);
    // The bytes of a message stay apart.
    let file = File::open("/proc/self/maps").unwrap();
    fd::send(&here, &file).unwrap();
    fd::send(&here, &file).unwrap();
    drop((fd::receive(&there).unwrap(), fd::receive(&there).unwrap()));
    drop(here);
    assert_eq!(kind(fd::receive(&there)), ErrorKind::NotFound);
    assert_eq!(kind(fd::send(&there, &file)), ErrorKind::NotFound);
    assert_eq!(kind(fd::send(&file, &there)), ErrorKind::Invalid);
    assert_eq!(kind(fd::receive(&file)), ErrorKind::Invalid);
    say("done");
}

/// Sets the number below which descriptors are; what it was.
fn most_open(number: u64) -> u64 {
    use nix::libc;
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a structure that outlives both calls.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit), 0);
        let before = std::mem::replace(&mut limit.rlim_cur, number);
        assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &limit), 0);
        before
    }
}

/// A message with several descriptors.
fn send_many(socket: &UnixStream, descriptors: &[i32]) {
    let rights = [ControlMessage::ScmRights(descriptors)];
    let byte = [IoSlice::new(&[0])];
    let sent = sendmsg::<()>(socket.as_raw_fd(), &byte, &rights, MsgFlags::empty(), None);
    assert_eq!(sent, Ok(1));
}

// --- removal

#[test]
fn a_removed_one_is_drained_by_who_has_it_and_nobody_attaches() {
    let made = InMemory::create().unwrap();
    let other = attach(made.address()).unwrap();
    let mut out = made.ticks().producer().unwrap();
    let mut inn = other.ticks().consumer().unwrap();
    out.try_push(&tick(7)).unwrap();
    Segment::remove_at(other.address()).unwrap();
    assert_eq!(kind(made.remove()), ErrorKind::NotFound, "it was removed already");
    assert_eq!(kind(attach(made.address())), ErrorKind::Removed);
    let looked = Inspector::open(made.address(), &Options::default()).unwrap().stat().unwrap();
    assert!(looked.header.unwrap().retired);
    let start = Instant::now();
    assert_eq!(inn.try_pop(), Ok(tick(7)));
    while inn.try_pop() != Err(TryPopError::Removed) {
        assert!(start.elapsed() < Duration::from_secs(3), "nobody tells");
    }
    while out.try_push(&tick(8)) != Err(TryPushError::Removed) {
        assert!(start.elapsed() < Duration::from_secs(3), "nobody tells");
    }
}

// --- what is refused

fn raw_memfd(seals: SealFlag) -> OwnedFd {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let file = memfd_create("stranger", flags).unwrap();
    ftruncate(&file, 8192).unwrap();
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals)).unwrap();
    file
}

#[test]
fn one_that_could_be_made_shorter_is_not_mapped_and_what_is_missing_is_said() {
    let (shrink, grow, seal) =
        (SealFlag::F_SEAL_SHRINK, SealFlag::F_SEAL_GROW, SealFlag::F_SEAL_SEAL);
    for (seals, missing) in [
        (SealFlag::empty(), "seal, shrink, grow"),
        (shrink, "seal, grow"),
        (grow, "seal, shrink"),
        (shrink | grow, "missing: seal"),
    ] {
        let file = raw_memfd(seals);
        let address = Address::of_descriptor(&file);
        for error in [Segment::attach(&address).err(), Segment::attach_read_only(&address).err()] {
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Permission);
            assert!(error.to_string().contains(missing), "{error}");
        }
        // Looking maps nothing.
        let stat = Inspector::open(&address, &Options::default()).unwrap().stat().unwrap();
        assert_eq!((stat.size, stat.state), (8192, SegmentState::Foreign));
    }
    let sealed = raw_memfd(shrink | grow | seal);
    Segment::attach(&Address::of_descriptor(&sealed)).unwrap().write_at(0, b"x").unwrap();
    // One of the right contract, copied into a memfd without seals.
    let made = InMemory::create().unwrap();
    let mut copy = vec![0; InMemory::SIZE as usize];
    Segment::attach(made.address()).unwrap().read_at(0, &mut copy).unwrap();
    let unsealed =
        memfd_create("copy", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING).unwrap();
    nix::unistd::write(&unsealed, &copy).unwrap();
    let error = InMemory::options().address(&unsealed).attach().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    fcntl(&unsealed, FcntlArg::F_ADD_SEALS(shrink | grow | seal)).unwrap();
    InMemory::options().address(&unsealed).attach().unwrap();
    // One that is only to be read is only read.
    let written = raw_memfd(shrink | grow | SealFlag::F_SEAL_WRITE | seal);
    let address = Address::of_descriptor(&written);
    let error = Segment::attach(&address).unwrap_err();
    assert!(error.to_string().contains("sealed against writing"), "{error}");
    Segment::attach_read_only(&address).unwrap();
}

#[test]
fn what_is_no_memfd_is_refused_at_once() {
    let start = Instant::now();
    let (socket, _other) = UnixStream::pair().unwrap();
    let (reader, _writer) = nix::unistd::pipe().unwrap();
    let file = File::open("/proc/self/exe").unwrap();
    let folder = File::open("/").unwrap();
    let null = File::open("/dev/null").unwrap();
    let path = format!("/dev/shm/shmgen.test.{}.unlinked", std::process::id());
    let unlinked = File::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for (fd, expected, says) in [
        (socket.as_fd(), ErrorKind::Permission, "it is a socket, not a memfd"),
        (reader.as_fd(), ErrorKind::Permission, "it is a FIFO, not a memfd"),
        (folder.as_fd(), ErrorKind::Permission, "it is a directory, not a memfd"),
        (null.as_fd(), ErrorKind::Permission, "it is a device, not a memfd"),
        (file.as_fd(), ErrorKind::Mismatch, "is another file, no memfd"),
        (unlinked.as_fd(), ErrorKind::Mismatch, "is another file, no memfd"),
    ] {
        let address = Address::of_descriptor(fd);
        for error in [
            attach(&address).err(),
            Segment::attach(&address).err(),
            Segment::remove_at(&address).err(),
            Segment::set_at(&address, Owner { mode: 0o666, ..Owner::KEEP }).err(),
            Inspector::open(&address, &Options::default()).err(),
        ] {
            let error = error.unwrap();
            assert_eq!(error.kind(), expected, "{says}: {error}");
            assert!(error.to_string().contains(says), "{says}: {error}");
        }
    }
    let me = std::process::id();
    for nowhere in [format!("memfd:{me}/99999"), format!("memfd:{}/3", i32::MAX)] {
        assert_eq!(kind(attach(&nowhere.parse().unwrap())), ErrorKind::NotFound);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "nothing makes it wait");
}

#[test]
fn bare_and_foreign_contracts_are_mismatches() {
    let bare = Segment::create(&memory(), 1 << 16).unwrap();
    let error = attach(bare.address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("bare segment"), "{error}");
    let other = Plain::options().address(memory()).create().unwrap();
    let error = attach(other.address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("the schema is `test.backends` here"), "{error}");
    // Only memfds are handed over.
    let named = Segment::create(&"posix:".parse().unwrap(), 10).unwrap();
    assert_eq!(kind(named.descriptor()), ErrorKind::Unsupported);
    named.remove().unwrap();
}

#[test]
fn a_reader_gets_a_descriptor_for_reading_and_counts_as_somebody() {
    let made = InMemory::create().unwrap();
    let reader = InMemory::options().address(made.address()).attach_read_only().unwrap();
    assert_eq!(kind(reader.ticks().producer()), ErrorKind::ReadOnly);
    let descriptor = reader.descriptor().unwrap();
    let flags = fcntl(&descriptor, FcntlArg::F_GETFL).unwrap();
    assert_eq!(flags & nix::libc::O_ACCMODE, nix::libc::O_RDONLY);
    drop(made);
    let stat = reader.stat().unwrap();
    assert_eq!((stat.participants.len(), stat.state), (0, SegmentState::Live));
    drop(reader);
    // Somebody has it open, and nobody is attached.
    let address = Address::of_descriptor(&descriptor);
    let stat = Inspector::open(&address, &Options::default()).unwrap().stat().unwrap();
    assert_eq!(stat.state, SegmentState::Orphan);
}

// --- other users

fn become_user(uid: u32) {
    setgroups(&[]).unwrap();
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(uid));
    setresgid(gid, gid, gid).unwrap();
    setresuid(uid, uid, uid).unwrap();
}

#[test]
fn another_user_needs_the_mode_the_descriptor_and_trust() {
    if !nix::unistd::geteuid().is_root() {
        // Who cannot become another user cannot play one either; that a
        // process may not be looked into is seen of the first one.
        assert_eq!(kind(Segment::attach(&"memfd:1/0".parse().unwrap())), ErrorKind::Permission);
        return;
    }
    let door = Door::open();
    let private = Segment::create(&memory(), 100).unwrap();
    let public = Segment::create_with(&memory(), 100, &Options::default().mode(0o666)).unwrap();
    let given = Options::default().mode(0o600).user(4321);
    let given = Segment::create_with(&memory(), 100, &given).unwrap();
    assert_eq!(given.stat().unwrap().uid, 4321);
    assert_eq!(kind(Segment::attach(given.address())), ErrorKind::Permission, "a stranger's");
    Segment::attach_with(given.address(), &Options::default().trust_uid(4321)).unwrap();
    let (mut player, socket) = door.play("of_another_user");
    for segment in [&private, &public, &given] {
        let address = format!("{:<32}", segment.address().to_string());
        std::io::Write::write_all(&mut &socket, address.as_bytes()).unwrap();
        fd::send(&socket, segment.descriptor().unwrap()).unwrap();
        assert_eq!(player.hear(), "Permission may not be looked into", "{segment:?}");
        let heard = player.hear();
        let expected = if std::ptr::eq(segment, &private) { "Permission" } else { "attached" };
        assert_eq!(heard, expected, "{segment:?}");
    }
}

/// Tries the place in /proc first, then the descriptor.
fn of_another_user(arguments: &[String]) {
    let socket = UnixStream::connect(&arguments[0]).unwrap();
    become_user(4321);
    for _ in 0..3 {
        let mut address = [0; 32];
        std::io::Read::read_exact(&mut &socket, &mut address).unwrap();
        let address = std::str::from_utf8(&address).unwrap();
        let error = Segment::attach(&address.trim_end().parse().unwrap()).unwrap_err();
        let says = "may not be looked into";
        let text = error.to_string();
        say(format!("{:?} {}", error.kind(), if text.contains(says) { says } else { &text }));
        let descriptor = fd::receive(&socket).unwrap();
        match Segment::attach(&Address::of_descriptor(&descriptor)) {
            Ok(segment) => {
                segment.write_at(0, b"x").unwrap();
                say("attached");
            }
            Err(error) => say(format!("{:?}", error.kind())),
        }
    }
}

// --- looking at all of them

#[test]
fn the_list_has_memfds_of_ours_and_of_strangers_each_once() {
    let made = InMemory::create().unwrap();
    let other = attach(made.address()).unwrap();
    let mut stranger = play("hold_a_stranger", &[]);
    let place = stranger.hear();
    let list = shm_runtime::list();
    let ours: Vec<_> =
        list.iter().filter(|s| [made.address(), other.address()].contains(&&s.address)).collect();
    assert_eq!(ours.len(), 1, "one segment, though it is open twice");
    assert_eq!((ours[0].state, ours[0].participants.len()), (SegmentState::Live, 2));
    assert!(ours[0].mapped_by.contains(&std::process::id()));
    let found = list.iter().find(|s| s.address.to_string() == place).unwrap();
    assert_eq!((found.state, found.size), (SegmentState::Foreign, 12345));
    assert_eq!(found.kernel.name.as_deref(), Some("a stranger\x1b[2J"));
    assert_eq!(found.kernel.seals, Some(vec!["seal"]), "it allows none");
    stranger.kill();
    assert!(!shm_runtime::list().iter().any(|s| s.address.to_string() == place));
}

fn hold_a_stranger(_: &[String]) {
    let file = memfd_create("a stranger\x1b[2J", MFdFlags::empty()).unwrap();
    ftruncate(&file, 12345).unwrap();
    say(format!("memfd:{}/{}", std::process::id(), file.as_raw_fd()));
    wait_for_end_of_stdin();
}

/// Descriptors and participants are those of one attachment each, and all are
/// given back.
#[test]
fn nothing_is_left_of_many() {
    let spec = <InMemory as shm_runtime::SegmentType>::spec().unwrap();
    for _ in 0..40 {
        let made = Attachment::create(spec, &Options::default()).unwrap();
        let other = InMemory::options().address(made.address()).attach().unwrap();
        assert_eq!(other.stat().unwrap().participants.len(), 2);
        drop(other);
        assert_eq!(made.stat().unwrap().participants.len(), 1);
    }
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = open.filter_map(|e| std::fs::read_link(e.path()).ok());
    let memfds = links.filter(|l| l.to_string_lossy().starts_with("/memfd:test.backends")).count();
    assert!(memfds < 20, "{memfds} are open");
}
