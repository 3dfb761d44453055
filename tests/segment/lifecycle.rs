//! Segments, as programs use them: real ones, between real processes.

use children::{say, wait_for_end_of_stdin};
use everything::{Book, Level, Plain, SystemV};
use places::Place;
use shm_runtime::queue::{QueueStat, layout};
use shm_runtime::{
    Address, Error, ErrorKind, Inspector, Options, Owner, PopError, Queue, Segment, SegmentState,
    TryPopError, TryPushError,
};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, places};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

children!(
    hold_producer,
    stay_attached,
    in_a_small_tmpfs,
    with_a_narrow_umask,
    open_or_create_at_once,
    half_born,
    wait_for_removal,
    fork_and_report,
    own_it,
);

fn level(n: i64) -> Level {
    Level { price: n, quantity: n as u32, ..Default::default() }
}

fn plain(address: &Address) -> Result<Plain, Error> {
    Plain::options().address(address).open_or_create()
}

fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.kind(),
    }
}

#[test]
fn who_owns_a_segment_removes_it_at_the_end() {
    for place in Place::all() {
        let options = || Plain::options().address(&place.0);
        let made = options().remove_on_drop().create().unwrap();
        let mut out = made.levels().producer().unwrap();
        drop(made);
        // A handle is a part of it.
        let other = options().attach().unwrap();
        out.try_push(&level(1)).unwrap();
        // Who found it removes nothing.
        drop(options().remove_on_drop().open_or_create().unwrap());
        drop(options().remove_on_drop().attach().unwrap());
        let mut inn = other.levels().consumer().unwrap();
        drop(out);
        assert_eq!(kind(options().attach()), ErrorKind::NotFound, "{}", place.0);
        assert_eq!(inn.try_pop(), Ok(level(1)));
        let removed = inn.pop_timeout(Duration::from_secs(60));
        assert!(matches!(removed, Err(PopError::Removed)), "{removed:?}");

        // A name that leads to a successor by then is left alone.
        let made = options().remove_on_drop().create().unwrap();
        made.remove().unwrap();
        let next = options().create().unwrap();
        drop(made);
        options().attach().unwrap();
        next.remove().unwrap();
    }
}

#[test]
fn neither_a_forked_child_nor_a_kill_removes_what_it_owns() {
    for place in Place::all() {
        let mut owner = play("own_it", &[&place.text()]);
        assert_eq!(owner.hear(), "forked");
        let options = || Plain::options().address(&place.0);
        options().attach().unwrap();
        owner.kill();
        let left = options().attach().unwrap();
        left.levels().consumer().unwrap();
        left.remove().unwrap();
    }
}

fn own_it(arguments: &[String]) {
    let address: Address = arguments[0].parse().unwrap();
    let made = Plain::options().address(&address).remove_on_drop().create().unwrap();
    // SAFETY: no other thread of this process holds a lock that the child needs.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            drop(made);
            std::process::exit(0);
        }
        nix::unistd::ForkResult::Parent { child } => {
            nix::sys::wait::waitpid(child, None).unwrap();
            say("forked");
            wait_for_end_of_stdin();
        }
    }
    drop(made);
}

#[test]
fn attach_waits_for_who_creates() {
    let soon = Duration::from_millis(20);
    let long = Duration::from_secs(3600);
    for place in Place::all() {
        let options = || Plain::options().address(&place.0);
        for late in [
            options().wait(soon).attach().map(drop),
            options().wait(soon).attach_read_only().map(drop),
            Segment::attach_with(&place.0, &Options::default().wait(soon)).map(drop),
        ] {
            let error = late.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(error.to_string().ends_with(", and none came in 20 ms"), "{error}");
        }
        // Creating needs no waiting.
        options().wait(long).open_or_create().unwrap().remove().unwrap();
        let with_patience = Options::default().wait(long);
        Segment::open_or_create_with(&place.0, 10, &with_patience).unwrap().remove().unwrap();

        std::thread::scope(|scope| {
            let creator = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                options().create().unwrap()
            });
            let forever = options().wait(Duration::MAX).attach_read_only().unwrap();
            assert!(forever.stat().is_ok());
            options().wait(long).attach().unwrap();
            Segment::attach_read_only_with(&place.0, &with_patience).unwrap();
            creator.join().unwrap().remove().unwrap();
        });
    }
}

// --- the six operations

