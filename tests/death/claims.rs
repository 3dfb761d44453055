//! What a living process holds stays its own, whatever happens to its descriptors;
//! and what was taken from it meanwhile, it leaves alone. Asked in Rust and C, of Rust
//! and C, for POSIX, System V and memfds.

use crate::victims::{self, Victim, cases, fresh, in_my_pids, in_new_pids};
use languages::{Language, Ours};
use nix::libc;
use nix::sched::CloneFlags;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use shm_runtime::{Address, Inspector, Keep, Options, Segment, Verdict, survey};
use shmgen_test_support::{children, languages};
use std::fs::File;
use std::os::fd::AsRawFd;

children!(closed_descriptors, roles_of_others);

// --- descriptors

#[test]
fn who_closes_all_descriptors_keeps_what_it_holds() {
    victims::everywhere("closed_descriptors", play_with);
}

/// What a process is asked to do between two stops.
fn stop() {
    nix::sys::signal::raise(Signal::SIGSTOP).unwrap();
}

fn closed_descriptors(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        let home = fresh(kind);
        let address = &home.address[..];
        // Of another namespace: only its lock tells that it lives.
        in_new_pids();
        let other = Victim::start(observer, address, std::mem::forget);
        in_my_pids();
        // SAFETY: the child never returns to what waits for other threads.
        let child = match unsafe { fork() }.unwrap() {
            ForkResult::Child => {
                nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).unwrap();
                let closes = || closes_all(language, address);
                let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(closes));
                // SAFETY: as above.
                unsafe { libc::_exit(i32::from(well.is_err())) };
            }
            ForkResult::Parent { child } => Victim(child),
        };
        let stopped = waitpid(child.0, Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert_eq!(stopped, WaitStatus::Stopped(child.0, Signal::SIGSTOP));
        let refused = observer.attach(address).unwrap().pop();
        let refused = refused.expect_err("its role was taken from a living process");
        assert_eq!(refused.kind, "RoleTaken", "{refused}");
        assert!(refused.text.contains(&format!("pid {}", child.0)), "{refused}");
        let place: Address = address.parse().unwrap();
        let stat = Inspector::open(&place, &Options::default()).unwrap().stat().unwrap();
        assert_eq!(stat.participants.len(), 2, "{:?}", stat.participants);
        assert!(stat.participants.iter().all(|p| p.alive), "{:?}", stat.participants);
        drop(other);
        if kind != "memfd:" {
            let all = survey();
            let found = all.iter().find(|c| matches!(c.verdict, Verdict::Keep(Keep::InUse, _)));
            assert!(found.is_some(), "a collector would take it: {all:?}");
        }
        child.signal(Signal::SIGCONT);
        assert_eq!(waitpid(child.0, None).unwrap(), WaitStatus::Exited(child.0, 0));
        std::mem::forget(child);
        // It has given up what it held, in order.
        let mut next = observer.attach(address).unwrap();
        assert_eq!(next.pop().unwrap_err().kind, "Empty");
    });
}

/// As a library that daemonises does, and a program that goes on after that.
fn closes_all(language: Language, address: &str) {
    let mut segment = language.attach(address).unwrap();
    let bytes = language.attach_bare(address).unwrap();
    assert_eq!(segment.pop().unwrap(), 1);
    // Looks around, and so watches the other one.
    assert_eq!(segment.pop().unwrap_err().kind, "Empty");
    // SAFETY: takes numbers; what this thread uses below is opened below.
    assert_eq!(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) }, 0);
    // SAFETY: the number is free.
    assert_eq!(unsafe { libc::fcntl(3, libc::F_GETFD) }, -1);
    // The numbers are other files' from now on, on which nobody has a lock.
    let files: Vec<File> = (0..64).map(|_| File::open("/dev/null").unwrap()).collect();
    // Whether the other one lives cannot be determined now: it counts as alive.
    let refused = segment.push(7).expect_err("it took the role of a living process");
    assert_eq!(refused.kind, "RoleTaken", "{refused}");
    // Nothing is done to another file in place of the segment's.
    if !address.starts_with("sysv") {
        for done in [bytes.set(u32::MAX, u32::MAX, 0o666), bytes.remove(), segment.remove()] {
            let refused = done.expect_err("of which file?");
            assert_eq!(refused.kind, "Invalid", "{refused}");
            assert!(refused.text.contains("closed the segment's descriptor"), "{refused}");
        }
    }
    stop();
    assert_eq!(segment.pop().unwrap_err().kind, "Empty");
    drop((segment, bytes));
    for file in &files {
        // SAFETY: asks about a descriptor.
        let open = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) };
        assert!(open >= 0, "descriptor {} of another file was closed", file.as_raw_fd());
    }
}

// --- roles

#[test]
fn who_was_taken_for_dead_leaves_its_successor_alone() {
    victims::everywhere("roles_of_others", play_with);
}

fn roles_of_others(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        for consumes in [false, true] {
            let home = fresh(kind);
            let address = &home.address[..];
            let bytes = Segment::attach(&address.parse().unwrap()).unwrap();
            let act = |segment: &mut Ours, n: u64| {
                if consumes { segment.pop().map(drop) } else { segment.push(n) }
            };
            let mut first = language.attach(address).unwrap();
            let mut helper = None;
            if consumes {
                // Its record is the second one.
                let mut producer = observer.attach(address).unwrap();
                (0..8).for_each(|n| producer.push(n).unwrap());
                helper = Some(producer);
            }
            act(&mut first, 1).unwrap();
            declare_dead(&bytes, 0);
            let mut second = observer.attach(address).unwrap();
            act(&mut second, 2).unwrap();
            act(&mut second, 3).unwrap();
            let before = all(&bytes);
            drop(first);
            assert!(before == all(&bytes), "it wrote into what another one holds by now");
            act(&mut second, 4).unwrap();
            let third = act(&mut language.attach(address).unwrap(), 5);
            assert_eq!(third.expect_err("two hold one role").kind, "RoleTaken");
            drop((second, helper));
        }
    });
}

/// As somebody does who could not see the lock of the record's holder.
fn declare_dead(bytes: &Segment, index: u64) {
    const DEAD: u32 = 2;
    let mut offset = [0; 8];
    bytes.read_at(64, &mut offset).unwrap(); // of the participants, in the header
    let state = u64::from_le_bytes(offset) + 64 * index + 4;
    let mut live = [0; 4];
    bytes.read_at(state, &mut live).unwrap();
    assert_eq!(u32::from_le_bytes(live), 1);
    bytes.write_at(state, &DEAD.to_le_bytes()).unwrap();
}

fn all(bytes: &Segment) -> Vec<u8> {
    let mut all = vec![0; bytes.size() as usize];
    bytes.read_at(0, &mut all).unwrap();
    all
}
