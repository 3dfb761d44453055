//! Limits of a process (ulimit): what runs into one is an error that names both
//! numbers and what raises it; nobody is killed, and nothing is left behind. In
//! Rust, C, Python and the command.

use apart::World;
use children::say;
use languages::{BOTH, Refused};
use nix::errno::Errno;
use nix::sched::CloneFlags;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use shmgen_test_support::{apart, children, languages, tools};
use std::process::Command;

children!(small_files, no_files, few_addresses, few_descriptors, little_locked);

/// Plays a part in namespaces of its own, with what Python needs.
fn apart_from_all(part: &str) {
    let generated = tools::scratch(&format!("limits-{part}"));
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &generated);
    let path = format!("{}:{}", generated.display(), tools::root().join("python/src").display());
    let built = tools::built();
    let environment = [
        (languages::LIBRARY, languages::library().to_str().unwrap()),
        ("SHM_RUNTIME_LIBRARY", built.library.to_str().unwrap()),
        ("PYTHONPATH", path.as_str()),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("SHMGEN", built.shmgen.to_str().unwrap()),
    ];
    let mut player = play_with(part, &[&generated.display().to_string()], &environment);
    assert_eq!(player.hear(), "done");
    player.finish();
}

/// Sets the soft limit; the hard one stays.
fn limit(resource: Resource, soft: u64) {
    let (_, hard) = getrlimit(resource).unwrap();
    setrlimit(resource, soft, hard).unwrap();
}

fn is_refused<T>(made: Result<T, Refused>, kind: &str, errno: Errno, parts: &[&str]) {
    let refused = made.map(drop).unwrap_err();
    assert_eq!((refused.kind.as_str(), refused.os), (kind, Some(errno as i32)), "{refused}");
    for part in parts {
        assert!(refused.text.contains(part), "{part} is missing in {refused}");
    }
}

fn command(arguments: &[&str]) -> (Option<i32>, String) {
    let shmgen = std::env::var("SHMGEN").unwrap();
    let done = Command::new(shmgen).args(arguments).output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

fn python(script: &str) {
    tools::run(Command::new("python3").args(["-W", "error", "-c", script]));
}

#[test]
fn a_segment_beyond_ulimit_f_is_an_error_and_no_signal() {
    apart_from_all("small_files");
}

fn small_files(arguments: &[String]) {
    apart::enter();
    languages::ready();
    limit(Resource::RLIMIT_FSIZE, 16384);
    let empty = World::now();
    let told = ["at most 16.4 kB (RLIMIT_FSIZE; ", "`ulimit -f unlimited`"];
    for language in BOTH {
        for address in ["posix:/large", "posix:", "memfd:"] {
            is_refused(language.create(address), "NoSpace", Errno::EFBIG, &told);
            is_refused(language.create_bare(address, 1 << 20), "NoSpace", Errno::EFBIG, &told);
        }
        let needed = ["1048.6 kB needed"];
        is_refused(language.create_bare("posix:/x", 1 << 20), "NoSpace", Errno::EFBIG, &needed);
        is_refused(language.open_or_create("posix:/x"), "NoSpace", Errno::EFBIG, &told);
        assert_eq!(World::now(), empty);
        // What is not larger is made, and System V segments are no files.
        language.create_bare("posix:/just", 16384).unwrap().remove().unwrap();
        language.create("sysv:0x70000011").unwrap().remove().unwrap();
        assert_eq!(World::now(), empty);
    }
    python(
        "import everything, shm_runtime, errno\n\
         for create in (everything.Plain.create, lambda: shm_runtime.Segment.create('memfd:', 1 << 20)):\n\
         \x20   try: create()\n\
         \x20   except shm_runtime.NoSpace as e: assert 'RLIMIT_FSIZE' in str(e) and e.errno == errno.EFBIG, e\n\
         \x20   else: raise SystemExit('created')\n",
    );
    let (code, told) = command(&["create", "posix:/x", "--size", "1M"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("RLIMIT_FSIZE"), "{told}");
    // What the command writes itself does not kill it either.
    limit(Resource::RLIMIT_FSIZE, 0);
    let schema = tools::root().join("tests/schemas/everything.toml").display().to_string();
    let (code, told) = command(&["gen", &schema, "--out", &format!("{}/more", arguments[0])]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("File too large"), "{told}");
    let (code, told) = command(&["doctor"]);
    assert!(code.is_some(), "killed: {told}");
    // Where the hard limit is in the way, a shell cannot raise it.
    setrlimit(Resource::RLIMIT_FSIZE, 4096, 8192).unwrap();
    for language in BOTH {
        let told = ["only root", "prlimit", "--ulimit fsize=-1"];
        is_refused(language.create_bare("posix:/x", 9000), "NoSpace", Errno::EFBIG, &told);
    }
    say("done");
}

#[test]
fn without_any_file_segments_can_still_be_used_and_removed() {
    apart_from_all("no_files");
}

fn no_files(_: &[String]) {
    apart::enter();
    languages::ready();
    let empty = World::now();
    let id_file = format!("sysv-file:{}", tools::scratch("limits-id").join("x.id").display());
    for language in BOTH {
        for address in ["posix:/x", "sysv:0x70000012", &id_file] {
            limit(Resource::RLIMIT_FSIZE, u64::MAX);
            let mut made = language.create(address).unwrap();
            limit(Resource::RLIMIT_FSIZE, 0);
            made.push(1).unwrap();
            let mut other = language.other().attach(address).unwrap();
            assert_eq!(other.pop().unwrap(), 1);
            language.remove_at(address).unwrap();
            let told = ["RLIMIT_FSIZE"];
            is_refused(language.create(address), "NoSpace", Errno::EFBIG, &told);
            drop((made, other));
            assert_eq!(World::now(), empty);
        }
    }
    say("done");
}

#[test]
fn addresses_beyond_ulimit_v_are_named() {
    apart_from_all("few_addresses");
}

fn few_addresses(_: &[String]) {
    apart::enter();
    languages::ready();
    let used = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("VmSize:")).unwrap().trim();
        line.trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    };
    let told = ["33.6 MB of address space needed", "RLIMIT_AS; ", "`ulimit -v unlimited`"];
    for language in BOTH {
        for address in ["posix:/x", "sysv:0x70000013"] {
            language.create_bare(address, 32 << 20).unwrap();
            limit(Resource::RLIMIT_AS, used() + (24 << 20));
            is_refused(language.attach_bare(address), "NoSpace", Errno::ENOMEM, &told);
            language.remove_at(address).unwrap();
            is_refused(language.create_bare(address, 32 << 20), "NoSpace", Errno::ENOMEM, &told);
            is_refused(language.create_bare("memfd:", 32 << 20), "NoSpace", Errno::ENOMEM, &told);
            limit(Resource::RLIMIT_AS, u64::MAX);
            assert!(apart::names().is_empty() && apart::ids().is_empty());
        }
    }
    say("done");
}

