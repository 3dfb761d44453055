//! Whether a number of a user says who that is.
//!
//! In a user namespace that does not map every uid, whoever has none is shown as
//! the overflow uid, 65534: the owner of a stranger's file, and `nobody` of a
//! container, look the same. See `user_namespaces(7)`.

use crate::segment::os::descriptor::open;
use crate::segment::os::process;
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use std::os::fd::AsRawFd;

/// What is shown if nothing else is set.
const OVERFLOW_UID: u32 = 65534;

/// Whether this number stands for everybody who has none here. Where /proc does
/// not tell, it may.
pub(crate) fn is_anybody(uid: u32) -> bool {
    let read = |path| std::fs::read_to_string(path).ok();
    let overflow = read("/proc/sys/kernel/overflowuid").and_then(|text| text.trim().parse().ok());
    uid == overflow.unwrap_or(OVERFLOW_UID)
        && !read("/proc/self/uid_map").is_some_and(|map| is_whole(&map))
}

/// Whether a map of user ids has all of them: each line ends with how many it maps.
fn is_whole(map: &str) -> bool {
    let counts = map.lines().filter_map(|line| line.split_ascii_whitespace().nth(2));
    let counts = counts.filter_map(|count| count.parse::<u64>().ok());
    counts.fold(0, u64::saturating_add) >= u64::from(u32::MAX)
}

/// Whether the caller is the user of this number, for certain.
pub(crate) fn is_caller(uid: u32) -> bool {
    uid == process::effective_uid() && !is_anybody(uid)
}

/// Whether the caller owns a file, whatever number its owner is shown by: nobody
/// else may open it so that its access time stays.
pub(crate) fn owns(file: &impl AsRawFd) -> bool {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_NOATIME | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    open(&path, flags, Mode::empty()).is_ok()
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_map_of_users_is_whole_or_not() {
        assert!(is_whole("         0          0 4294967295\n"));
        assert!(is_whole("0 0 1000\n1000 5000 4294966295\n"));
        assert!(!is_whole("0 100000 65536\n"));
        assert!(!is_whole(""));
    }
}
