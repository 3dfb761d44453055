//! Making system calls fail: the other half of tests/c/faults.c.

use crate::languages::Library;
use crate::tools;
use nix::errno::Errno;
use std::ffi::{CStr, c_char, c_int, c_long};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens at a system call.
#[derive(Clone, Copy, Debug)]
pub enum What {
    Nothing,
    /// The nth fails, and with `ever` those of its name that follow.
    Fail {
        nth: usize,
        errno: i32,
        ever: bool,
    },
    /// A function runs before the nth.
    Run {
        nth: usize,
        hook: extern "C" fn(),
    },
    /// The process is killed at the nth.
    Kill {
        nth: usize,
    },
}

/// The library, as the process has it loaded.
pub struct Faults {
    begin: unsafe extern "C" fn(c_int, c_long, c_int, Option<extern "C" fn()>),
    end: unsafe extern "C" fn() -> c_long,
    name: unsafe extern "C" fn(c_long) -> *const c_char,
}

impl Faults {
    /// In a process that was started with it.
    pub fn loaded() -> Self {
        let all = Library::itself();
        Self {
            begin: all.function("faults_begin"),
            end: all.function("faults_end"),
            name: all.function("faults_name"),
        }
    }

    /// Runs something with a fault in it: what it gives, and the calls it made.
    pub fn during<T>(&self, what: What, act: impl FnOnce() -> T) -> (T, Vec<String>) {
        let (mode, nth, errno, hook) = match what {
            What::Nothing => (0, 0, 0, None),
            What::Fail { nth, errno, ever } => (if ever { 2 } else { 1 }, nth, errno, None),
            What::Run { nth, hook } => (3, nth, 0, Some(hook)),
            What::Kill { nth } => (4, nth, 0, None),
        };
        // SAFETY: numbers, and a function that stays.
        unsafe { (self.begin)(mode, nth as c_long, errno, hook) };
        let result = act();
        // SAFETY: no arguments; the names last until the next begin.
        let calls = unsafe {
            let count = (self.end)();
            (0..count).map(|n| CStr::from_ptr((self.name)(n)).to_string_lossy().into_owned())
        };
        (result, calls.collect())
    }
}

/// Builds the library, once for a test program; its path.
pub fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let program = std::env::current_exe().unwrap();
        let folder =
            tools::scratch(&format!("faults-{}", program.file_stem().unwrap().to_string_lossy()));
        let library = folder.join("libfaults.so");
        let mut gcc = Command::new("gcc");
        gcc.args(["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Werror"]);
        gcc.args(["-shared", "-fPIC"]).arg(tools::root().join("tests/c/faults.c"));
        tools::run(gcc.arg("-o").arg(&library).arg("-ldl"));
        library
    })
}

/// The name of an errno.
pub fn name_of(errno: i32) -> String {
    format!("{:?}", Errno::from_raw(errno))
}