#[test]
fn bare_segments_are_created_attached_changed_and_removed() {
    for place in Place::all() {
        assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::NotFound);
        let made = Segment::create(&place.0, 5000).unwrap();
        assert_eq!(kind(Segment::create(&place.0, 5000)), ErrorKind::Exists);
        assert_eq!(made.stat().unwrap().size, 5000, "exactly this many bytes");
        assert_eq!(made.stat().unwrap().state, SegmentState::Foreign);

        made.write_at(4990, b"0123456789").unwrap();
        assert_eq!(made.write_at(4991, b"0123456789").unwrap_err().kind(), ErrorKind::Invalid);
        let reader = Segment::attach_read_only(&place.0).unwrap();
        let mut bytes = [0; 10];
        reader.read_at(4990, &mut bytes).unwrap();
        assert_eq!(&bytes, b"0123456789");
        assert_eq!(reader.write_at(0, b"x").unwrap_err().kind(), ErrorKind::ReadOnly);

        if nix::unistd::geteuid().is_root() {
            made.set(Owner { uid: 12345, gid: 54321, mode: 0o640 }).unwrap();
            let stat = made.stat().unwrap();
            assert_eq!((stat.uid, stat.gid, stat.mode), (12345, 54321, 0o640));
        }
        made.set(Owner { mode: 0o604, ..Owner::KEEP }).unwrap();
        let stat = made.stat().unwrap();
        assert_eq!(stat.mode, 0o604);
        assert_eq!(kind(made.set(Owner { mode: 0o1000, ..Owner::KEEP })), ErrorKind::Invalid);

        made.lock_memory().unwrap();
        made.unlock_memory().unwrap();
        made.remove().unwrap();
        assert_eq!(kind(made.remove()), ErrorKind::NotFound);
        assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::NotFound);
        // Who is attached keeps the memory.
        reader.read_at(4990, &mut bytes).unwrap();
        assert_eq!(&bytes, b"0123456789");
    }
}

#[test]
fn open_or_create_never_changes_what_is_there() {
    for place in Place::all() {
        let first = Segment::open_or_create(&place.0, 4096).unwrap();
        first.write_at(7, b"kept").unwrap();
        let second = Segment::open_or_create(&place.0, 4096).unwrap();
        let mut bytes = [0; 4];
        second.read_at(7, &mut bytes).unwrap();
        assert_eq!(&bytes, b"kept");
        assert_eq!(kind(Segment::open_or_create(&place.0, 8192)), ErrorKind::Mismatch);
    }
}

#[test]
fn a_name_can_be_left_to_create() {
    let made = Segment::create(&"posix:".parse().unwrap(), 100).unwrap();
    let again = Segment::attach(made.address()).unwrap();
    assert_eq!(again.size(), 100);
    made.remove().unwrap();
}

#[test]
fn the_mode_is_exactly_the_one_asked_for_whatever_the_umask() {
    let mut player = play("with_a_narrow_umask", &[]);
    assert_eq!(player.hear(), "ok");
    player.finish();
}

fn with_a_narrow_umask(_: &[String]) {
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    for place in Place::all() {
        let made = Segment::create_with(&place.0, 10, &Options::default().mode(0o666)).unwrap();
        assert_eq!(made.stat().unwrap().mode, 0o666);
    }
    let place = Place::sysv();
    let segment = SystemV::options().address(&place.0).create().unwrap();
    assert_eq!(segment.stat().unwrap().mode, 0o640, "the schema's");
    say("ok");
}

#[test]
fn ours_are_created_once_attached_by_many_and_removed_by_name() {
    for place in Place::all() {
        assert_eq!(kind(Plain::options().address(&place.0).attach()), ErrorKind::NotFound);
        let made = Plain::options().address(&place.0).create().unwrap();
        assert_eq!(kind(Plain::options().address(&place.0).create()), ErrorKind::Exists);
        let other = Plain::options().address(&place.0).exclusive(false).create().unwrap();
        let mut out = made.levels().producer().unwrap();
        let mut inn = other.levels().consumer().unwrap();
        out.try_push(&level(7)).unwrap();
        assert_eq!(inn.try_pop(), Ok(level(7)));
        let stat = made.stat().unwrap();
        assert_eq!(stat.size, Plain::SIZE);
        assert_eq!(stat.participants.len(), 2);
        // The companion of a System V segment goes with it.
        let companion = stat.kernel.id.map(|id| format!(".shmgen.sysv.{id}."));
        let companions = || {
            let all = std::fs::read_dir("/dev/shm").unwrap().flatten();
            all.filter(|e| {
                let name = e.file_name().to_string_lossy().into_owned();
                companion.as_ref().is_some_and(|c| name.starts_with(c))
            })
            .count()
        };
        assert_eq!(companions(), usize::from(companion.is_some()));
        drop((out, inn, other));
        assert_eq!(made.stat().unwrap().participants.len(), 1);
        made.remove().unwrap();
        assert_eq!(companions(), 0);
        assert_eq!(kind(Plain::options().address(&place.0).attach()), ErrorKind::NotFound);
    }
}

