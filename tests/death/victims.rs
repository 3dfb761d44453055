//! Processes that take part in a segment and are killed, and others that look
//! whether they live: in Rust and C, for POSIX, System V and memfds.

use everything::Plain;
use languages::{BOTH, Language, Ours};
use nix::sched::CloneFlags;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{ForkResult, Pid, fork, pipe};
use shm_runtime::{Address, Inspector, Options, Segment};
use shmgen_test_support::children::{PlayWith, say};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, languages};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

const ADDRESSES: [&str; 3] = ["posix:/lives", "sysv:0x70000001", "memfd:"];

/// Plays a part for each pair of languages and each kind of memory. Its arguments are
/// those of [`cases`].
pub(crate) fn everywhere(part: &str, play_with: PlayWith) {
    everywhere_in(part, play_with, &[]);
}

/// The same in an environment with these variables too.
pub(crate) fn everywhere_in(part: &str, play_with: PlayWith, more: &[(&str, &str)]) {
    let mut environment = vec![(languages::LIBRARY, languages::library().to_str().unwrap())];
    environment.extend(more);
    for (victim, observer) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        for address in ADDRESSES {
            let (victim, observer) = (BOTH[victim].name(), BOTH[observer].name());
            let mut player = play_with(part, &[victim, observer, address], &environment);
            assert_eq!(player.hear(), "well", "{part}: {victim}, seen by {observer}, {address}");
            player.finish();
        }
    }
}

/// A process that holds a role; killed and reaped when this value goes.
pub(crate) struct Victim(pub(crate) Pid);

impl Victim {
    /// Starts it; it holds the role when this returns, and then does something.
    pub(crate) fn start(language: Language, address: &str, then: impl FnOnce(Ours)) -> Self {
        languages::ready();
        let (mut read, mut write) = {
            let (read, write) = pipe().unwrap();
            (File::from(read), File::from(write))
        };
        // SAFETY: the child never returns to what waits for other threads.
        match unsafe { fork() }.unwrap() {
            ForkResult::Child => {
                // Not longer than a test that fails.
                nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).unwrap();
                let mut segment = language.attach(address).unwrap();
                segment.push(1).unwrap();
                write.write_all(b"x").unwrap();
                then(segment);
                loop {
                    nix::unistd::pause();
                }
            }
            ForkResult::Parent { child } => {
                drop(write);
                let victim = Self(child);
                read.read_exact(&mut [0]).expect("it did not come so far");
                victim
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.0, signal).unwrap();
    }

    /// Kills it and leaves it a zombie.
    pub(crate) fn kill_only(&self) {
        self.signal(Signal::SIGKILL);
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        nix::sys::wait::waitid(nix::sys::wait::Id::Pid(self.0), flags).unwrap();
    }

    /// The letter of its state in /proc.
    pub(crate) fn letter(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap();
        stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
        let _ = waitpid(self.0, None);
    }
}

/// Whether the holder of the role lives, as a claim by another one finds, and as
/// `stat` tells.
pub(crate) fn lives(observer: Language, address: &str) -> bool {
    let told = stat_tells(address);
    let mut segment = observer.attach(address).unwrap();
    let claimed = match segment.push(2) {
        Ok(()) => false,
        Err(refused) if refused.kind == "RoleTaken" => true,
        Err(refused) => panic!("{refused}"),
    };
    assert_eq!(claimed, told, "a claim and stat disagree");
    claimed
}

/// Whether stat tells of somebody who lives.
pub(crate) fn stat_tells(address: &str) -> bool {
    let inspector = Inspector::open(&address.parse().unwrap(), &Options::default()).unwrap();
    inspector.stat().unwrap().participants.iter().any(|p| p.alive)
}

pub(crate) fn must_live(observer: Language, address: &str, who: &str) {
    assert!(lives(observer, address), "{who}: alive, and called dead");
}

pub(crate) fn must_be_dead(observer: Language, address: &str, who: &str) {
    assert!(!lives(observer, address), "{who}: dead, and called alive");
}

/// A segment for each case, in namespaces of its own.
pub(crate) fn cases(
    arguments: &[String],
    more: CloneFlags,
    run: impl FnOnce(Language, Language, &str),
) {
    let [victim, observer, address] = arguments else { panic!("{arguments:?}") };
    apart::enter_with(more, "size=64m,mode=1777");
    run(Language::of(victim), Language::of(observer), address);
    say("well");
}

/// A segment that is there, to which nobody is attached.
pub(crate) struct Home {
    pub(crate) address: String,
    /// Keeps a memfd, and takes no part in it.
    _descriptor: Option<OwnedFd>,
}

/// Makes the segment anew.
pub(crate) fn fresh(address: &str) -> Home {
    if address != "memfd:" {
        let _ = Segment::remove_at(&address.parse().unwrap());
    }
    let made = Plain::options().address(address).create().unwrap();
    let descriptor = made.descriptor().ok();
    let address = descriptor.as_ref().map_or(address.to_owned(), |d| {
        let place = Address::of_descriptor(d);
        place.to_string()
    });
    Home { address, _descriptor: descriptor }
}

/// A new namespace of pids for the children of this process, with the same
/// /dev/shm; the first of them is 1 there.
pub(crate) fn in_new_pids() {
    in_my_pids();
    apart::separate(CloneFlags::CLONE_NEWPID);
}

/// The next children are of the namespace of this process again. Only from that one
/// can it go on to another.
pub(crate) fn in_my_pids() {
    let mine = File::open("/proc/self/ns/pid").unwrap();
    nix::sched::setns(mine, CloneFlags::CLONE_NEWPID).unwrap();
}
