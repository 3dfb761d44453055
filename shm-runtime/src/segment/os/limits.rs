//! Limits of this process (setrlimit(2)). They are asked before a call runs into
//! one, or where it did: the kernel answers with a signal that kills (SIGXFSZ), or
//! with an errno that says something else, and never with a number.

use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::failure::Attempt;
use crate::text::bytes;
use nix::errno::Errno;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

/// A limit, and how it is called.
struct Limit {
    resource: Resource,
    name: &'static str,
    /// The option of `ulimit`.
    option: char,
    /// What `prlimit` and container engines call it.
    word: &'static str,
}

const FILE_SIZE: Limit =
    Limit { resource: Resource::RLIMIT_FSIZE, name: "RLIMIT_FSIZE", option: 'f', word: "fsize" };
const ADDRESSES: Limit =
    Limit { resource: Resource::RLIMIT_AS, name: "RLIMIT_AS", option: 'v', word: "as" };
const LOCKED: Limit = Limit {
    resource: Resource::RLIMIT_MEMLOCK,
    name: "RLIMIT_MEMLOCK",
    option: 'l',
    word: "memlock",
};
const DESCRIPTORS: Limit =
    Limit { resource: Resource::RLIMIT_NOFILE, name: "RLIMIT_NOFILE", option: 'n', word: "nofile" };

impl Limit {
    /// What it is now, and what it may be raised to; `None` for no limit.
    fn now(&self) -> Option<(u64, u64)> {
        getrlimit(self.resource).ok().filter(|(soft, _)| *soft != RLIM_INFINITY)
    }

    /// How it is raised so that `needed` is within it; `value` says that to a shell.
    fn mend(&self, hard: u64, needed: u64, value: &str) -> String {
        let Self { name, option, word, .. } = self;
        if needed <= hard {
            return format!(
                "{name}; raise it in the shell that starts this program: `ulimit -{option} {value}`"
            );
        }
        format!(
            "{name}, which here only root can raise: `prlimit --pid {} --{word}=unlimited`, in a \
             container --ulimit {word}=-1",
            std::process::id()
        )
    }
}

/// Whether a file of this process can have this many bytes. A process that asks for more is
/// killed by SIGXFSZ.
pub(crate) fn file_may_have(size: u64) -> bool {
    FILE_SIZE.now().map_or(true, |(soft, _)| size <= soft)
}

/// The error of a file that is too large for this process.
pub(crate) fn file_size(size: u64, attempt: Attempt<'_>) -> Result<()> {
    let Some((soft, hard)) = FILE_SIZE.now().filter(|(soft, _)| size > *soft) else {
        return Ok(());
    };
    let why = format!(
        "{} needed, and a file that this process writes has at most {} ({})",
        bytes(size),
        bytes(soft),
        FILE_SIZE.mend(hard, size, "unlimited")
    );
    Err(attempt.fail(ErrorKind::NoSpace, why).with_os(Errno::EFBIG as i32))
}

/// The error of a mapping for which this process has no addresses left.
pub(crate) fn addresses(size: u64, attempt: Attempt<'_>) -> Result<()> {
    let Some((soft, hard)) = ADDRESSES.now() else { return Ok(()) };
    let used = status_field("VmSize").unwrap_or(0);
    let needed = used.saturating_add(size);
    if needed <= soft {
        return Ok(());
    }
    let why = format!(
        "{} of address space needed, and this process uses {} of the {} that it may ({})",
        bytes(size),
        bytes(used),
        bytes(soft),
        ADDRESSES.mend(hard, needed, "unlimited")
    );
    Err(attempt.fail(ErrorKind::NoSpace, why).with_os(Errno::ENOMEM as i32))
}

/// The error of memory that a call would lock or did not, if the limit of that is why.
pub(crate) fn locked(size: u64, errno: Errno, attempt: Attempt<'_>) -> Option<Error> {
    let (soft, hard) = LOCKED.now()?;
    let used = status_field("VmLck").unwrap_or(0);
    let needed = used.saturating_add(size);
    (needed > soft).then(|| {
        let why = format!(
            "{} to be kept in memory, and this process has locked {} of the {} that it may ({})",
            bytes(size),
            bytes(used),
            bytes(soft),
            LOCKED.mend(hard, needed, "unlimited")
        );
        attempt.fail(ErrorKind::Permission, why).with_os(errno as i32)
    })
}

/// The same of a System V segment, where what a user has locked in all of them
/// counts, which nothing tells.
pub(crate) fn locked_by_user(size: u64, errno: Errno, attempt: Attempt<'_>) -> Option<Error> {
    let (soft, hard) = LOCKED.now()?;
    let why = format!(
        "{} to be kept in memory, and a user's System V segments together may have {} of that ({})",
        bytes(size),
        bytes(soft),
        LOCKED.mend(hard, size.saturating_add(soft), "unlimited")
    );
    Some(attempt.fail(ErrorKind::Permission, why).with_os(errno as i32))
}

/// Why there is no further descriptor.
pub(crate) fn descriptors() -> String {
    match DESCRIPTORS.now() {
        Some((soft, hard)) => {
            let more = soft.saturating_mul(2).max(1024);
            let more = if soft < hard { more.min(hard) } else { more };
            format!(
                "one more needed, and this process has all {soft} that it may ({})",
                DESCRIPTORS.mend(hard, soft.saturating_add(1), &more.to_string())
            )
        }
        None => "one more needed, and this process has all that it may".to_owned(),
    }
}

/// A field of /proc/self/status that counts in kB, in bytes.
fn status_field(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn what_raises_a_limit_is_what_may() {
        let soft = FILE_SIZE.mend(u64::MAX, 1 << 20, "unlimited");
        assert!(soft.starts_with("RLIMIT_FSIZE; raise") && soft.ends_with("`ulimit -f unlimited`"));
        let hard = FILE_SIZE.mend(4096, 1 << 20, "unlimited");
        assert!(hard.contains("only root") && hard.contains("--fsize=unlimited`"), "{hard}");
        assert!(hard.ends_with("--ulimit fsize=-1"));
    }

    #[test]
    fn the_kernel_tells_what_is_used() {
        assert!(status_field("VmSize").unwrap() > 1 << 20);
        assert!(status_field("VmLck").is_some());
        assert_eq!(status_field("VmLc"), None);
    }
}
