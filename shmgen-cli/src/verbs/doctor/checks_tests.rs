//! The checks on machines that were made up, one fault at a time.

#![allow(clippy::pedantic)]

use super::super::containers;
use super::super::finding::{Finding, Level};
use super::super::machine::{self, Machine, Mount, Need, RemoveIpc, Selinux, Wanted};
use super::all;

/// A machine on which all is well.
fn sound() -> Machine {
    let mount = |kind: &str, options: &[&str]| {
        let options = options.iter().map(|o| (*o).to_owned()).collect();
        Some(Mount { kind: kind.to_owned(), options })
    };
    Machine {
        shm: mount("tmpfs", &["rw", "size=8g"]),
        room: Some((8 << 30, 7 << 30)),
        files_left: Some(100_000),
        mode: Some(0o1777),
        proc: mount("proc", &["rw"]),
        kernel: Some("6.1.0-18-amd64".to_owned()),
        remove_ipc: Some(RemoveIpc { on: true, file: None, for_this_user: false }),
        shmmax: Some(u64::MAX - (1 << 24)),
        shmall: Some(u64::MAX - (1 << 24)),
        shmmni: Some(4096),
        sysv: Some((3, 300)),
        memlock: Some(8 << 20),
        memory: Some(16 << 30),
        cgroup: None,
        huge: Some("never".to_owned()),
        huge_pool: Some((8, 6)),
        container: None,
        first_namespaces: Some([true; 3]),
        ..Machine::default()
    }
}

fn need(posix: u64, sysv: u64) -> Need {
    let wanted = |kind, size| Wanted { name: "s".to_owned(), kind, size, there: false };
    Need { segments: vec![wanted("posix", posix), wanted("sysv", sysv)] }
}

fn found<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    findings.iter().find(|f| f.check == check).unwrap_or_else(|| panic!("no check {check}"))
}

/// The level of one check on a machine with one thing changed; all others must
/// be well.
fn level(check: &str, need: Option<&Need>, change: impl Fn(&mut Machine)) -> Level {
    let mut machine = sound();
    change(&mut machine);
    let findings = all(&machine, need);
    let others = findings.iter().filter(|f| f.check != check && f.level != Level::Ok);
    assert_eq!(others.map(|f| f.check).collect::<Vec<_>>(), [""; 0], "beside {check}");
    let finding = found(&findings, check);
    assert!(!finding.found.is_empty());
    assert!(finding.level == Level::Ok || !finding.means.is_empty(), "{finding:?}");
    finding.level
}

#[test]
fn huge_pages_are_told_with_those_that_are_kept() {
    let told = |machine| {
        let found = all(&machine, None).into_iter().find(|f| f.check == "huge pages");
        found.unwrap().found
    };
    assert_eq!(
        told(sound()),
        "/dev/shm: never; System V: never; 8 of 2M kept for processes that ask, 6 free"
    );
    let none = Machine { huge_pool: None, ..sound() };
    assert_eq!(told(none), "/dev/shm: never; System V: never");
}

#[test]
fn on_a_sound_machine_all_is_well() {
    for need in [None, Some(need(1 << 30, 1 << 20))] {
        let machine = Machine { is_root: true, ..sound() };
        let findings = all(&machine, need.as_ref());
        assert!(findings.len() >= 14);
        assert!(findings.iter().all(|f| f.level == Level::Ok), "{findings:#?}");
    }
}

