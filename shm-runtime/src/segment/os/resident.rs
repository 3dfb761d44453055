//! How much of a segment is in memory and how much is swapped out, as the
//! kernel knows it without anybody's mapping.

use nix::errno::Errno;
use nix::libc;
use std::fs::File;
use std::os::fd::AsRawFd;

/// Bytes of a segment that are in memory, and that are swapped out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pages {
    pub(crate) resident: u64,
    pub(crate) swapped: u64,
}

/// Of a POSIX segment's file, by cachestat(2); `None` before Linux 6.5, and for
/// who may not read the file.
pub(crate) fn of_file(file: &File) -> Option<Pages> {
    /// The same number on every architecture that is this young; not in libc yet.
    const SYS_CACHESTAT: libc::c_long = 451;
    /// `struct cachestat_range`: a length of 0 is up to the end.
    const WHOLE: [u64; 2] = [0, 0];
    // `struct cachestat`: cached, dirty, being written, evicted, lately evicted.
    let mut counts = [0u64; 5];
    // SAFETY: the kernel reads two words and writes five, all of which outlive
    // the call.
    let result = unsafe {
        libc::syscall(
            SYS_CACHESTAT,
            file.as_raw_fd(),
            WHOLE.as_ptr(),
            counts.as_mut_ptr(),
            0 as libc::c_uint,
        )
    };
    Errno::result(result).ok()?;
    let page = page_size();
    // What tmpfs has evicted is in swap: there is no other place for it.
    Some(Pages { resident: counts[0].checked_mul(page)?, swapped: counts[3].checked_mul(page)? })
}

/// Of a System V segment, by its line in /proc/sysvipc/shm.
pub(crate) fn of_sysv(id: i32) -> Option<Pages> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").ok()?;
    table.lines().skip(1).find_map(|line| of_line(line).filter(|(found, _)| *found == id))?.1
}

/// The id of a line of /proc/sysvipc/shm, and its pages, which kernels without
/// swap and memory accounting leave out.
pub(crate) fn of_line(line: &str) -> Option<(i32, Option<Pages>)> {
    let mut fields = line.split_ascii_whitespace();
    let id = fields.nth(1)?.parse().ok()?;
    let mut number = |skip: usize| fields.nth(skip).and_then(|n| n.parse().ok());
    let pages = number(12).zip(number(0));
    Some((id, pages.map(|(resident, swapped)| Pages { resident, swapped })))
}

fn page_size() -> u64 {
    // SAFETY: takes and returns a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernels_table_ends_with_bytes_in_memory_and_in_swap() {
        let line = "1397227521 7 1640 4096 1 2 3 4 0 7 0 5 6 7 8192 12288";
        let pages = Pages { resident: 8192, swapped: 12288 };
        assert_eq!(of_line(line), Some((7, Some(pages))));
        assert_eq!(of_line("1 7 1640 4096 1 2 3 4 0 7 0 5 6 7"), Some((7, None)));
        assert_eq!(of_line(""), None);
    }
}
