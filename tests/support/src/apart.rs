//! A part of a test that is played in namespaces of its own: with an empty
//! /dev/shm and no System V segments, so that every name and id in sight is the
//! test's.
//!
//! It needs root, or user namespaces that anybody may make. Without either these
//! tests fail: what they prove cannot be had otherwise.

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// Enters new mount and IPC namespaces, with a /dev/shm of 64 MB.
pub fn enter() {
    enter_with(CloneFlags::empty(), "size=64m,mode=1777");
}

/// The same with more namespaces, and another /dev/shm.
pub fn enter_with(more: CloneFlags, shm: &str) {
    separate(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC | more);
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    mount(Some("tmpfs"), "/dev/shm", Some("tmpfs"), MsFlags::empty(), Some(shm)).unwrap();
}

/// Enters new namespaces; who is not root becomes it in one of users, too.
pub fn separate(flags: CloneFlags) {
    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    let users = if uid.is_root() { CloneFlags::empty() } else { CloneFlags::CLONE_NEWUSER };
    unshare(flags | users).unwrap_or_else(|e| {
        panic!(
            "no namespaces of their own for this test: unshare({flags:?}): {e}. Run it as root, \
             in a container with CAP_SYS_ADMIN, or allow user namespaces \
             (kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)"
        )
    });
    if !uid.is_root() {
        std::fs::write("/proc/self/setgroups", "deny").unwrap();
        std::fs::write("/proc/self/uid_map", format!("0 {uid} 1")).unwrap();
        std::fs::write("/proc/self/gid_map", format!("0 {gid} 1")).unwrap();
    }
}

/// Runs something as the only process of a new pid namespace, with a /proc of its
/// own: what looks through all processes is quick there. The caller has entered a
/// mount namespace.
pub fn in_a_small_proc(run: impl FnOnce()) {
    separate(CloneFlags::CLONE_NEWPID);
    // SAFETY: the child runs this thread alone, and ends without returning to who
    // waits for the others.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let flags = MsFlags::empty();
            mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>).unwrap();
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
            // SAFETY: as above.
            unsafe { nix::libc::_exit(i32::from(done.is_err())) };
        }
        nix::unistd::ForkResult::Parent { child } => {
            let ended = nix::sys::wait::waitpid(child, None).unwrap();
            assert_eq!(ended, nix::sys::wait::WaitStatus::Exited(child, 0));
        }
    }
}

/// What a process and its namespaces hold: to be the same before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// What the open descriptors lead to.
    pub descriptors: Vec<String>,
    /// What of shared memory is mapped.
    pub mappings: Vec<String>,
    /// The names in /dev/shm.
    pub names: Vec<String>,
    /// The System V segments: key, id, size and how often they are attached.
    pub ids: Vec<String>,
}

impl World {
    pub fn now() -> Self {
        Self { descriptors: descriptors(), mappings: mappings(), names: names(), ids: ids() }
    }
}

fn descriptors() -> Vec<String> {
    let folder = std::fs::read_dir("/proc/self/fd").unwrap();
    let paths: Vec<_> = folder.map(|e| e.unwrap().path()).collect();
    let links = paths.iter().filter_map(|path| std::fs::read_link(path).ok());
    let mut all: Vec<String> = links.map(|l| l.to_string_lossy().into_owned()).collect();
    // Not the folder that was read just now.
    all.retain(|link| !(link.starts_with("/proc/") && link.ends_with("/fd")));
    all.sort();
    all
}

fn mappings() -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let shared = maps
        .lines()
        .filter(|l| l.contains("/dev/shm/") || l.contains("/SYSV") || l.contains("/memfd:"));
    let mut all: Vec<String> =
        shared.map(|l| l.split_whitespace().skip(5).collect::<Vec<_>>().join(" ")).collect();
    all.sort();
    all
}

/// The names in /dev/shm.
pub fn names() -> Vec<String> {
    let folder = std::fs::read_dir("/dev/shm").unwrap();
    let mut all: Vec<String> =
        folder.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

/// The System V segments: key, id, size and how often they are attached.
pub fn ids() -> Vec<String> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let lines = table.lines().skip(1).map(|line| {
        let f: Vec<&str> = line.split_ascii_whitespace().collect();
        format!("key {} id {} size {} attached {}", f[0], f[1], f[3], f[6])
    });
    lines.collect()
}
