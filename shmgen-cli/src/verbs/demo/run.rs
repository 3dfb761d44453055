//! Running the chain: five processes, of which any may fail or be interrupted.

use super::programs::Stage;
use super::{CHAIN, Report};
use crate::failure::Failure;
use crate::market::Feed;
use shm_runtime::{Address, Inspector, Options, Segment};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::{IsTerminal, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A process of the chain.
struct Process {
    name: &'static str,
    child: Child,
    done: bool,
}

/// The processes and their segment; both go with this value.
struct Chain {
    address: Address,
    processes: Vec<Process>,
}

impl Drop for Chain {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().filter(|p| !p.done) {
            let _ = process.child.kill();
        }
        for process in &mut self.processes {
            let _ = process.child.wait();
        }
        let _ = Segment::remove_at(&self.address);
    }
}

/// Whether somebody wants the demo to end.
pub(super) struct Interrupts(Arc<AtomicBool>);

impl Interrupts {
    /// From now on an interrupt ends the demo in order, whatever the caller did
    /// with it.
    pub(super) fn watch() -> Result<Self, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) { Err(Failure::new("interrupted")) } else { Ok(()) }
    }
}

/// Runs the chain to its end; what each receiver reports, in order.
pub(super) fn chain(
    stages: [Stage; 3],
    messages: u64,
    interrupts: &Interrupts,
) -> Result<Vec<Report>, Failure> {
    let feed = Feed::options().address(super::address()).create()?;
    let mut chain = Chain { address: feed.address().clone(), processes: Vec::new() };
    drop(feed); // the processes attach for themselves

    let own = |role: &str| -> Result<Command, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["__demo-role", role]);
        Ok(command)
    };
    chain.start(CHAIN[4], own("sink")?, messages)?;
    for (hop, stage) in stages.into_iter().enumerate() {
        let command = match stage {
            Some(command) => command,
            None => own(&hop.to_string())?,
        };
        chain.start(CHAIN[hop + 1], command, messages)?;
    }
    chain.start(CHAIN[0], own("source")?, messages)?;

    chain.wait(interrupts, messages)?;
    // The sink was started first, and reports last.
    let mut reports = Vec::new();
    for index in [1, 2, 3, 0] {
        reports.push(chain.processes[index].report()?);
    }
    Ok(reports)
}

impl Chain {
    fn start(
        &mut self,
        name: &'static str,
        mut command: Command,
        messages: u64,
    ) -> Result<(), Failure> {
        let child = command
            .arg(messages.to_string())
            .arg(self.address.spelling())
            .stdout(Stdio::piped())
            // A group of its own: an interrupt from the terminal reaches this
            // process only, which then ends the others.
            .process_group(0)
            .spawn()
            .map_err(|e| Failure::new(format!("cannot start the {name} process: {e}")))?;
        self.processes.push(Process { name, child, done: false });
        Ok(())
    }

    /// Waits until all have ended well, or one has not, or somebody interrupts.
    fn wait(&mut self, interrupts: &Interrupts, messages: u64) -> Result<(), Failure> {
        let start = Instant::now();
        let mut shown = start;
        let progress = std::io::stderr().is_terminal();
        loop {
            for process in self.processes.iter_mut().filter(|p| !p.done) {
                if let Some(status) = process.child.try_wait()? {
                    process.done = true;
                    if !status.success() {
                        let text = format!("the {} process failed: {status}", process.name);
                        return Err(Failure::new(text));
                    }
                }
            }
            if self.processes.iter().all(|p| p.done) {
                if progress && shown > start {
                    eprint!("\r\x1b[K");
                }
                return Ok(());
            }
            interrupts.check()?;
            if progress && shown.elapsed() > Duration::from_secs(1) {
                shown = Instant::now();
                eprint!("\r{} of {messages} messages have come round", self.arrived());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many messages have gone the whole way.
    fn arrived(&self) -> u64 {
        let stat = Inspector::open(&self.address, &Options::default()).and_then(|i| i.stat());
        let stat = stat.ok();
        let last = stat.and_then(|s| s.objects.into_iter().next_back());
        last.and_then(|o| o.facts.count("out")).unwrap_or(0)
    }
}

impl Process {
    /// Reads `received N lost M seconds S` from what the process wrote.
    fn report(&mut self) -> Result<Report, Failure> {
        let mut text = String::new();
        if let Some(out) = &mut self.child.stdout {
            out.read_to_string(&mut text)?;
        }
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let parsed = match words.as_slice() {
            ["received", received, "lost", lost, "seconds", seconds] => {
                (received.parse(), lost.parse(), seconds.parse())
            }
            _ => return Err(Failure::new(format!("the {} process said `{text}`", self.name))),
        };
        match parsed {
            (Ok(received), Ok(lost), Ok(seconds)) => Ok(Report { received, lost, seconds }),
            _ => Err(Failure::new(format!("the {} process said `{text}`", self.name))),
        }
    }
}
