//! Calls that a sandbox denies, or that an old kernel or an emulator lacks: what
//! can be done without is done without, and what cannot is told with its cause.
//! In Rust and in C.

use children::say;
use denied::Denied;
use languages::{BOTH, Language};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc;
use nix::mount::{MntFlags, umount2};
use shmgen_test_support::{apart, children, denied, languages, tools};
use std::process::Command;

children!(
    without_nameless_files,
    killed_while_making,
    without_pidfds,
    without_locks,
    denied_and_missing,
    without_shm,
    holder,
);

fn apart_from_all(part: &str, arguments: &[&str]) {
    let environment = [
        (languages::LIBRARY, languages::library().to_str().unwrap()),
        ("SHMGEN", tools::built().shmgen.to_str().unwrap()),
    ];
    let mut player = play_with(part, arguments, &environment);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn command(arguments: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(std::env::var("SHMGEN").unwrap()).args(arguments).output().unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8(text).unwrap())
}

/// O_TMPFILE has two bits, of which one is O_DIRECTORY.
fn no_nameless_files(errno: Errno) -> Denied {
    Denied::with_bits(libc::SYS_openat, 2, OFlag::O_TMPFILE.bits() as u32, errno)
}

#[test]
fn where_files_need_a_name_segments_have_one_of_the_runtime_s_own_meanwhile() {
    for errno in [Errno::EOPNOTSUPP, Errno::EACCES, Errno::EINVAL, Errno::EPERM] {
        apart_from_all("without_nameless_files", &[&(errno as i32).to_string()]);
    }
}

fn without_nameless_files(arguments: &[String]) {
    apart::enter();
    languages::ready();
    denied::from_now_on(&[no_nameless_files(Errno::from_raw(arguments[0].parse().unwrap()))]);
    for language in BOTH {
        for address in ["posix:/x", "posix:", "sysv:0x70000021"] {
            let mut made = language.create(address).unwrap();
            let names = apart::names();
            assert_eq!(names.len(), 1, "{names:?}");
            assert!(!names[0].contains(".shmgen.tmp."), "{names:?}");
            made.push(1).unwrap();
            let mut other = language.other().attach(&made.address()).unwrap();
            assert_eq!(other.pop().unwrap(), 1);
            made.remove().unwrap();
            assert!(apart::names().is_empty(), "{:?}", apart::names());
        }
        language.create_bare("posix:/y", 4096).unwrap();
        assert_eq!(language.create_bare("posix:/y", 4096).map(drop).unwrap_err().kind, "Exists");
        assert_eq!(apart::names(), ["y"]);
        language.remove_at("posix:/y").unwrap();
        // What cannot be made leaves nothing.
        let large = language.create_bare("posix:/y", 1 << 30).map(drop).unwrap_err();
        assert_eq!(large.kind, "NoSpace", "{large}");
        assert!(apart::names().is_empty(), "{:?}", apart::names());
    }
    say("done");
}

#[test]
fn gc_takes_what_a_maker_left_that_was_killed_and_nothing_of_one_that_lives() {
    apart_from_all("killed_while_making", &[]);
}

fn killed_while_making(_: &[String]) {
    apart::enter();
    let own = "/dev/shm/.shmgen.tmp.0123456789abcdef";
    let file = std::fs::File::create(own).unwrap();
    std::fs::write("/dev/shm/.shmgen.tmp.else", b"").unwrap();
    // As its maker holds it: byte 2^40 + 2.
    let lock = libc::flock {
        l_type: libc::F_WRLCK as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: (1 << 40) + 2,
        l_len: 1,
        l_pid: 0,
    };
    nix::fcntl::fcntl(&file, nix::fcntl::FcntlArg::F_OFD_SETLK(&lock)).unwrap();
    assert!(!command(&["ls"]).1.contains(".shmgen.tmp."));
    assert_eq!(command(&["gc"]).0, Some(0));
    assert!(std::path::Path::new(own).exists());
    drop(file);
    let (code, told) = command(&["gc"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(own), "{told}");
    assert_eq!(apart::names(), [".shmgen.tmp.else"]);
    say("done");
}

#[test]
fn without_pidfds_a_dead_holder_whose_child_has_its_lock_is_dead() {
    apart_from_all("without_pidfds", &["1"]);
    apart_from_all("without_pidfds", &["38"]);
}

fn without_pidfds(arguments: &[String]) {
    apart::enter();
    languages::ready();
    let errno = Errno::from_raw(arguments[0].parse().unwrap());
    for holder in BOTH {
        // Its forked child keeps the locks.
        let mut dead = play("holder", &[holder.name()]);
        let child: i32 = dead.hear().parse().unwrap();
        dead.kill();
        if holder == Language::Rust {
            denied::from_now_on(&[Denied::call(libc::SYS_pidfd_open, errno)]);
        }
        for language in BOTH {
            let mut made = language.attach("posix:/x").unwrap();
            made.push(2).unwrap_or_else(|e| panic!("{} after {holder:?}: {e}", language.name()));
        }
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(child), nix::sys::signal::SIGKILL)
            .unwrap();
        Language::Rust.remove_at("posix:/x").unwrap();
    }
    say("done");
}

