//! Huge pages: which sizes a segment can ask for. What it gets is the kernel's
//! affair, and told by stat.

use crate::error::{Error, ErrorKind};
use std::fmt;
use std::str::FromStr;

/// The huge pages that a segment asks for. There may be none to be had: then it
/// has ordinary pages, and [`SegmentStat`](crate::SegmentStat) says so. Its size
/// is a multiple of the pages that it asks for either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HugePages {
    /// Pages of 2 MiB.
    M2,
    /// Pages of 1 GiB, which only System V segments and memfds can have; others
    /// ask for 2 MiB instead.
    G1,
}

impl HugePages {
    /// Every size.
    pub const ALL: [Self; 2] = [Self::M2, Self::G1];

    /// Bytes of a page.
    pub const fn bytes(self) -> u64 {
        1 << self.log2()
    }

    /// As the kernel encodes it.
    pub(crate) const fn log2(self) -> u32 {
        match self {
            Self::M2 => 21,
            Self::G1 => 30,
        }
    }

    /// `2M` or `1G`, as a schema has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::M2 => "2M",
            Self::G1 => "1G",
        }
    }

    /// The pages of this many bytes.
    pub fn of_bytes(bytes: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|pages| pages.bytes() == bytes)
    }

    /// The greatest ones that a size is a multiple of.
    pub(crate) fn of_size(size: u64) -> Option<Self> {
        let fits = |pages: &Self| size != 0 && size % pages.bytes() == 0;
        Self::ALL.into_iter().rev().find(fits)
    }
}

impl fmt::Display for HugePages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is no size of huge pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoHugePages;

impl fmt::Display for NoHugePages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("huge pages are of 2M or 1G")
    }
}

impl std::error::Error for NoHugePages {}

impl From<NoHugePages> for Error {
    fn from(error: NoHugePages) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

impl FromStr for HugePages {
    type Err = NoHugePages;

    fn from_str(text: &str) -> Result<Self, NoHugePages> {
        Self::ALL.into_iter().find(|pages| pages.name() == text).ok_or(NoHugePages)
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::HugePages;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for pages in HugePages::ALL {
            assert_eq!(pages.to_string().parse(), Ok(pages));
            assert_eq!(HugePages::of_bytes(pages.bytes()), Some(pages));
        }
        for bad in ["", "2m", "2MB", "4M", "1g", "02M"] {
            assert!(bad.parse::<HugePages>().is_err(), "{bad}");
        }
        let of = |size| HugePages::of_size(size).map(HugePages::name);
        assert_eq!(
            [of(0), of(4096), of(6 << 20), of(3 << 30)],
            [None, None, Some("2M"), Some("1G")]
        );
    }
}