#[test]
fn each_fault_is_found_alone_and_weighed() {
    use Level::{Fail, Ok, Warn};
    let shm = |kind: &str, options: &[&str]| {
        let options = options.iter().map(|o| (*o).to_owned()).collect();
        Some(Mount { kind: kind.to_owned(), options })
    };
    assert_eq!(level("kernel", None, |m| m.kernel = None), Fail);
    assert_eq!(level("kernel", None, |m| m.kernel = Some("4.9.1".into())), Fail);
    assert_eq!(level("kernel", None, |m| m.kernel = Some("5.2".into())), Warn);
    assert_eq!(level("kernel", None, |m| m.kernel = Some("5.3.0".into())), Ok);
    assert_eq!(level("/dev/shm", None, |m| m.shm = shm("tmpfs", &["ro"])), Fail);
    assert_eq!(level("/dev/shm", None, |m| m.shm = shm("ext4", &["rw"])), Warn);
    assert_eq!(level("/dev/shm", None, |m| m.shm = None), Warn);
    assert_eq!(level("create", None, |m| m.create_failure = Some("cannot".into())), Fail);
    assert_eq!(level("room", None, |m| m.room = Some((64 << 20, 64 << 20))), Warn);
    assert_eq!(level("room", None, |m| m.room = Some((1 << 30, 1 << 20))), Warn);
    assert_eq!(level("files", None, |m| m.files_left = Some(0)), Fail);
    assert_eq!(level("mode", None, |m| m.mode = Some(0o777)), Fail);
    assert_eq!(level("mode", None, |m| m.mode = Some(0o755)), Warn);
    assert_eq!(level("control group", None, |m| m.cgroup = Some((1 << 30, 1))), Warn);
    assert_eq!(level("control group", None, |m| m.cgroup = Some((9 << 30, 1))), Ok);
    assert_eq!(level("shmmax", None, |m| m.shmmax = Some(32 << 20)), Warn);
    assert_eq!(level("shmmni", None, |m| m.shmmni = Some(3)), Fail);
    assert_eq!(level("shmmni", None, |m| m.shmmni = Some(4)), Ok);
    assert_eq!(level("leftovers", None, |m| m.leftovers = (2, 4096)), Warn);
    assert_eq!(level("leftovers", None, |m| m.waiting = (1, 3)), Warn);
    assert_eq!(level("namespaces", None, |m| m.first_namespaces = Some([true, false, true])), Warn);
    assert_eq!(level("namespaces", None, |m| m.container = Some("Docker".into())), Warn);
    assert_eq!(level("/proc", None, |m| m.proc = shm("proc", &["hidepid=2"])), Warn);
    let ipc = |on, for_this_user| RemoveIpc { on, file: None, for_this_user };
    assert_eq!(level("RemoveIPC", None, |m| m.remove_ipc = Some(ipc(true, true))), Warn);
    assert_eq!(level("RemoveIPC", None, |m| m.remove_ipc = Some(ipc(false, true))), Ok);
    let selinux = |enforce, label| Some(Selinux::of(enforce, label));
    let container = "system_u:system_r:container_t:s0:c1,c2\0";
    assert_eq!(level("SELinux", None, |_| ()), Ok);
    assert_eq!(level("SELinux", None, |m| m.selinux = selinux("1", container)), Warn);
    assert_eq!(level("SELinux", None, |m| m.selinux = selinux("0\n", container)), Ok);
    let user = "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\0";
    assert_eq!(level("SELinux", None, |m| m.selinux = selinux("1", user)), Ok);
    assert_eq!(level("SELinux", None, |m| m.selinux = selinux("1", "")), Warn);
}

