//! `shmgen demo` and `shmgen init`: what a newcomer runs first.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use shmgen_test_support::tools;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The demo with a folder of its own for temporary files.
fn demo(temporary: &Path, arguments: &[&str]) -> Command {
    let mut command = tools::shmgen();
    command.arg("demo").args(arguments).env("TMPDIR", temporary).stdin(Stdio::null());
    command
}

/// What a demo of this process left behind, in /dev/shm and among the temporary files.
fn left_behind(temporary: &Path, pid: u32) -> Vec<String> {
    let segment = format!("shmgen.demo.{pid}");
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect()
    };
    let mut left = names(temporary);
    left.extend(names(Path::new("/dev/shm")).into_iter().filter(|n| n.contains(&segment)));
    left.extend(processes(temporary).into_iter().map(|(p, line)| format!("process {p}: {line}")));
    left
}

/// The relays that run out of a folder.
fn relays(folder: &Path) -> Vec<i32> {
    processes(folder).into_iter().filter(|(_, line)| line.contains("relay")).map(|p| p.0).collect()
}

/// All processes that know of a folder, and their command lines.
fn processes(folder: &Path) -> Vec<(i32, String)> {
    let folder = folder.display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        if line.contains(&folder) {
            found.push((pid, line));
        }
    }
    found
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_demo_passes_every_message_through_four_languages_and_leaves_nothing() {
    let temporary = tools::scratch("demo");
    let child = demo(&temporary, &["--messages", "50000", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = json.to_string();
    for language in ["Rust", "C", "C++", "Python"] {
        assert!(text.contains(&format!("\"{language}\"")), "{text}");
    }
    assert_eq!(text.matches("50000").count(), 4, "{text}");
    assert_eq!(text.matches("\"lost\":0").count(), 4, "{text}");
    assert!(!text.contains("stands in"), "{text}");
    assert_eq!(left_behind(&temporary, pid), Vec::<String>::new());
}

#[test]
fn without_compilers_and_python_the_rest_still_runs_and_says_what_to_install() {
    let temporary = tools::scratch("demo-bare");
    let output = demo(&temporary, &["--messages", "1000"])
        .env("PATH", "/nonexistent")
        .env_remove("CC")
        .env_remove("CXX")
        .env_remove("PYTHON")
        .output()
        .unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    for what in ["apt install gcc", "apt install g++", "apt install python3"] {
        assert!(text.contains(what), "{text}");
    }
    assert_eq!(text.matches("1000      0").count(), 4, "{text}");
}

/// A demo that would take a while, when its relays run.
fn running(temporary: &Path) -> Child {
    let child = demo(temporary, &["--messages", "100000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let segment = format!("/dev/shm/shmgen.demo.{}", child.id());
    while !Path::new(&segment).exists() || relays(temporary).len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    child
}

/// Waits until nothing is left, for what ends a moment after the demo does: a
/// compiler that is at work ends with its file, which takes a busy machine long.
fn nothing_is_left(temporary: &Path, pid: u32) {
    let start = Instant::now();
    loop {
        let left = left_behind(temporary, pid);
        if left.is_empty() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "left behind: {left:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn whoever_is_interrupted_or_killed_at_work_nothing_is_left() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGKILL] {
        let temporary = tools::scratch(&format!("demo-{signal}"));
        let mut child = running(&temporary);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        assert!(!child.wait().unwrap().success());
        nothing_is_left(&temporary, child.id());
    }
}

/// While the compilers are at work.
#[test]
fn whoever_is_interrupted_or_killed_at_once_nothing_is_left() {
    for (n, signal) in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL].into_iter().enumerate() {
        let temporary = tools::scratch(&format!("demo-early-{signal}"));
        let mut child = demo(&temporary, &["--messages", "100000000"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(60 + 300 * n as u64));
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        assert!(!child.wait().unwrap().success());
        nothing_is_left(&temporary, child.id());
    }
}

#[test]
fn where_one_of_the_relays_dies_nothing_is_left() {
    for victim in 0..3 {
        let temporary = tools::scratch(&format!("demo-victim-{victim}"));
        let child = running(&temporary);
        let pid = child.id();
        kill(Pid::from_raw(relays(&temporary)[victim]), Signal::SIGKILL).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        assert!(said(&output).contains("failed: signal: 9"), "{}", said(&output));
        nothing_is_left(&temporary, pid);
    }
}

#[test]
fn init_makes_a_project_that_builds_and_runs_as_it_stands() {
    let folder = tools::scratch("init").join("project");
    tools::run(tools::shmgen().arg("init").arg(&folder));
    let output = tools::run(
        Command::new(folder.join("run.sh"))
            .arg("20000")
            .env("SHM_RUNTIME_PREFIX", format!("init.{}.", std::process::id()))
            .env("CARGO_TARGET_DIR", folder.join("rust/target")),
    );
    let text = said(&output);
    assert_eq!(text.matches("received 20000 lost 0").count(), 4, "{text}");
    // It is not made over one that is there.
    let again = tools::shmgen().arg("init").arg(&folder).output().unwrap();
    assert!(!again.status.success());
    assert!(said(&again).contains("project"), "{}", said(&again));
}
