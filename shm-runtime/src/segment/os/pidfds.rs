//! Processes that are watched by descriptors which are kept: one call tells which
//! of them have ended. See `pidfd_open(2)`.

use crate::segment::os::kept::close;
use crate::segment::os::{descriptor, file, process};
use nix::errno::Errno;
use nix::libc;
use std::os::fd::{IntoRawFd, RawFd};

/// Processes that are watched at once.
const WATCHED_MAX: usize = 64;
/// Only descriptors below are kept: half of what a process may have by default.
const NUMBER_MAX: RawFd = 512;

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It is watched and has not ended.
    Runs,
    /// Nobody has its number, or who had it when it was first asked for has ended.
    Ended,
    /// It is not watched: there is no descriptor for it.
    Unknown,
}

/// A process that is watched.
struct Watched {
    pid: u32,
    /// Device and inode: in a program that closes what it does not know, the number
    /// may have become another file's.
    file: (u64, u64),
    asked: bool,
}

/// The processes that an attachment watches.
#[derive(Default)]
pub(crate) struct Pidfds {
    /// One for each in `processes`, as poll(2) wants them.
    asks: Vec<libc::pollfd>,
    processes: Vec<Watched>,
}

impl Pidfds {
    /// Looks which of them have ended, by one call.
    pub(crate) fn look(&mut self) {
        for (ask, process) in self.asks.iter_mut().zip(&mut self.processes) {
            ask.revents = 0;
            process.asked = false;
        }
        let count = self.asks.len() as libc::nfds_t;
        if count > 0 {
            // SAFETY: this many that outlive the call; time-out 0 does not block. Where
            // it fails, nobody has ended.
            unsafe { libc::poll(self.asks.as_mut_ptr(), count, 0) };
        }
    }

    /// What the last look said about a process; with `watch`, it is watched from now on.
    pub(crate) fn ask(&mut self, pid: u32, watch: bool) -> Life {
        if let Some(at) = self.processes.iter().position(|process| process.pid == pid) {
            let revents = self.asks[at].revents;
            self.processes[at].asked = revents == 0;
            return match revents {
                0 => Life::Runs,
                found if found & libc::POLLNVAL != 0 => Life::Unknown,
                _ => Life::Ended,
            };
        }
        if watch && self.asks.len() < WATCHED_MAX { self.watch(pid) } else { Life::Unknown }
    }

    fn watch(&mut self, pid: u32) -> Life {
        let fd = match process::pidfd(pid) {
            Ok(fd) => descriptor::keep(fd),
            Err(Errno::ESRCH) => return Life::Ended,
            Err(_) if process::is_nobody(pid) => return Life::Ended,
            Err(_) => return Life::Unknown,
        };
        let Ok((fd, file)) = fd.and_then(|fd| file::place(&fd).map(|file| (fd, file))) else {
            return Life::Unknown;
        };
        let fd = fd.into_raw_fd();
        if fd >= NUMBER_MAX {
            close(fd, file);
            return Life::Unknown;
        }
        self.asks.push(libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
        self.processes.push(Watched { pid, file, asked: true });
        Life::Runs // if it has ended, the next look tells
    }

    /// Forgets those that nobody asked for since the last look, and those that ended.
    pub(crate) fn forget_the_others(&mut self) {
        for at in (0..self.asks.len()).rev() {
            if !self.processes[at].asked {
                close(self.asks[at].fd, self.processes[at].file);
                self.asks.swap_remove(at);
                self.processes.swap_remove(at);
            }
        }
    }
}

impl Drop for Pidfds {
    fn drop(&mut self) {
        for (ask, process) in self.asks.iter().zip(&self.processes) {
            close(ask.fd, process.file);
        }
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn who_ends_is_told_and_forgotten() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let mut watched = Pidfds::default();
        assert_eq!(watched.ask(pid, false), Life::Unknown);
        assert_eq!(watched.ask(pid, true), Life::Runs);
        watched.look();
        assert_eq!(watched.ask(pid, true), Life::Runs);
        child.kill().unwrap();
        child.wait().unwrap();
        watched.look();
        assert_eq!(watched.ask(pid, true), Life::Ended);
        watched.forget_the_others();
        assert!(watched.asks.is_empty() && watched.processes.is_empty());
        assert_eq!(watched.ask(pid, true), Life::Ended, "nobody has the number");
    }

    /// As a library that daemonises does: it closes what it does not know, and the
    /// number becomes another file's.
    #[test]
    fn a_number_that_became_another_file_s_is_left_alone() {
        let mut watched = Pidfds::default();
        assert_eq!(watched.ask(std::os::unix::process::parent_id(), true), Life::Runs);
        let fd = watched.asks[0].fd;
        let file = std::fs::File::open("/dev/null").unwrap();
        let taken = std::os::fd::AsRawFd::as_raw_fd(&file);
        // SAFETY: both are open; the number belongs to nobody but this test.
        assert_eq!(unsafe { libc::dup3(taken, fd, libc::O_CLOEXEC) }, fd);
        watched.look();
        watched.forget_the_others();
        // SAFETY: asks about a descriptor.
        assert!(unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0, "it was closed");
        // SAFETY: this test's own.
        unsafe { libc::close(fd) };
    }
}