#[test]
fn two_that_open_or_create_at_once_meet_in_one_segment() {
    let rounds = 50;
    for place in Place::all() {
        let arguments = [place.text(), rounds.to_string()];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut players: Vec<_> =
            (0..3).map(|_| play("open_or_create_at_once", &arguments)).collect();
        for _ in 0..rounds {
            let marks: Vec<String> = players.iter_mut().map(children::Player::hear).collect();
            assert!(marks.iter().all(|m| *m == marks[0]), "{marks:?}");
            Segment::remove_at(&place.0).unwrap();
            for player in &mut players {
                player.go_on();
            }
        }
        players.iter_mut().for_each(children::Player::finish);
    }
}

fn open_or_create_at_once(arguments: &[String]) {
    for _ in 0..arguments[1].parse().unwrap() {
        let made = Plain::options().address(&arguments[0]).open_or_create().unwrap();
        let header = made.stat().unwrap().header.unwrap();
        say(format!("{} {}", header.created_ns, header.creator.pid));
        wait_for_end_of_stdin();
    }
}

// --- what is refused, and how it is reported

#[test]
fn a_mismatch_names_what_differs_on_both_sides() {
    for place in Place::all() {
        let other = Queue::<u32>::create(&place.0, 8).unwrap();
        let error = Plain::options().address(&place.0).attach().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(!error.differences().is_empty());
        let text = error.to_string();
        assert!(text.contains("object levels (queue) is not in the segment"), "{text}");
        assert!(text.contains(&format!("pid {}", std::process::id())), "{text}");
        assert!(text.contains("alive"), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let rows =
            ["  yours     test.everything 1.0, shmgen ", "  segment   ", "  to do     build both"];
        let at = lines.iter().position(|line| line.starts_with(rows[0])).unwrap();
        assert!(at >= 1 && lines.len() == at + 3, "{text}");
        assert!(rows.iter().zip(&lines[at..]).all(|(row, line)| line.starts_with(row)), "{text}");
        assert!(lines[at + 2].ends_with(&format!("`shmgen rm {}`", place.0)), "{text}");
        drop(other);
        // The item's type alone, with the capacity that the segment has.
        assert_eq!(kind(Queue::<u64>::attach(&place.0)), ErrorKind::Mismatch);
        assert_eq!(Queue::<u32>::attach(&place.0).unwrap().capacity().unwrap(), 8);
    }
}

#[test]
fn bare_foreign_and_damaged_segments_are_told_apart() {
    for place in Place::all() {
        let attach = || Plain::options().address(&place.0).attach();
        let bare = Segment::create(&place.0, 1 << 16).unwrap();
        bare.write_at(0, b"something else").unwrap();
        let error = attach().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains("bare segment"), "{error}");
        bare.remove().unwrap();
    }
    let place = Place::posix();
    let attach = || Plain::options().address(&place.0).attach();
    drop(Plain::options().address(&place.0).create().unwrap());
    let good = std::fs::read(place.path()).unwrap();
    let try_bytes = |bytes: &[u8]| {
        std::fs::write(place.path(), bytes).unwrap();
        attach().unwrap_err()
    };
    let patched = |at: usize, bytes: &[u8]| {
        let mut copy = good.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        copy
    };
    for (bytes, expected, text) in [
        (vec![], ErrorKind::Mismatch, "bare segment"),
        (vec![0; 1 << 16], ErrorKind::Mismatch, "bare segment"),
        (good[..8].to_vec(), ErrorKind::Corrupt, "shorter than a header"),
        (good[..good.len() - 1].to_vec(), ErrorKind::Corrupt, "another size"),
        ([&good[..], b"x"].concat(), ErrorKind::Corrupt, "another size"),
        (patched(8, &[2, 0]), ErrorKind::Mismatch, "format 2.0"),
        (patched(12, &[10, 11, 12, 13]), ErrorKind::Mismatch, "byte order"),
        (patched(12, &[1, 2, 3, 4]), ErrorKind::Corrupt, "byte-order"),
        (patched(16, &[9]), ErrorKind::Corrupt, "state is 9"),
        (patched(16, &[3]), ErrorKind::Removed, "removed"),
        (patched(32, &[0; 16]), ErrorKind::Mismatch, "tampered"),
        (patched(48, &[0xff; 8]), ErrorKind::Corrupt, "not aligned"),
        (patched(64, &[0; 8]), ErrorKind::Corrupt, "overlap"),
        (patched(72, &[0xff; 4]), ErrorKind::Corrupt, "too many"),
        (patched(512 + 8, &[0; 8]), ErrorKind::Corrupt, "directory"),
    ] {
        let error = try_bytes(&bytes);
        assert_eq!(error.kind(), expected, "{text}: {error}");
        assert!(error.to_string().contains(text), "{text}: {error}");
    }
    std::fs::write(place.path(), &good).unwrap();
    attach().unwrap();
}

