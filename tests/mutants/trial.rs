//! One test of a mutant: it runs by itself, and is killed where it does not end.

use shmgen_test_support::tools::target;
use std::fmt;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The test turned red.
    Caught,
    /// It did not.
    Survives,
    /// It could not be compiled.
    Broken,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caught => "caught",
            Self::Survives => "SURVIVES",
            Self::Broken => "DOES NOT COMPILE",
        })
    }
}

/// A test that has not ended after so long hangs, which is red.
const HANGS: Duration = Duration::from_secs(120);
/// For compilers, which do not hang, on a busy machine.
const COMPILES: Duration = Duration::from_secs(1800);

/// Where copies, programs and logs are.
pub(crate) fn folder() -> PathBuf {
    let folder = target().join("mutants");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What the command called `title` says goes here.
pub(crate) fn log(title: &str) -> PathBuf {
    folder().join(format!("{title}.log"))
}

/// Runs to the end, with a /dev/shm and System V segments of its own, since what
/// turns red leaves things behind; whether it ended well.
pub(crate) fn passes(title: &str, program: &mut Command) -> bool {
    let mut command = Command::new("unshare");
    if !nix::unistd::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command
        .args(["--mount", "--ipc", "sh", "-c"])
        .arg("mount -t tmpfs -o size=256m,mode=1777 tmpfs /dev/shm && exec \"$@\"")
        .arg("sh")
        .arg(program.get_program())
        .args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    ends(title, &mut command, HANGS)
}

/// Runs a compiler; whether it ended well.
pub(crate) fn compiles(title: &str, command: &mut Command) -> bool {
    ends(title, command, COMPILES)
}

/// Runs to the end, or is killed with all it started; whether it ended well.
fn ends(title: &str, command: &mut Command, limit: Duration) -> bool {
    let log = File::create(log(title)).unwrap();
    let child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0)
        .spawn();
    let mut child = child.unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    let group = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    let start = Instant::now();
    let ended = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status.success(),
            None if start.elapsed() > limit => break false,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    // Also what a red test has left running.
    let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    let _ = child.wait();
    ended
}
