//! How much memory a new segment can have. Taking the last pages of a machine
//! gives no error: the kernel kills somebody. So it is asked first.

/// Bytes of memory that the machine can still give, swap included;
/// `u64::MAX` where it cannot be determined.
pub(crate) fn memory_left() -> u64 {
    std::fs::read_to_string("/proc/meminfo").ok().and_then(|t| parse(&t)).unwrap_or(u64::MAX)
}

/// What is available without swapping, and the swap that is free.
fn parse(meminfo: &str) -> Option<u64> {
    let field = |name: &str| {
        let line = meminfo.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    Some(field("MemAvailable")?.saturating_add(field("SwapFree").unwrap_or(0)).saturating_mul(1024))
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{memory_left, parse};

    #[test]
    fn available_memory_and_free_swap_are_summed() {
        let text =
            "MemTotal:       100 kB\nMemAvailable:    40 kB\nSwapTotal: 9 kB\nSwapFree: 2 kB\n";
        assert_eq!(parse(text), Some(42 * 1024));
        assert_eq!(parse("MemTotal: 100 kB\n"), None);
        let left = memory_left();
        assert!(left > 1 << 20 && left < 1 << 50, "{left}");
    }
}