#[test]
fn what_is_not_a_plain_file_of_a_trusted_owner_is_refused() {
    let (place, target) = (Place::posix(), Place::posix());
    let attach = || Plain::options().address(&place.0).attach();
    drop(Plain::options().address(&target.0).create().unwrap());

    std::os::unix::fs::symlink(target.path(), place.path()).unwrap();
    assert_eq!(kind(attach()), ErrorKind::Permission);
    assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::Permission);
    assert_eq!(kind(Segment::remove_at(&place.0)), ErrorKind::Permission);
    let open = Owner { mode: 0o666, ..Owner::KEEP };
    assert_eq!(kind(Segment::set_at(&place.0, open)), ErrorKind::Permission);
    std::fs::remove_file(place.path()).unwrap();

    std::fs::hard_link(target.path(), place.path()).unwrap();
    let error = attach().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert!(error.to_string().contains("hard links"), "{error}");
    std::fs::remove_file(place.path()).unwrap();

    let mode = nix::sys::stat::Mode::from_bits_truncate(0o600);
    nix::unistd::mkfifo(place.path().as_str(), mode).unwrap();
    let start = Instant::now();
    assert_eq!(kind(attach()), ErrorKind::Permission);
    assert!(start.elapsed() < Duration::from_secs(5), "a FIFO must not make it wait");
    std::fs::remove_file(place.path()).unwrap();

    std::fs::create_dir(place.path()).unwrap();
    assert_eq!(kind(attach()), ErrorKind::Permission);
    std::fs::remove_dir(place.path()).unwrap();

    if nix::unistd::geteuid().is_root() {
        Segment::set_at(&target.0, Owner { uid: 4321, ..Owner::KEEP }).unwrap();
        let error = Plain::options().address(&target.0).attach().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Permission);
        assert!(error.to_string().contains("uid 4321"), "{error}");
        Plain::options().address(&target.0).trust_uid(4321).attach().unwrap();
        Plain::options().address(&target.0).trust_any_owner().attach().unwrap();
    } else {
        let made = Segment::attach(&target.0).unwrap();
        std::fs::set_permissions(target.path(), std::fs::Permissions::from_mode(0o0)).unwrap();
        assert_eq!(kind(Segment::attach(&target.0)), ErrorKind::Permission);
        drop(made);
    }
}

#[test]
fn a_full_tmpfs_is_an_error_of_create_that_names_the_sizes() {
    let mut player = play("in_a_small_tmpfs", &[]);
    let heard = player.hear();
    player.finish();
    assert!(heard.starts_with("NoSpace"), "{heard}");
    assert!(heard.contains("1048.6 kB needed") && heard.contains("free in /dev/shm"), "{heard}");
}