#[test]
fn descriptors_beyond_ulimit_n_are_named() {
    apart_from_all("few_descriptors");
}

fn few_descriptors(_: &[String]) {
    apart::enter();
    languages::ready();
    for language in BOTH {
        for address in ["posix:/x", "sysv:0x70000014"] {
            limit(Resource::RLIMIT_NOFILE, 64);
            let made = language.create(address).unwrap();
            let mut all = Vec::new();
            while let Ok(file) = std::fs::File::open("/dev/null") {
                all.push(file);
            }
            let told = ["has all 64 that it may (RLIMIT_NOFILE; ", "`ulimit -n 1024`"];
            is_refused(language.attach(address), "Os", Errno::EMFILE, &told);
            is_refused(language.create("posix:/y"), "Os", Errno::EMFILE, &told);
            drop(all);
            made.remove().unwrap();
        }
    }
    say("done");
}

#[test]
fn memory_beyond_ulimit_l_is_named() {
    apart_from_all("little_locked");
}

fn little_locked(_: &[String]) {
    apart::enter_with(CloneFlags::empty(), "size=64m,mode=1777");
    languages::ready();
    limit(Resource::RLIMIT_MEMLOCK, 512 << 10);
    // Root may lock all; in a user namespace this user is none.
    let nobody = nix::unistd::Uid::from_raw(65534);
    let _ = nix::unistd::setresuid(nobody, nobody, nobody);
    let number = "1048.6 kB to be kept in memory";
    let told = [number, "524.3 kB", "(RLIMIT_MEMLOCK"];
    for language in BOTH {
        for address in ["posix:/x", "sysv:0x70000015", "memfd:"] {
            let made = language.create_bare(address, 1 << 20).unwrap();
            let refused = made.lock().map(drop).unwrap_err();
            assert_eq!(refused.kind, "Permission", "{refused}");
            for part in told {
                assert!(refused.text.contains(part), "{part} is missing in {refused}");
            }
            if address != "memfd:" {
                made.remove().unwrap();
            }
        }
    }
    // Who locks all of its memory has no room for one more mapping: to try again
    // would be no help.
    for language in BOTH {
        drop(language.create_bare("posix:/later", 1 << 20).unwrap());
        // SAFETY: takes a number.
        let all = |on| unsafe {
            if on { nix::libc::mlockall(nix::libc::MCL_FUTURE) } else { nix::libc::munlockall() }
        };
        assert_eq!(all(true), 0);
        let refused = language.attach_bare("posix:/later");
        assert_eq!(all(false), 0);
        is_refused(refused, "Permission", Errno::EAGAIN, &told);
        language.remove_at("posix:/later").unwrap();
    }
    say("done");
}
