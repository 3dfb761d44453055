//! Processes of a test: the test's own program, started again to play one part.
//!
//! A part is a function that is listed in the `children!` of a module. The program
//! is started with the name of the part in its environment and runs nothing but
//! that module's test `child`, which plays it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The environment variable that names the part.
pub const PART: &str = "SHMGEN_TEST_PART";
/// The environment variable with its arguments, a line each.
pub const ARGUMENTS: &str = "SHMGEN_TEST_ARGUMENTS";

/// Defines the test that plays the parts of a module, and what starts them.
#[macro_export]
macro_rules! children {
    ($($part:ident),* $(,)?) => {
        /// Starts a part of this module with arguments.
        #[allow(dead_code)]
        fn play(part: &str, arguments: &[&str]) -> $crate::children::Player {
            play_with(part, arguments, &[])
        }

        /// Starts a part of this module with arguments, in an environment with
        /// these variables too.
        #[allow(dead_code)]
        fn play_with(
            part: &str,
            arguments: &[&str],
            environment: &[(&str, &str)],
        ) -> $crate::children::Player {
            $crate::children::start(module_path!(), part, arguments, environment)
        }

        #[test]
        fn child() {
            let arguments = std::env::var($crate::children::ARGUMENTS).unwrap_or_default();
            let arguments: Vec<String> = arguments.split('\n').map(str::to_owned).collect();
            match std::env::var($crate::children::PART).as_deref() {
                $(Ok(stringify!($part)) => $part(&arguments),)*
                Ok(other) => panic!("there is no part {other}"),
                Err(_) => {} // in the test run itself there is nothing to do
            }
        }
    };
}

/// A process that plays a part; killed when this value goes.
pub struct Player {
    pub child: Child,
    lines: BufReader<ChildStdout>,
}

/// What starts a part of a module, as its `play_with` does.
pub type PlayWith = fn(&str, &[&str], &[(&str, &str)]) -> Player;

/// This program, to play a part of a module of it.
pub fn command(module: &str, part: &str, arguments: &[&str]) -> Command {
    // The names of tests begin below the crate.
    let child = module.split_once("::").map_or("child".into(), |(_, m)| format!("{m}::child"));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &child, "--nocapture", "--test-threads=1"])
        .env(PART, part)
        .env(ARGUMENTS, arguments.join("\n"));
    command
}

/// Starts a part of a module with arguments, in an environment with these
/// variables too.
pub fn start(module: &str, part: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Player {
    let mut child = command(module, part, arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    Player { child, lines }
}

impl Player {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the part says something; what it says.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let n = self.lines.read_line(&mut line).unwrap();
            assert_ne!(n, 0, "the part ended without a word");
            if let Some(text) = line.strip_prefix("say ") {
                return text.trim_end().to_owned();
            }
        }
    }

    /// Lets a part go on that waits.
    pub fn go_on(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
    }

    /// Kills with SIGKILL and waits for the end.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for a good end.
    pub fn finish(&mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says something to whoever started this part.
pub fn say(text: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nsay {text}").unwrap();
    out.flush().unwrap();
}

/// Waits until whoever started this part lets it go on, or ends.
pub fn wait_for_end_of_stdin() {
    let _ = std::io::Read::read(&mut std::io::stdin(), &mut [0; 1]);
}