fn in_a_small_tmpfs(_: &[String]) {
    use nix::mount::{MsFlags, mount};
    use nix::sched::{CloneFlags, unshare};
    let mut flags = CloneFlags::CLONE_NEWNS;
    if !nix::unistd::geteuid().is_root() {
        flags |= CloneFlags::CLONE_NEWUSER;
    }
    unshare(flags).unwrap();
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    let small = Some("size=64k");
    mount(Some("tmpfs"), "/dev/shm", Some("tmpfs"), MsFlags::empty(), small).unwrap();
    let error = Segment::create(&"posix:/large".parse().unwrap(), 1 << 20).unwrap_err();
    let left = std::fs::read_dir("/dev/shm").unwrap().count();
    assert_eq!(left, 0, "nothing half-made is left");
    Segment::create(&"posix:/small".parse().unwrap(), 1 << 15).unwrap();
    say(format!("{:?} {error}", error.kind()));
}

// --- who is there

#[test]
fn a_role_has_one_holder_who_is_named_while_it_lives_and_replaced_when_it_is_dead() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let mut player = play("hold_producer", &[&place.text()]);
        assert_eq!(player.hear(), "holding");
        let error = own.levels().producer().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RoleTaken);
        assert_eq!(error.holder().unwrap().pid, player.pid());
        assert!(error.to_string().contains(&format!("pid {}", player.pid())), "{error}");
        player.kill();
        let mut out = own.levels().producer().unwrap();
        out.try_push(&level(1)).unwrap();
        // Within one process, and within one attachment.
        for holder in [&own, &plain(&place.0).unwrap()] {
            let error = holder.levels().producer().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RoleTaken);
            assert_eq!(error.holder().unwrap().pid, std::process::id());
        }
        drop(out);
        own.levels().producer().unwrap();
    }
}

fn hold_producer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let _out = segment.levels().producer().unwrap();
    say("holding");
    wait_for_end_of_stdin();
}

/// The bytes of a segment, and where the object of an index begins.
fn raw_queue(place: &Place, index: u64) -> (Segment, u64) {
    let raw = Segment::attach(&place.0).unwrap();
    let directory = word_at(&raw, 80);
    let queue = word_at(&raw, directory + index * 64 + 8);
    (raw, queue)
}

fn word_at(raw: &Segment, at: u64) -> u64 {
    let mut bytes = [0; 8];
    raw.read_at(at, &mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}

#[test]
fn the_dead_are_swept_by_whoever_looks_around() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let (raw, queue) = raw_queue(&place, 0);
        let mut inn = own.levels().consumer().unwrap();
        let mut player = play("hold_producer", &[&place.text()]);
        assert_eq!(player.hear(), "holding");
        let role = || word_at(&raw, queue + layout::PRODUCER_ROLE);
        let held = role();
        player.kill();
        assert_eq!(role(), held);
        // An empty queue makes its consumer look, once a millisecond.
        let start = Instant::now();
        while role() == held {
            assert!(inn.try_pop().is_err());
            assert!(start.elapsed() < Duration::from_secs(10), "nobody sweeps");
        }
        assert_eq!(role(), held | 0xFFFF_FFFF, "orphaned, of the same generation");
    }
}

#[test]
fn what_a_dead_producer_had_not_committed_never_appears() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let (raw, queue) = raw_queue(&place, 1);
        let mut inn = own.books().consumer().unwrap();
        // A batch is stamped from its end. Of this one the first stamp is missing:
        // its producer died before that.
        let slots = layout::QueueLayout::new(size_of::<Book>() as u64, 100).unwrap();
        for position in 1..slots.slots {
            let slot = queue + layout::SLOTS + position * slots.stride;
            raw.write_at(slot, &(position + 1).to_le_bytes()).unwrap();
        }
        let mut out = own.books().producer().unwrap();
        assert!(inn.try_pop().is_err());
        for n in 0..5 {
            let book = Book { u64: n, ..Default::default() };
            out.try_push(&book).unwrap();
            assert_eq!(inn.try_pop().unwrap(), book);
            assert!(inn.try_pop().is_err(), "message {n} brought others with it");
        }
    }
}

#[test]
fn a_full_table_names_its_holders_and_takes_in_the_next_one_when_somebody_dies() {
    let place = Place::sysv();
    let first = SystemV::options().address(&place.0).create().unwrap();
    let second = SystemV::options().address(&place.0).attach().unwrap();
    let mut player = play("stay_attached", &[&place.text()]);
    player.hear();
    let error = SystemV::options().address(&place.0).attach().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableFull);
    assert!(error.to_string().contains(&format!("pid {}", player.pid())), "{error}");
    // A reader needs no record.
    SystemV::options().address(&place.0).attach_read_only().unwrap();
    player.kill();
    SystemV::options().address(&place.0).attach().unwrap();
    drop((first, second));
}