fn holder(arguments: &[String]) {
    let mut made = Language::of(&arguments[0]).create("posix:/x").unwrap();
    made.push(1).unwrap();
    // SAFETY: the child sleeps and ends.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            std::thread::sleep(std::time::Duration::from_secs(600));
            // SAFETY: as above.
            unsafe { libc::_exit(0) };
        }
        nix::unistd::ForkResult::Parent { child } => say(child),
    }
    children::wait_for_end_of_stdin();
}

#[test]
fn without_locks_bare_segments_come_and_go_and_others_are_told_why_not() {
    for errno in [Errno::EINVAL, Errno::ENOSYS, Errno::EPERM] {
        apart_from_all("without_locks", &[&(errno as i32).to_string()]);
    }
}

fn without_locks(arguments: &[String]) {
    apart::enter();
    languages::ready();
    let errno = Errno::from_raw(arguments[0].parse().unwrap());
    let set = libc::F_OFD_SETLK as u32;
    denied::from_now_on(&[
        Denied::with(libc::SYS_fcntl, 1, set, errno),
        no_nameless_files(Errno::EOPNOTSUPP),
    ]);
    for language in BOTH {
        language.create_bare("posix:/y", 4096).unwrap().remove().unwrap();
        drop(language.create_bare("posix:/y", 4096).unwrap());
        language.remove_at("posix:/y").unwrap();
        for address in ["posix:/x", "sysv:0x70000022", "memfd:"] {
            let refused = language.create(address).map(drop).unwrap_err();
            let (kind, part) = match errno {
                Errno::EPERM => ("Permission", "a sandbox (seccomp) may forbid it"),
                _ => ("Unsupported", "it exists since Linux 3.15"),
            };
            assert_eq!(
                (refused.kind.as_str(), refused.os),
                (kind, Some(errno as i32)),
                "{refused}"
            );
            assert!(refused.text.contains("fcntl(F_OFD_SETLK)"), "{refused}");
            assert!(refused.text.contains(part), "{refused}");
        }
        assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
    }
    drop(command(&["doctor"]));
    assert!(apart::names().is_empty(), "{:?}", apart::names());
    say("done");
}

#[test]
fn a_call_that_is_denied_or_missing_says_so() {
    apart_from_all("denied_and_missing", &["1"]);
    apart_from_all("denied_and_missing", &["38"]);
}

fn denied_and_missing(arguments: &[String]) {
    apart::enter();
    languages::ready();
    let errno = Errno::from_raw(arguments[0].parse().unwrap());
    let calls = [libc::SYS_memfd_create, libc::SYS_shmget, libc::SYS_fallocate];
    denied::from_now_on(&calls.map(|call| Denied::call(call, errno)));
    for language in BOTH {
        for (address, call, since) in [
            ("memfd:", "memfd_create", "since Linux 3.17"),
            ("sysv:0x70000023", "shmget", "System V IPC"),
            ("posix:/x", "fallocate", "every Linux"),
        ] {
            let refused = language.create_bare(address, 4096).map(drop).unwrap_err();
            let (kind, part) = match errno {
                Errno::EPERM => ("Permission", "a sandbox (seccomp) may forbid it"),
                _ => ("Unsupported", since),
            };
            assert_eq!(
                (refused.kind.as_str(), refused.os),
                (kind, Some(errno as i32)),
                "{refused}"
            );
            assert!(refused.text.contains(call) && refused.text.contains(part), "{refused}");
        }
    }
    assert!(apart::names().is_empty() && apart::ids().is_empty());
    say("done");
}

#[test]
fn where_dev_shm_is_missing_or_no_tmpfs_that_is_told_with_how_to_get_one() {
    apart_from_all("without_shm", &[]);
}

fn without_shm(_: &[String]) {
    apart::enter();
    languages::ready();
    let none = None::<&str>;
    let mount = |kind: &str, at: &str| {
        let flags = nix::mount::MsFlags::empty();
        nix::mount::mount(Some(kind), at, Some(kind), flags, none).unwrap();
    };
    // Over the whole of /dev: there is no shm in it, and then one that is no tmpfs.
    for (round, part) in ["there is no /dev/shm", "/dev/shm is no tmpfs"].iter().enumerate() {
        mount("tmpfs", "/dev");
        if round == 1 {
            std::fs::create_dir("/dev/shm").unwrap();
            mount("proc", "/dev/shm");
        }
        for language in BOTH {
            for refused in [
                language.attach("posix:/x").map(drop).unwrap_err(),
                language.attach_bare("posix:/x").map(drop).unwrap_err(),
                language.remove_at("posix:/x").unwrap_err(),
            ] {
                assert_eq!((refused.kind.as_str(), refused.os), ("NotFound", Some(2)), "{refused}");
                assert!(refused.text.contains(part), "{refused}");
                assert!(refused.text.contains("mount -t tmpfs"), "{refused}");
            }
            for address in ["posix:/x", "sysv:0x70000024"] {
                let refused = language.create(address).map(drop).unwrap_err();
                assert!(refused.text.contains(part), "{refused}");
                assert!(refused.text.contains("mount -t tmpfs"), "{refused}");
                assert_eq!(refused.kind, "Unsupported", "{refused}");
            }
        }
        if round == 1 {
            umount2("/dev/shm", MntFlags::empty()).unwrap();
        }
        umount2("/dev", MntFlags::empty()).unwrap();
    }
    say("done");
}
