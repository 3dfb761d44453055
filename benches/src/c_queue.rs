//! Our queue in C, between two processes: the driver in `c/`, compiled with the
//! system's compiler and the header that shmgen generates.

use crate::lab::Lab;
use crate::machine::pin;
use crate::scratch::Scratch;
use crate::transfer::Plan;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The compiled driver.
pub struct CQueue<'a> {
    program: PathBuf,
    scratch: &'a Scratch,
}

impl<'a> CQueue<'a> {
    /// Compiles the driver with `$CC`, or `cc`.
    pub fn compile(scratch: &'a Scratch) -> Self {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("c");
        let program = scratch.folder().join("queue_bench");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let status = Command::new(&compiler)
            .args(["-O3", "-std=c11", "-Wall", "-Wextra", "-I", env!("OUT_DIR"), "-o"])
            .arg(&program)
            .arg(sources.join("queue_bench.c"))
            .status()
            .unwrap_or_else(|e| panic!("cannot run {compiler}: {e}"));
        assert!(status.success(), "{compiler} cannot compile the driver");
        Self { program, scratch }
    }

    /// The time for each message from one process to another, in ns.
    pub fn throughput(&self, lab: &mut Lab, plan: &Plan) -> f64 {
        self.both(lab, plan, "send", "receive")[1]
    }

    /// The time in which a message goes to another process and comes back, in ns.
    pub fn round_trip(&self, lab: &mut Lab, plan: &Plan) -> f64 {
        self.both(lab, plan, "call", "answer")[0]
    }

    /// The command that prints the time of each look around, in ns.
    pub fn look(&self, there: &str, looks: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["look", there, &looks.to_string()]);
        command
    }

    /// Runs both sides; what each of them measured, 0 if nothing.
    fn both(&self, lab: &mut Lab, plan: &Plan, first: &str, second: &str) -> [f64; 2] {
        let processors = lab.processors();
        pin(processors.second);
        let second = self.start(lab, plan, second);
        pin(processors.first);
        let first = self.start(lab, plan, first);
        [first, second].map(|child| {
            let output = child.wait_with_output().expect("what the driver says");
            assert!(output.status.success(), "the driver in C has failed");
            let text = String::from_utf8_lossy(&output.stdout);
            text.trim().parse().unwrap_or(0.0)
        })
    }

    fn start(&self, lab: &Lab, plan: &Plan, role: &str) -> Child {
        let mut command = Command::new(&self.program);
        command.arg(role);
        command.args([lab.there().address().to_string(), lab.back().address().to_string()]);
        command.args(plan.to_string().split(' ')).stdout(Stdio::piped());
        self.scratch.spawn(&mut command)
    }
}
