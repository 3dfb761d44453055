//! `shmgen doctor` on this machine, and on faults that are made in a mount
//! namespace of their own. The checks themselves are tested beside them.

use children::say;
use command::code;
use denied::Denied;
use nix::errno::Errno;
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use serde_json::Value;
use shmgen_test_support::{apart, children, command, denied, tools};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use tools::{root, shmgen};

children!(with_faults, in_a_sandbox);

fn schema() -> String {
    root().join("tests/schemas/everything.toml").display().to_string()
}

fn report(output: &Output) -> Value {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn level(report: &Value, check: &str) -> String {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["check"] == *check);
    let found = found.unwrap_or_else(|| panic!("{check} is not among {findings:#?}"));
    found["level"].as_str().unwrap().to_owned()
}

#[test]
fn every_finding_says_what_it_is_and_what_to_do() {
    let done = shmgen().args(["doctor", "--json", "--schema", &schema()]).output().unwrap();
    let report = report(&done);
    assert_eq!(report["version"], 1);
    let findings = report["findings"].as_array().unwrap();
    for check in ["kernel", "/dev/shm", "create", "room", "mode", "memory", "shmmax", "leftovers"] {
        level(&report, check);
    }
    for finding in findings {
        let level = finding["level"].as_str().unwrap();
        assert!(["ok", "warn", "fail"].contains(&level), "{finding}");
        assert!(!finding["found"].as_str().unwrap().is_empty(), "{finding}");
        if level != "ok" {
            assert!(!finding["means"].as_str().unwrap().is_empty(), "{finding}");
        }
        assert!(finding["todo"].is_array());
    }
    let fails = findings.iter().any(|f| f["level"] == "fail");
    assert_eq!(code(&done), i32::from(fails));
    let segments = report["segments"].as_array().unwrap();
    assert!(segments.iter().any(|s| s["name"] == "system_v" && s["kind"] == "sysv"));
    assert!(segments.iter().all(|s| s["size"].as_u64().unwrap() > 0));
    assert!(report["containers"]["docker"].as_str().unwrap().contains("--shm-size="));
    let compose = report["containers"]["compose"].as_str().unwrap();
    assert!(compose.contains("shm_size:") && compose.contains("ipc: service:first"), "{compose}");
    let kubernetes = report["containers"]["kubernetes"].as_str().unwrap();
    assert!(kubernetes.contains("medium: Memory") && kubernetes.contains("sizeLimit: 64Mi"));
}

