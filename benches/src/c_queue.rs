//! Our queue in C, between two processes: the driver in `c/`, compiled with the
//! system's compiler and the header that shmgen generates.

use crate::lab::Lab;
use crate::machine::pin;
use crate::scratch::Scratch;
use crate::transfer::{Plan, Timing};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The compiled drivers.
pub struct CQueue<'a> {
    program: PathBuf,
    cells: PathBuf,
    scratch: &'a Scratch,
}

impl<'a> CQueue<'a> {
    /// Compiles the drivers with `$CC`, or `cc`.
    pub fn compile(scratch: &'a Scratch) -> Self {
        let [program, cells] =
            ["queue_bench", "cell_bench"].map(|name| Self::program(scratch, name));
        Self { program, cells, scratch }
    }

    fn program(scratch: &Scratch, name: &str) -> PathBuf {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("c");
        let program = scratch.folder().join(name);
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let status = Command::new(&compiler)
            .args(["-O3", "-std=c11", "-Wall", "-Wextra", "-I", env!("OUT_DIR"), "-o"])
            .arg(&program)
            .arg(sources.join(format!("{name}.c")))
            .status()
            .unwrap_or_else(|e| panic!("cannot run {compiler}: {e}"));
        assert!(status.success(), "{compiler} cannot compile {name}.c");
        program
    }

    /// What loads of a cell cost beside a writer, as `cell_bench.c` prints it.
    pub fn cells(&self, lab: &Lab, bytes: usize, loads: u32, samples: usize) -> String {
        let address = format!("posix:/shmgen.bench.values.{}", std::process::id());
        let processors = lab.processors();
        let mut command = Command::new(&self.cells);
        command.args([address, bytes.to_string(), loads.to_string(), samples.to_string()]);
        command.args([processors.first.to_string(), processors.second.to_string()]);
        let child = self.scratch.spawn(command.stdout(Stdio::piped()));
        let output = child.wait_with_output().expect("what the driver says");
        assert!(output.status.success(), "the driver of cells in C has failed");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The time for each message from one process to another, in ns.
    pub fn throughput(&self, lab: &mut Lab, plan: &Plan) -> f64 {
        let [_, said] = self.both(lab, plan, "send", "receive");
        let [time] = said[..] else { panic!("the driver in C says {said:?}") };
        time
    }

    /// The time in which a message goes to another process and comes back.
    pub fn round_trip(&self, lab: &mut Lab, plan: &Plan) -> Timing {
        let [said, _] = self.both(lab, plan, "call", "answer");
        let [each, p50, p99, p999] = said[..] else { panic!("the driver in C says {said:?}") };
        Timing { each, percentiles: Some([p50, p99, p999]) }
    }

    /// The command that prints the time of each look around, in ns.
    pub fn look(&self, there: &str, looks: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["look", there, &looks.to_string()]);
        command
    }

    /// Runs both sides; what each of them measured.
    fn both(&self, lab: &mut Lab, plan: &Plan, first: &str, second: &str) -> [Vec<f64>; 2] {
        let processors = lab.processors();
        pin(processors.second);
        let second = self.start(lab, plan, second);
        pin(processors.first);
        let first = self.start(lab, plan, first);
        [first, second].map(|child| {
            let output = child.wait_with_output().expect("what the driver says");
            assert!(output.status.success(), "the driver in C has failed");
            let text = String::from_utf8_lossy(&output.stdout);
            text.split_whitespace().map(|time| time.parse().expect("a time")).collect()
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
