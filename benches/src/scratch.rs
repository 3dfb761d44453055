//! What a run leaves lying about while it lasts: two segments, a folder, and
//! processes. All are gone when it ends, also when it is interrupted.

use crate::speed::{Back, There};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, exit, id};

/// The segments and the folder of a run.
pub struct Scratch(Things);

#[derive(Clone)]
struct Things {
    there: There,
    back: Back,
    folder: PathBuf,
}

impl Things {
    fn clear(&self) {
        self.there.remove().ok();
        self.back.remove().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

impl Scratch {
    /// Makes them, under names that no other run has.
    pub fn make() -> Self {
        let mut signals = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            signals.add(signal);
        }
        // They stay pending until the thread below waits for them.
        signals.thread_block().expect("to block signals");
        let address = |which| format!("posix:/shmgen-benches.{}.{which}", id());
        let there = There::options().address(address("there")).create().expect("a segment");
        let back = Back::options().address(address("back")).create().expect("a segment");
        let folder = std::env::temp_dir().join(format!("shmgen-benches.{}", id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        let things = Things { there, back, folder };
        let scratch = Self(things.clone());
        std::thread::spawn(move || {
            let signal = signals.wait();
            things.clear();
            exit(128 + signal.map_or(0, |s| s as i32));
        });
        scratch
    }

    pub fn there(&self) -> &There {
        &self.0.there
    }

    pub fn back(&self) -> &Back {
        &self.0.back
    }

    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Starts a process that ends with this one, whatever happens to it.
    #[allow(clippy::unused_self)] // what is started uses the scratch
    pub fn spawn(&self, command: &mut Command) -> Child {
        // SAFETY: one system call, which neither allocates nor locks.
        unsafe { command.pre_exec(|| Ok(set_pdeathsig(Signal::SIGKILL)?)) };
        command.spawn().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.0.clear();
    }
}