#[test]
fn for_people_each_finding_has_a_line() {
    let done = shmgen().args(["doctor", "--schema", &schema()]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    for part in ["/dev/shm", "create", "the schema needs", "# Kubernetes", "docker run"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let first = text.lines().next().unwrap();
    assert!(["ok ", "warn", "fail"].iter().any(|l| first.starts_with(l)), "{first}");
    // Without a schema there is nothing to size, and less to read.
    let plain = shmgen().arg("doctor").output().unwrap();
    assert!(!String::from_utf8(plain.stdout).unwrap().contains("the schema needs"));
}

#[test]
fn a_schema_that_is_none_exits_with_2() {
    for path in ["missing.toml", "/dev/null"] {
        let done = shmgen().args(["doctor", "--schema", path]).output().unwrap();
        assert_eq!((code(&done), done.stdout.len()), (2, 0), "{path}");
    }
}

#[test]
fn faults_are_found_and_exit_with_1() {
    let mut player = play("with_faults", &[&tools::built().shmgen.display().to_string()]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn with_faults(arguments: &[String]) {
    let mut flags = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC;
    if !nix::unistd::geteuid().is_root() {
        flags |= CloneFlags::CLONE_NEWUSER;
    }
    unshare(flags).unwrap();
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    let doctor = |rest: &[&str]| {
        let mut command = Command::new(&arguments[0]);
        command.env_remove("SHM_RUNTIME_PREFIX").args(["doctor", "--json"]).args(rest);
        command.output().unwrap()
    };
    let schema = schema();
    let tmpfs = |options: &str, flags: MsFlags| {
        mount(Some("tmpfs"), "/dev/shm", Some("tmpfs"), flags, Some(options)).unwrap();
    };
    // What containers get, which is enough for this schema and little otherwise.
    tmpfs("size=64m,mode=1777", MsFlags::empty());
    let small = report(&doctor(&[]));
    assert_eq!(
        (level(&small, "room"), level(&small, "namespaces")),
        ("warn".into(), "warn".into())
    );
    let fits = report(&doctor(&["--schema", &schema]));
    assert_eq!(level(&fits, "room"), "ok");
    assert_eq!(level(&fits, "leftovers"), "ok");
    assert_eq!(std::fs::read_dir("/dev/shm").unwrap().count(), 0, "it leaves nothing behind");
    // An orphan is reported; what is there already needs no room.
    let create = ["create", "--schema", &schema, "--segment", "plain"];
    tools::run(Command::new(&arguments[0]).args(create));
    let orphan = report(&doctor(&["--schema", &schema]));
    assert_eq!(level(&orphan, "leftovers"), "warn");
    let segments = orphan["segments"].as_array().unwrap();
    assert!(segments.iter().any(|s| s["name"] == "plain" && s["exists"] == true));
    // Too small.
    tmpfs("size=64k,mode=1777", MsFlags::empty());
    let done = doctor(&["--schema", &schema]);
    assert_eq!((code(&done), level(&report(&done), "room")), (1, "fail".into()));
    // Everybody may remove everything.
    tmpfs("size=1g,mode=0777", MsFlags::empty());
    let done = doctor(&[]);
    assert_eq!((code(&done), level(&report(&done), "mode")), (1, "fail".into()));
    std::fs::set_permissions("/dev/shm", PermissionsExt::from_mode(0o1777)).unwrap();
    assert_eq!(level(&report(&doctor(&[])), "mode"), "ok");
    // Nothing can be made.
    tmpfs("size=1g,mode=1777", MsFlags::MS_RDONLY);
    let done = doctor(&[]);
    assert_eq!(code(&done), 1);
    let told = report(&done);
    assert_eq!((level(&told, "/dev/shm"), level(&told, "create")), ("fail".into(), "fail".into()));
    say("done");
}

/// What each denied call is to segments without a schema, and to those of
/// everything.toml, which has POSIX and System V ones.
#[test]
fn calls_that_a_sandbox_denies_are_told_with_what_is_lost_and_nothing_is_left() {
    let shmgen = tools::built().shmgen.display().to_string();
    let made = [
        ("pidfd_open", libc::SYS_pidfd_open, "warn", "warn"),
        ("memfd_create", libc::SYS_memfd_create, "warn", "warn"),
        ("shmget", libc::SYS_shmget, "warn", "fail"),
        ("shmat", libc::SYS_shmat, "warn", "fail"),
        ("fallocate", libc::SYS_fallocate, "fail", "fail"),
        ("linkat", libc::SYS_linkat, "fail", "fail"),
        ("unlink", libc::SYS_unlink, "fail", "fail"),
        ("fcntl(F_OFD_SETLK)", libc::SYS_fcntl, "fail", "fail"),
        ("open(O_TMPFILE)", libc::SYS_openat, "warn", "warn"),
        ("futex", libc::SYS_futex, "warn", "warn"),
        ("membarrier", libc::SYS_membarrier, "warn", "warn"),
        ("getrandom", libc::SYS_getrandom, "warn", "warn"),
    ];
    for (name, call, plain, with_schema) in made {
        for errno in [Errno::EPERM, Errno::ENOSYS] {
            let (call, errno) = (call.to_string(), (errno as i32).to_string());
            let arguments = [&shmgen, name, &call, &errno, plain, with_schema];
            let mut player = play("in_a_sandbox", &arguments.map(|a| a as &str));
            assert_eq!(player.hear(), "done", "{name}");
            player.finish();
        }
    }
}

fn in_a_sandbox(arguments: &[String]) {
    let [shmgen, name, call, errno, plain, with_schema] = arguments else { panic!() };
    apart::enter();
    let errno = Errno::from_raw(errno.parse().unwrap());
    let call = call.parse().unwrap();
    let denied = match name.as_str() {
        "fcntl(F_OFD_SETLK)" => Denied::with(call, 1, libc::F_OFD_SETLK as u32, errno),
        // Between processes: the standard library's own have another bit set.
        "futex" => Denied::with(call, 1, libc::FUTEX_WAKE as u32, errno),
        "open(O_TMPFILE)" => Denied::with_bits(call, 2, libc::O_TMPFILE as u32, errno),
        _ => Denied::call(call, errno),
    };
    denied::from_now_on(&[denied]);
    let doctor = |rest: &[&str]| {
        let mut command = Command::new(shmgen);
        command.env_remove("SHM_RUNTIME_PREFIX").args(["doctor", "--json"]).args(rest);
        report(&command.output().unwrap())
    };
    for (found, wanted) in [(doctor(&[]), plain), (doctor(&["--schema", &schema()]), with_schema)] {
        assert_eq!(&level(&found, name), wanted, "{found:#}");
        let findings = found["findings"].as_array().unwrap();
        let finding = findings.iter().find(|f| f["check"] == name.as_str()).unwrap();
        let part = if errno == Errno::EPERM { "seccomp" } else { "does not have it" };
        assert!(finding["found"].as_str().unwrap().contains(part), "{finding}");
        assert!(!finding["means"].as_str().unwrap().is_empty());
        assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
    }
    say("done");
}