fn stay_attached(arguments: &[String]) {
    let segment = SystemV::options().address(&arguments[0]).attach().unwrap();
    say("attached");
    wait_for_end_of_stdin();
    drop(segment);
}

#[test]
fn a_reader_takes_no_role_and_counts_as_somebody() {
    for place in Place::all() {
        let stat =
            || Inspector::open(&place.0, &Options::default()).and_then(|i| i.stat()).unwrap();
        drop(plain(&place.0).unwrap());
        assert_eq!(stat().state, SegmentState::Orphan);
        let reader = Plain::options().address(&place.0).attach_read_only().unwrap();
        assert_eq!(kind(reader.levels().producer()), ErrorKind::ReadOnly);
        assert_eq!(kind(reader.levels().consumer()), ErrorKind::ReadOnly);
        assert_eq!(stat().state, SegmentState::Live);
        assert!(stat().participants.is_empty());
    }
}

#[test]
fn a_forked_child_is_no_participant_and_takes_nothing_from_its_parent() {
    for place in Place::all() {
        let mut player = play("fork_and_report", &[&place.text()]);
        assert_eq!(player.hear(), "ok");
        player.finish();
    }
}

/// In a process of its own, which runs one thread only.
fn fork_and_report(arguments: &[String]) {
    let address: Address = arguments[0].parse().unwrap();
    let own = plain(&address).unwrap();
    let mut out = own.levels().producer().unwrap();
    let mut inn = own.levels().consumer().unwrap();
    // SAFETY: no other thread of this process holds a lock that the child needs.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let forked = out.try_push(&level(1)) == Err(TryPushError::Forked)
                && inn.try_pop() == Err(TryPopError::Forked)
                && out
                    .push_timeout(&level(1), Duration::ZERO)
                    .is_err_and(|e| e.kind() == ErrorKind::Forked)
                && own.books().producer().is_err_and(|e| e.kind() == ErrorKind::Forked);
            drop((out, inn, own));
            let anew = Plain::options().address(&address).attach();
            let taken = anew.is_ok_and(|s| {
                s.levels().producer().is_err_and(|e| e.kind() == ErrorKind::RoleTaken)
            });
            std::process::exit(i32::from(!(forked && taken)));
        }
        nix::unistd::ForkResult::Parent { child } => {
            let status = nix::sys::wait::waitpid(child, None).unwrap();
            assert_eq!(status, nix::sys::wait::WaitStatus::Exited(child, 0));
        }
    }
    assert_eq!(own.stat().unwrap().participants.len(), 1);
    out.try_push(&level(2)).unwrap();
    assert_eq!(inn.try_pop(), Ok(level(2)));
    say("ok");
}

// --- removal

#[test]
fn a_removed_segment_is_drained_and_then_says_so_while_the_name_is_free_again() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let mut out = own.books().producer().unwrap();
        let mut inn = own.books().consumer().unwrap();
        let book = everything::Book { u8: 5, ..Default::default() };
        (0..3).for_each(|_| out.try_push(&book).unwrap());
        own.remove().unwrap();
        let fresh = Plain::options().address(&place.0).create().unwrap();
        for _ in 0..3 {
            assert_eq!(inn.try_pop(), Ok(book));
        }
        let end = inn.pop_timeout(Duration::from_secs(5)).unwrap_err();
        assert_eq!(end.kind(), ErrorKind::Removed);
        assert_eq!(inn.try_pop(), Err(TryPopError::Removed));
        let stat = own.stat().unwrap();
        assert!(stat.header.unwrap().retired, "who is attached can still look at it");
        // A late remover leaves its successor's segment alone.
        assert_eq!(kind(own.remove()), ErrorKind::NotFound);
        assert_eq!(fresh.books().depth().unwrap(), 0);
        Plain::options().address(&place.0).attach().unwrap();
    }
}

#[test]
fn a_sleeper_hears_of_the_removal() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let mut player = play("wait_for_removal", &[&place.text()]);
        player.hear();
        std::thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        own.remove().unwrap();
        assert_eq!(player.hear(), "Removed");
        assert!(start.elapsed() < Duration::from_secs(5));
        player.finish();
    }
}

