//! Who is alive and who is dead, where a pid or a state letter would lie: the
//! stopped, zombies, processes whose main thread has left, programs that were
//! replaced by exec, a thousand forks, pids that are used again, pid namespaces
//! and time namespaces. No live participant is called dead, and no dead one alive
//! for longer than the kernel says. Asked in Rust and C, of Rust and C, for POSIX,
//! System V and memfds.

use crate::victims::{
    self, Victim, cases, fresh, in_new_pids, lives, must_be_dead, must_live, stat_tells,
};
use children::say;
use languages::{Language, Ours};
use nix::libc;
use nix::sched::CloneFlags;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};
use shm_runtime::{Inspector, Options};
use shmgen_test_support::{apart, children, languages};
use std::fs::File;
use std::time::{Duration, Instant};

children!(
    of_one_namespace,
    forks,
    reused_pids,
    pid_namespaces,
    nested_pid_namespaces,
    time_namespaces,
);

/// Plays a part for each pair of languages and each kind of memory.
fn everywhere(part: &str) {
    victims::everywhere(part, play_with);
}

// --- one pid namespace

#[test]
fn the_stopped_live_and_zombies_and_the_replaced_are_dead() {
    everywhere("of_one_namespace");
}

fn of_one_namespace(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        let home = fresh(kind);
        let address = &home.address[..];
        let victim = Victim::start(language, address, std::mem::forget);
        must_live(observer, address, "one that runs");
        victim.signal(Signal::SIGSTOP);
        let stopped = waitpid(victim.0, Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert_eq!(stopped, WaitStatus::Stopped(victim.0, Signal::SIGSTOP));
        must_live(observer, address, "a stopped one");
        assert_eq!(victim.letter(), 'T');
        victim.kill_only();
        assert_eq!(victim.letter(), 'Z', "nobody has waited for it");
        must_be_dead(observer, address, "a zombie");
        drop(victim);

        // Its state letter says zombie while another thread lives.
        let home = fresh(kind);
        let address = &home.address[..];
        let victim = Victim::start(language, address, |segment| {
            std::mem::forget(segment);
            let (ready, wait) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                ready.send(()).unwrap();
                loop {
                    std::thread::sleep(Duration::from_secs(1));
                }
            });
            wait.recv().unwrap();
            // SAFETY: ends this thread alone, whose stack nobody uses.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
        });
        let start = Instant::now();
        while victim.letter() != 'Z' {
            assert!(start.elapsed() < Duration::from_secs(10), "its main thread stays");
        }
        must_live(observer, address, "one whose main thread has left");
        victim.kill_only();
        must_be_dead(observer, address, "the same, killed");
        drop(victim);

        // The pid lives on, and is another program.
        let home = fresh(kind);
        let address = &home.address[..];
        let victim = Victim::start(language, address, |segment| {
            std::mem::forget(segment);
            let arguments = [c"sleep", c"1000"];
            nix::unistd::execv(c"/bin/sleep", &arguments).unwrap();
        });
        let start = Instant::now();
        let comm = || std::fs::read_to_string(format!("/proc/{}/comm", victim.0)).unwrap();
        while comm() != "sleep\n" {
            assert!(start.elapsed() < Duration::from_secs(10), "{}", comm());
        }
        must_be_dead(observer, address, "what exec replaced");
        drop(victim);

        // A forked child keeps what its parent had open, and with it the lock.
        let home = fresh(kind);
        let address = &home.address[..];
        let (victim, heir) = with_an_heir(language, address);
        must_live(observer, address, "a parent");
        victim.kill_only();
        must_be_dead(observer, address, "a parent whose child lives on");
        drop(victim);
        kill(heir, Signal::SIGKILL).unwrap();
    });
}

/// One that has forked a child, which has whatever its parent had open.
fn with_an_heir(language: Language, address: &str) -> (Victim, Pid) {
    let victim = Victim::start(language, address, |segment| {
        std::mem::forget(segment);
        // SAFETY: the child only waits.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            // Nobody waits for its words, should the test fail.
            let nothing = File::options().read(true).write(true).open("/dev/null").unwrap();
            nix::unistd::dup2_stdout(&nothing).unwrap();
            nix::unistd::dup2_stderr(&nothing).unwrap();
            std::thread::sleep(Duration::from_secs(60));
            // SAFETY: ends the process, which has nothing to tidy up.
            unsafe { libc::_exit(0) };
        }
    });
    let path = format!("/proc/{0}/task/{0}/children", victim.0);
    let start = Instant::now();
    loop {
        let text = std::fs::read_to_string(&path).unwrap();
        if let Some(heir) = text.split_ascii_whitespace().next() {
            return (victim, Pid::from_raw(heir.parse().unwrap()));
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it has no child");
    }
}

// --- forks

#[test]
fn a_thousand_forks_neither_kill_nor_double_their_parent() {
    everywhere("forks");
}