/// The errnos that the manual page of a call names, as section 2 of the Linux
/// man-pages (6.9) has them, and ENOSYS and EPERM of a seccomp filter for calls
/// that a container may forbid.
pub fn errnos(call: &str) -> Vec<i32> {
    use Errno::*;
    let name = call.split(' ').next().unwrap_or_default();
    let path = [EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR];
    let own: &[Errno] = match name {
        "open" => &[
            EBUSY, EDQUOT, EEXIST, EFAULT, EFBIG, EINTR, EINVAL, EISDIR, EMFILE, ENFILE, ENODEV,
            ENOSPC, ENXIO, EOPNOTSUPP, EOVERFLOW, EPERM, EROFS, ETXTBSY, EAGAIN,
        ],
        "close" => &[EBADF, EINTR, EIO, ENOSPC, EDQUOT],
        "stat" => &[EBADF, EFAULT, EINVAL, EOVERFLOW],
        "statvfs" => &[EBADF, EFAULT, EINTR, EIO, ENOMEM, ENOSYS, EOVERFLOW],
        "read" | "pread" => {
            &[EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ENXIO, EOVERFLOW, ESPIPE]
        }
        "write" | "pwrite" => &[
            EAGAIN,
            EBADF,
            EDESTADDRREQ,
            EDQUOT,
            EFAULT,
            EFBIG,
            EINTR,
            EINVAL,
            EIO,
            ENOSPC,
            ENXIO,
            EOVERFLOW,
            EPERM,
            EPIPE,
            ESPIPE,
        ],
        "fallocate" => &[
            EBADF, EFBIG, EINTR, EINVAL, EIO, ENODEV, ENOSPC, ENOSYS, EOPNOTSUPP, EPERM, ESPIPE,
            ETXTBSY,
        ],
        "ftruncate" => &[EBADF, EFBIG, EINTR, EINVAL, EIO, EISDIR, EPERM, EROFS, ETXTBSY],
        "mmap" => &[
            EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM,
            ETXTBSY,
        ],
        "munmap" => &[EINVAL, ENOMEM],
        "madvise" => {
            &[EACCES, EAGAIN, EBADF, EFAULT, EHWPOISON, EINVAL, EIO, ENOMEM, EPERM, ENOSYS]
        }
        "statfs" => &[
            EACCES,
            EFAULT,
            EINTR,
            EIO,
            ELOOP,
            ENAMETOOLONG,
            ENOENT,
            ENOMEM,
            ENOSYS,
            ENOTDIR,
            EOVERFLOW,
        ],
        "prlimit" => &[EFAULT, EINVAL, EPERM, ESRCH, ENOSYS],
        "mlock" => &[EAGAIN, EINVAL, ENOMEM, EPERM],
        "linkat" => {
            &[EBADF, EDQUOT, EEXIST, EFAULT, EINVAL, EIO, EMLINK, ENOSPC, EPERM, EROFS, EXDEV]
        }
        "unlink" => &[EBADF, EBUSY, EFAULT, EINVAL, EIO, EISDIR, EPERM, EROFS],
        "chown" | "fchown" => &[EBADF, EDQUOT, EFAULT, EINVAL, EIO, EPERM, EROFS],
        "chmod" | "fchmod" => &[EBADF, EFAULT, EINVAL, EIO, EOPNOTSUPP, EPERM, EROFS],
        "fcntl" => {
            &[EACCES, EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINTR, EINVAL, EMFILE, ENOLCK, EPERM]
        }
        "shmget" => &[EACCES, EEXIST, EINVAL, ENFILE, ENOENT, ENOMEM, ENOSPC, EPERM, ENOSYS],
        "shmat" => &[EACCES, EIDRM, EINVAL, ENOMEM, ENOSYS],
        "shmdt" => &[EINVAL],
        "shmctl" => &[EACCES, EFAULT, EIDRM, EINVAL, ENOMEM, EOVERFLOW, EPERM, ENOSYS],
        "pidfd_open" => &[EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ESRCH, ENOSYS, EPERM],
        "cachestat" => &[EFAULT, EINVAL, EOPNOTSUPP, EBADF, ENOSYS],
        "membarrier" => &[EINVAL, ENOSYS, EPERM],
        "poll" => &[EFAULT, EINTR, EINVAL, ENOMEM],
        "getrandom" => &[EAGAIN, EFAULT, EINTR, EINVAL, ENOSYS],
        "memfd_create" => &[EFAULT, EINVAL, EMFILE, ENFILE, ENOMEM, EPERM, ENOSYS],
        other => panic!("no manual page for {other}"),
    };
    let on_a_path =
        ["open", "stat", "linkat", "unlink", "chown", "fchown", "chmod", "fchmod"].contains(&name);
    let mut all: Vec<i32> = own.iter().map(|e| *e as i32).collect();
    if on_a_path {
        all.extend(path.iter().map(|e| *e as i32));
    }
    all.sort_unstable();
    all.dedup();
    all
}