#[test]
fn a_removal_by_rm_is_noticed() {
    let place = Place::posix();
    let own = plain(&place.0).unwrap();
    let mut player = play("wait_for_removal", &[&place.text()]);
    player.hear();
    std::fs::remove_file(place.path()).unwrap();
    assert_eq!(player.hear(), "Removed");
    drop(own);
}

fn wait_for_removal(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let mut inn = segment.levels().consumer().unwrap();
    say("waiting");
    let end = inn.pop_timeout(Duration::from_secs(20)).unwrap_err();
    say(format!("{:?}", end.kind()));
}

// --- a System V segment whose creator died at birth

#[test]
fn what_a_dead_creator_left_half_made_is_cleared_away_by_create_and_nothing_else() {
    let place = Place::sysv();
    let size = {
        let probe = Place::sysv();
        let made = SystemV::options().address(&probe.0).create().unwrap();
        made.stat().unwrap().size
    };
    let mut player = play("half_born", &[&place.text(), &size.to_string()]);
    player.hear();
    // While it lives, its creator may still be at work.
    assert_eq!(kind(SystemV::options().address(&place.0).create()), ErrorKind::Exists);
    player.kill();
    assert_eq!(kind(SystemV::options().address(&place.0).attach()), ErrorKind::Mismatch);
    SystemV::options().address(&place.0).create().unwrap();
    SystemV::options().address(&place.0).attach().unwrap();
    // One of another size is somebody else's.
    let other = Place::sysv();
    let mut player = play("half_born", &[&other.text(), "12288"]);
    player.hear();
    player.kill();
    assert_eq!(kind(SystemV::options().address(&other.0).create()), ErrorKind::Exists);
}

/// Makes what shmget makes, and is killed before it writes.
fn half_born(arguments: &[String]) {
    let address = arguments[0].parse().unwrap();
    let made = Segment::create(&address, arguments[1].parse().unwrap()).unwrap();
    drop(made);
    say("made");
    wait_for_end_of_stdin();
}

// --- the rest

#[test]
fn stat_tells_what_the_kernel_and_the_segment_know() {
    for place in Place::all() {
        let own = plain(&place.0).unwrap();
        let mut out = own.books().producer().unwrap();
        let mut inn = own.books().consumer().unwrap();
        let book = everything::Book::default();
        (0..5).for_each(|_| out.try_push(&book).unwrap());
        inn.try_pop().unwrap();
        let stat = own.stat().unwrap();
        let header = stat.header.unwrap();
        assert_eq!(header.schema, "test.everything");
        assert_eq!(header.version, "1.0");
        assert_eq!(header.creator.pid, std::process::id());
        assert_eq!(header.creator.alive, Some(true));
        assert_eq!(stat.state, SegmentState::Live);
        let queue = QueueStat::of(&stat.objects[1]).unwrap();
        assert_eq!((queue.pushed, queue.popped, queue.depth, queue.capacity), (5, 1, 4, 100));
        let held: Vec<_> = queue.holders.iter().map(|h| (h.role, h.participant)).collect();
        let own = stat.participants[0].index;
        assert_eq!(held, [("producer", own), ("consumer", own)]);
        assert_eq!(stat.participants[0].pid, std::process::id());
        assert!(stat.objects[0].facts.holders.is_empty());
        if place.text().starts_with("sysv") {
            assert_eq!(stat.kernel.attached, Some(1));
        } else {
            assert!(stat.kernel.resident.unwrap() >= stat.size, "its pages are taken");
        }
    }
}

#[test]
fn the_list_has_every_segment_and_nothing_of_the_runtimes_own() {
    let places = Place::both();
    let bare = Place::posix();
    let _all: Vec<_> = places.iter().map(|p| plain(&p.0).unwrap()).collect();
    let _bare = Segment::create(&bare.0, 100).unwrap();
    let list = shm_runtime::list();
    for place in &places {
        let found = list.iter().find(|s| s.address == place.0).unwrap();
        assert_eq!(found.state, SegmentState::Live);
    }
    let found = list.iter().find(|s| s.address == bare.0).unwrap();
    assert_eq!((found.state, found.size), (SegmentState::Foreign, 100));
    assert!(found.mapped_by.contains(&std::process::id()));
    assert!(!list.iter().any(|s| s.address.to_string().contains(".shmgen.sysv")));
}