fn forks(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        let home = fresh(kind);
        let address = &home.address[..];
        let mut segment = language.attach(address).unwrap();
        segment.push(1).unwrap();
        for n in 0..250u64 {
            // Four for each turn: what a child does with what it inherited.
            for way in 0..4 {
                // SAFETY: the child never returns to what waits for other threads.
                match unsafe { fork() }.unwrap() {
                    ForkResult::Child => {
                        let well = inherits(&mut segment, observer, address, way, n);
                        // SAFETY: as above.
                        unsafe { libc::_exit(i32::from(!well)) };
                    }
                    ForkResult::Parent { child } => {
                        let ended = waitpid(child, None).unwrap();
                        assert_eq!(ended, WaitStatus::Exited(child, 0), "way {way}, {n}");
                    }
                }
            }
            if n % 50 == 0 {
                must_live(observer, address, "a parent of many");
            }
        }
        must_live(observer, address, "a parent of a thousand");
        segment.push(2).unwrap();
        let inspector = Inspector::open(&address.parse().unwrap(), &Options::default()).unwrap();
        assert_eq!(inspector.stat().unwrap().participants.len(), 1, "a child counts as one");
        drop(segment);
        assert!(!stat_tells(address));
    });
}

/// What a child does; whether all is as it should be.
fn inherits(segment: &mut Ours, observer: Language, address: &str, way: u32, n: u64) -> bool {
    match way {
        // Nothing.
        0 => true,
        // It tries to act as its parent.
        1 => segment.push(n).is_err_and(|e| e.kind == "Forked"),
        // It lets go of what it has: unmaps and closes, and no more.
        2 => {
            // SAFETY: forgotten by the caller, which ends right away.
            drop(unsafe { std::ptr::read(segment) });
            !n.is_multiple_of(10) || lives(observer, address)
        }
        // It attaches for itself, and meets its parent.
        _ => {
            let own = observer.attach(address);
            own.is_ok_and(|mut own| own.push(n).is_err_and(|e| e.kind == "RoleTaken"))
        }
    }
}

// --- pids that are used again

#[test]
fn who_has_the_pid_of_a_dead_one_does_not_make_it_live() {
    everywhere("reused_pids");
}

/// Few pids in this namespace. Before Linux 6.14 all namespaces have one limit,
/// which is nobody's to lower: there the kernel is told the next pid instead.
fn few_pids() {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-']).map(|n| n.parse::<u32>().unwrap_or(0));
    if (numbers.next(), numbers.next()) >= (Some(6), Some(14)) {
        std::fs::write("/proc/sys/kernel/pid_max", "400").expect("the limit of this namespace");
    } else {
        let next = std::fs::write("/proc/sys/kernel/ns_last_pid", "100");
        next.expect("neither pid_max of a namespace nor ns_last_pid (CONFIG_CHECKPOINT_RESTORE)");
    }
}

/// Makes a process that has this pid, in a namespace of few pids.
fn innocent(pid: Pid) -> Option<Victim> {
    let last = (pid.as_raw() - 1).to_string();
    for _ in 0..2_000 {
        // The next one, if the kernel lets that be said; else round and round.
        let _ = std::fs::write("/proc/sys/kernel/ns_last_pid", &last);
        // SAFETY: the child only waits.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => loop {
                nix::unistd::pause();
            },
            ForkResult::Parent { child } if child == pid => return Some(Victim(child)),
            ForkResult::Parent { child } => drop(Victim(child)),
        }
    }
    None
}

fn reused_pids(arguments: &[String]) {
    let arguments = arguments.to_vec();
    apart::enter();
    apart::in_a_small_proc(move || {
        few_pids();
        let [victim, observer, kind] = &arguments[..] else { panic!("{arguments:?}") };
        let (language, observer) = (Language::of(victim), Language::of(observer));
        let home = fresh(kind);
        let address = &home.address[..];
        let victim = Victim::start(language, address, std::mem::forget);
        let pid = victim.0;
        must_live(observer, address, "one that runs");
        drop(victim);
        let other = innocent(pid).expect("no process came to have that pid again");
        assert_eq!(kill(other.0, None), Ok(()), "the pid lives");
        must_be_dead(observer, address, "one whose pid another has now");
        // And the other way round: the new one attaches, and is itself.
        drop(other);
        let home = fresh(kind);
        let address = &home.address[..];
        for _ in 0..3 {
            let victim = Victim::start(language, address, std::mem::forget);
            let pid = victim.0;
            must_live(observer, address, "one after the other");
            drop(victim);
            must_be_dead(observer, address, "one after the other");
            let _again = innocent(pid).unwrap();
            must_be_dead(observer, address, "one after the other, whose pid another has");
        }
        // A child that goes on has the lock of its dead parent, whose pid another
        // has: nothing tells the death. Unknown is alive, until the child ends.
        let home = fresh(kind);
        let address = &home.address[..];
        let (victim, heir) = with_an_heir(language, address);
        let pid = victim.0;
        drop(victim);
        let other = innocent(pid).unwrap();
        must_live(observer, address, "one of whom nothing is known");
        drop(Victim(heir));
        must_be_dead(observer, address, "the same, when its child has ended");
        drop(other);
        say("well");
    });
}