#[test]
fn what_a_schema_needs_is_held_against_what_there_is() {
    use Level::{Fail, Ok, Warn};
    let small = need(1 << 20, 1 << 20);
    let large = need(1 << 30, 1 << 30);
    // 64M is enough for this one, so it is no fault.
    assert_eq!(level("room", Some(&small), |m| m.room = Some((64 << 20, 64 << 20))), Ok);
    let is_short = |m: &mut Machine| {
        (m.room, m.is_root) = (Some((64 << 20, 64 << 20)), true);
    };
    assert_eq!(level("room", Some(&large), is_short), Fail);
    let root = |m: &mut Machine| m.is_root = true;
    assert_eq!(
        level("memory", Some(&large), |m| {
            root(m);
            m.memory = Some(1 << 30)
        }),
        Fail
    );
    let group = Some((9 << 30, 8 << 30));
    assert_eq!(
        level("control group", Some(&large), |m| {
            root(m);
            m.cgroup = group
        }),
        Fail
    );
    assert_eq!(
        level("shmmax", Some(&large), |m| {
            root(m);
            m.shmmax = Some(1 << 29)
        }),
        Fail
    );
    assert_eq!(
        level("shmall", Some(&large), |m| {
            root(m);
            m.shmall = Some(1000)
        }),
        Fail
    );
    assert_eq!(level("memlock", Some(&large), |_| {}), Warn);
    // What is there already needs nothing more.
    let mut there = large.clone();
    there.segments.iter_mut().for_each(|s| s.there = true);
    assert_eq!(level("room", Some(&there), is_short), Ok);
    assert_eq!((there.bytes(), there.posix_bytes(false)), (0, (1 << 30) + 4096));
    // No number of segments or bytes makes it fall over.
    let huge = Need { segments: vec![need(u64::MAX, u64::MAX).segments; 2].concat() };
    let findings = all(&Machine { is_root: true, cgroup: Some((1, 2)), ..sound() }, Some(&huge));
    assert_eq!(found(&findings, "room").level, Fail);
    containers::snippets(Some(&huge));
}

#[test]
fn the_size_to_ask_for_is_what_a_schema_needs_and_a_quarter() {
    let machine = Machine {
        room: Some((64 << 20, 60 << 20)),
        container: Some("Docker".to_owned()),
        ..sound()
    };
    let need = need(400 << 20, 4096);
    let findings = all(&machine, Some(&need));
    assert_eq!(
        found(&findings, "room").todo,
        ["docker run --shm-size=506m ..   (or shm_size: in compose)"]
    );
    let snippets = containers::snippets(Some(&need));
    assert_eq!(snippets.size, 501 << 20);
    assert!(snippets.docker.contains("--shm-size=501m"), "{}", snippets.docker);
    assert!(snippets.compose.contains("shm_size: 501mb"), "{}", snippets.compose);
    assert!(snippets.kubernetes.contains("sizeLimit: 501Mi"), "{}", snippets.kubernetes);
    assert_eq!(containers::snippets(Some(&Need::default())).size, 64 << 20);
}

#[test]
fn the_kernels_files_are_read() {
    let mounts = "25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=1k\n\
                  26 24 0:5 / /dev/shm2 rw - ext4 /dev/x rw\n\
                  30 25 0:27 / /dev/shm rw,noexec shared:7 - tmpfs shm rw,size=65536k,huge=always\n";
    let mount = machine::mount_at(mounts, "/dev/shm").unwrap();
    assert_eq!(mount.kind, "tmpfs");
    assert_eq!(mount.options, ["rw", "noexec", "rw", "size=65536k", "huge=always"]);
    assert_eq!(machine::mount_at(mounts, "/proc"), None);
    assert_eq!(machine::mount_at("1 2 3 4 /proc\n\n", "/proc"), None);
    for (text, on) in [
        ("[Login]\nRemoveIPC=no\n", Some(false)),
        ("#RemoveIPC=yes\n", None),
        ("RemoveIPC=yes\n RemoveIPC = off", Some(false)),
        ("RemoveIPC", None),
        ("", None),
    ] {
        assert_eq!(machine::remove_ipc_in(text), on, "{text:?}");
    }
    let table = "key shmid perms size\n0 1 600 4097 1\n1 2 600 1 1\n";
    assert_eq!(machine::sysv_use(table), (2, 3));
    let limits = "Limit Soft Hard Units\nMax locked memory         8388608   unlimited   bytes\n";
    assert_eq!(machine::memlock(limits), Some(8 << 20));
    assert_eq!(machine::memlock("Max locked memory  unlimited unlimited bytes"), Some(u64::MAX));
    assert_eq!(machine::memory("MemAvailable: 4 kB\nSwapFree: 1 kB\n"), Some(5120));
    assert_eq!(machine::chosen("always [never] deny"), Some("never".to_owned()));
    assert_eq!(machine::chosen("never"), None);
}