// --- namespaces

#[test]
fn a_pid_of_another_namespace_is_not_looked_for_here() {
    everywhere("pid_namespaces");
}

/// Whether something holds in a child, which is the first of a new namespace.
fn elsewhere(asked: impl FnOnce()) {
    in_new_pids();
    // SAFETY: the child never returns to what waits for other threads.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            assert_eq!(nix::unistd::getpid().as_raw(), 1);
            let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(asked));
            // SAFETY: as above.
            unsafe { libc::_exit(i32::from(asked.is_err())) };
        }
        ForkResult::Parent { child } => {
            assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0));
        }
    }
}

fn pid_namespaces(arguments: &[String]) {
    let more = CloneFlags::empty();
    cases(arguments, more, |language, observer, kind| {
        languages::ready();
        let home = fresh(kind);
        let address = &home.address[..];
        in_new_pids();
        let victim = Victim::start(language, address, |segment| {
            std::mem::forget(segment);
            assert_eq!(nix::unistd::getpid().as_raw(), 1);
        });
        must_live(observer, address, "pid 1 of another namespace");
        let inspector = Inspector::open(&address.parse().unwrap(), &Options::default()).unwrap();
        let stat = inspector.stat().unwrap();
        assert!(stat.participants[0].foreign_pid_namespace && stat.participants[0].pid == 1);
        // Who asks has the very pid, in a namespace of its own.
        elsewhere(|| must_live(observer, address, "another 1, asked by 1"));
        victim.kill_only();
        must_be_dead(observer, address, "pid 1 of another namespace, though 1 lives here");
        drop((victim, inspector));

        let home = fresh(kind);
        let address = &home.address[..];
        in_new_pids();
        let victim = Victim::start(language, address, std::mem::forget);
        victim.kill_only();
        elsewhere(|| must_be_dead(observer, address, "another 1, killed, asked by 1"));
        drop(victim);

        // One of this namespace, whose pid is nobody's where it is asked.
        let home = fresh(kind);
        let address = &home.address[..];
        let mine = File::open("/proc/self/ns/pid").unwrap();
        nix::sched::setns(mine, CloneFlags::CLONE_NEWPID).unwrap();
        let victim = Victim::start(language, address, std::mem::forget);
        elsewhere(|| must_live(observer, address, "one whose pid is nobody's here"));
        victim.kill_only();
        elsewhere(|| must_be_dead(observer, address, "the same, killed"));
    });
}

#[test]
fn the_child_of_an_init_is_not_taken_for_its_parent() {
    everywhere("nested_pid_namespaces");
}

/// The first process of a namespace is 1, and so is its child that is the first of
/// a namespace below: what one knows of its own is not true of the other.
fn nested_pid_namespaces(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        apart::in_a_small_proc(|| {
            // The first that this program does with segments.
            let home = fresh(kind);
            let address = &home.address[..];
            let victim = Victim::start(language, address, std::mem::forget);
            must_live(observer, address, "a child of 1, asked by 1");
            elsewhere(|| must_live(observer, address, "the same, asked by 1 of a namespace below"));
            must_live(observer, address, "the same, asked by 1 again");
            victim.kill_only();
            elsewhere(|| must_be_dead(observer, address, "the same, killed, asked from below"));
        });
    });
}

#[test]
fn another_time_namespace_shifts_no_death() {
    everywhere("time_namespaces");
}

/// Seconds on the clock of the caller's time namespace.
fn uptime() -> u64 {
    let text = std::fs::read_to_string("/proc/uptime").unwrap();
    text.split_once('.').unwrap().0.parse().unwrap()
}

fn time_namespaces(arguments: &[String]) {
    if !std::path::Path::new("/proc/self/ns/time").exists() {
        eprintln!("NOT TESTED: this kernel has no time namespaces (CONFIG_TIME_NS)");
        return say("well");
    }
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        let home = fresh(kind);
        let address = &home.address[..];
        languages::ready();
        const CLONE_NEWTIME: i32 = 0x80;
        // SAFETY: takes a number; the children will be in the new one.
        assert_eq!(unsafe { libc::unshare(CLONE_NEWTIME) }, 0, "unshare(CLONE_NEWTIME)");
        // Those of this thread, which is not the first of the process.
        let mine = format!("/proc/{}/timens_offsets", nix::unistd::gettid());
        std::fs::write(mine, "monotonic 8640000 0\nboottime 8640000 0").unwrap();
        let here = uptime();
        let victim = Victim::start(language, address, |mut segment| {
            assert!(uptime() - here >= 8_640_000, "not another time");
            // It works on, by its own clock.
            for n in 0..20 {
                segment.push(n).unwrap();
                std::thread::sleep(Duration::from_millis(1));
            }
            std::mem::forget(segment);
        });
        must_live(observer, address, "one of another time");
        std::thread::sleep(Duration::from_millis(100));
        must_live(observer, address, "one of another time, a little later");
        victim.kill_only();
        must_be_dead(observer, address, "one of another time, killed");
    });
}
