//! Addresses: one spelling for every place that names a segment.

use crate::error::{Error, ErrorKind, Result};
use crate::text::Printable;
use std::fmt;
use std::str::FromStr;

/// Where a segment is.
///
/// | written | means |
/// |---|---|
/// | `posix:/acme.feed`, `/acme.feed`, `acme.feed` | a POSIX segment, by name |
/// | `posix:` | on create: a POSIX segment with a name that is free |
/// | `sysv:0x53480001`, `sysv:5679`, `sysv:-559038737` | a System V segment, by key |
/// | `sysv-id:32768` | a System V segment, by id |
/// | `sysv-ftok:PATH:PROJ` | a System V segment, by the key that ftok(3) makes |
/// | `sysv-file:PATH` | a private System V segment, by the file that holds its id |
/// | `memfd:PID/FD` | a memfd, by a descriptor of a process |
/// | `memfd:` | on create: a memfd |
///
/// ```
/// use shm_runtime::Address;
/// let address: Address = "acme.feed".parse()?;
/// assert_eq!(address.to_string(), "posix:/acme.feed");
/// assert!("posix:/a/b".parse::<Address>().is_err());
/// # Ok::<(), shm_runtime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A POSIX segment: the name without its leading slash; empty for a name
    /// that create chooses. `SHM_RUNTIME_PREFIX` is put before it.
    Posix(String),
    /// A System V segment, by key, as 32 bits without a sign; never 0
    /// (`IPC_PRIVATE`). C and other programs print half of all keys as negative
    /// numbers, which are read, too.
    Sysv(u32),
    /// A System V segment, by id.
    SysvId(i32),
    /// A System V segment, by the key that ftok(3) makes of a file's inode and
    /// a project number from 1 to 255.
    SysvFtok(String, u8),
    /// A private System V segment, by the path of the file that holds its id.
    SysvFile(String),
    /// A memfd, by process id and descriptor; `None` for one that create makes.
    Memfd(Option<(u32, i32)>),
}

/// Names that begin so are the runtime's own files in /dev/shm.
pub(crate) const OWN_FILES: &str = ".shmgen.";

/// The longest name of a file, `NAME_MAX` on Linux.
const NAME_MAX: usize = 255;
/// The longest path, `PATH_MAX` on Linux without its NUL.
const PATH_MAX: usize = 4095;

impl Address {
    /// A memfd that this process has a descriptor of, as from
    /// [`fd::receive`](crate::segment::os::fd::receive). It leads there as long as that is
    /// open; a process that attaches by it does not need it any longer.
    #[cfg(unix)]
    pub fn of_descriptor(fd: impl std::os::fd::AsFd) -> Self {
        use std::os::fd::AsRawFd;
        Self::Memfd(Some((std::process::id(), fd.as_fd().as_raw_fd())))
    }

    /// What kind of shared memory it leads to: `posix`, `sysv` or `memfd`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Posix(_) => "posix",
            Self::Sysv(_) | Self::SysvId(_) | Self::SysvFtok(..) | Self::SysvFile(_) => "sysv",
            Self::Memfd(_) => "memfd",
        }
    }

    /// The address as it is written, to be read back by this program or another
    /// one; not for a terminal, as a name may have control characters.
    ///
    /// ```
    /// use shm_runtime::Address;
    /// let odd = Address::Posix("a\x1b[2Jb".to_owned());
    /// assert_eq!(odd.to_string(), "posix:/a\\u{1b}[2Jb");
    /// assert_eq!(odd.spelling().parse::<Address>()?, odd);
    /// # Ok::<(), shm_runtime::Error>(())
    /// ```
    pub fn spelling(&self) -> String {
        match self {
            Self::Posix(name) if name.is_empty() => "posix:".to_owned(),
            Self::Posix(name) => format!("posix:/{name}"),
            Self::Sysv(key) => format!("sysv:{key:#010x}"),
            Self::SysvId(id) => format!("sysv-id:{id}"),
            Self::SysvFtok(path, proj) => format!("sysv-ftok:{path}:{proj}"),
            Self::SysvFile(path) => format!("sysv-file:{path}"),
            Self::Memfd(None) => "memfd:".to_owned(),
            Self::Memfd(Some((pid, fd))) => format!("memfd:{pid}/{fd}"),
        }
    }

    fn posix(name: &str, whole: &str) -> Result<Self> {
        let name = name.strip_prefix('/').unwrap_or(name);
        let invalid = |why: String| {
            Err(Error::new(ErrorKind::Invalid, format!("`{}`: {why}", Printable(whole))))
        };
        if name.contains('/') {
            let is_name = |name: &&str| Self::posix(name, name).is_ok() && !name.is_empty();
            let why = match name.strip_prefix("dev/shm/").filter(is_name) {
                Some(file) => format!(
                    "it is named by its file in /dev/shm; the address of that segment is posix:/{}",
                    Printable(file)
                ),
                None => "a POSIX name has one slash, at its beginning".to_owned(),
            };
            return invalid(why);
        }
        if name.contains('\0') || matches!(name, "." | "..") {
            return invalid("this cannot be the name of a file".into());
        }
        if name.len() > NAME_MAX {
            return invalid(format!("a POSIX name has at most {NAME_MAX} bytes"));
        }
        if name.starts_with(OWN_FILES) {
            return invalid(format!("names that begin with {OWN_FILES} belong to the runtime"));
        }
        Ok(Self::Posix(name.to_owned()))
    }
}

/// Whether text is digits, and nothing else.
fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// A System V key as people and programs write it: a number of 32 bits, with or
/// without a sign, or hexadecimal.
pub(crate) fn parse_key(text: &str) -> Option<u32> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let digits = hex.bytes().all(|b| b.is_ascii_hexdigit());
        return digits.then(|| u32::from_str_radix(hex, 16).ok())?;
    }
    match text.strip_prefix('-') {
        #[allow(clippy::cast_sign_loss)] // the same 32 bits
        Some(digits) if is_digits(digits) => text.parse::<i32>().ok().map(|key| key as u32),
        None if is_digits(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether text can be the path of a file.
fn is_path(text: &str) -> bool {
    !text.is_empty() && text.len() <= PATH_MAX && !text.contains('\0')
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: &str| {
            Err(Error::new(ErrorKind::Invalid, format!("`{}`: {why}", Printable(text))))
        };
        let Some((scheme, rest)) = text.split_once(':') else {
            if text.is_empty() {
                return invalid("an address is missing, such as posix:/NAME or sysv:0x53480001");
            }
            return Self::posix(text, text);
        };
        match scheme {
            "posix" => Self::posix(rest, text),
            "sysv" => match parse_key(rest) {
                Some(0) => invalid(
                    "key 0 is IPC_PRIVATE, which leads to no segment; use sysv-id:ID or another key",
                ),
                Some(key) => Ok(Self::Sysv(key)),
                None => invalid(
                    "a System V key is a number of 32 bits, such as 0x53480001; from -2147483648 \
                     to 4294967295",
                ),
            },
            "sysv-id" => match rest.parse() {
                Ok(id) if id >= 0 => Ok(Self::SysvId(id)),
                _ => invalid("a System V id is a number from 0 to 2147483647"),
            },
            "sysv-ftok" => {
                let parts = rest.rsplit_once(':').map(|(path, proj)| (path, proj.parse::<u8>()));
                match parts {
                    Some((path, Ok(proj))) if is_path(path) && proj != 0 => {
                        Ok(Self::SysvFtok(path.to_owned(), proj))
                    }
                    _ => invalid(
                        "sysv-ftok wants a path and a project number from 1 to 255: sysv-ftok:PATH:PROJ",
                    ),
                }
            }
            "sysv-file" if is_path(rest) => Ok(Self::SysvFile(rest.to_owned())),
            "sysv-file" => invalid(
                "sysv-file wants the path of an id file, of at most 4095 bytes: sysv-file:feed.id",
            ),
            "memfd" if rest.is_empty() => Ok(Self::Memfd(None)),
            "memfd" => {
                let number = |text: &str| text.parse::<i32>().ok().filter(|_| is_digits(text));
                let parts = rest.split_once('/').map(|(pid, fd)| (number(pid), number(fd)));
                match parts {
                    Some((Some(pid), Some(fd))) if pid > 0 => {
                        Ok(Self::Memfd(Some((pid.unsigned_abs(), fd))))
                    }
                    _ => invalid(
                        "memfd wants a process id and a descriptor of that process: memfd:PID/FD",
                    ),
                }
            }
            _ => invalid(
                "unknown kind of address; known are posix:/NAME, sysv:KEY, sysv-id:ID, \
                 sysv-ftok:PATH:PROJ, sysv-file:PATH and memfd:PID/FD",
            ),
        }
    }
}

/// For people: control characters in names are escaped. [`Address::spelling`]
/// has it character for character.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(&self.spelling()).fmt(f)
    }
}

/// Something that names a segment: an [`Address`], or text in its spelling.
pub trait IntoAddress {
    /// The address, if it is one.
    fn into_address(self) -> Result<Address>;
}

impl IntoAddress for Address {
    fn into_address(self) -> Result<Address> {
        Ok(self)
    }
}

impl IntoAddress for &Address {
    fn into_address(self) -> Result<Address> {
        Ok(self.clone())
    }
}

/// The memfd behind a descriptor; see [`Address::of_descriptor`].
#[cfg(unix)]
impl IntoAddress for std::os::fd::BorrowedFd<'_> {
    fn into_address(self) -> Result<Address> {
        Ok(Address::of_descriptor(self))
    }
}

/// The memfd behind a descriptor; see [`Address::of_descriptor`].
#[cfg(unix)]
impl IntoAddress for &std::os::fd::OwnedFd {
    fn into_address(self) -> Result<Address> {
        Ok(Address::of_descriptor(self))
    }
}

impl IntoAddress for &str {
    fn into_address(self) -> Result<Address> {
        self.parse()
    }
}

impl IntoAddress for &String {
    fn into_address(self) -> Result<Address> {
        self.parse()
    }
}

impl IntoAddress for String {
    fn into_address(self) -> Result<Address> {
        self.parse()
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_and_written_back() {
        for (text, canonical) in [
            ("posix:/acme.feed", "posix:/acme.feed"),
            ("/acme.feed", "posix:/acme.feed"),
            ("acme.feed", "posix:/acme.feed"),
            ("posix:acme.feed", "posix:/acme.feed"),
            ("posix:", "posix:"),
            ("sysv:0x53480001", "sysv:0x53480001"),
            ("sysv:5679", "sysv:0x0000162f"),
            ("sysv:4294967295", "sysv:0xffffffff"),
            ("sysv:-1", "sysv:0xffffffff"),
            ("sysv:-559038737", "sysv:0xdeadbeef"),
            ("sysv:-2147483648", "sysv:0x80000000"),
            ("sysv-id:32768", "sysv-id:32768"),
            ("sysv-ftok:/etc/a:b:7", "sysv-ftok:/etc/a:b:7"),
            ("sysv-file:feed.id", "sysv-file:feed.id"),
            ("memfd:812/3", "memfd:812/3"),
            ("memfd:", "memfd:"),
            ("sysv-file:/run/a:b/feed.id", "sysv-file:/run/a:b/feed.id"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), canonical);
            assert_eq!(canonical.parse::<Address>().unwrap(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        let long = "x".repeat(256);
        for text in [
            "",
            "/a/b",
            "posix:/../x",
            "..",
            "a\0b",
            &long,
            "sysv:0",
            "sysv:-0",
            "sysv:-2147483649",
            "sysv:4294967296",
            "sysv:+5",
            "sysv:0x+5",
            "sysv:0x",
            "sysv:-",
            "sysv:--1",
            "sysv:-0x1",
            "sysv:0x1ffffffff",
            "sysv:abc",
            "sysv-id:-1",
            "sysv-ftok:/etc:0",
            "sysv-ftok:/etc:256",
            "sysv-ftok::1",
            "sysv-file:",
            "memfd:1",
            "memfd:0/3",
            "memfd:1/",
            "memfd:/3",
            "memfd:+1/3",
            "memfd:1/-3",
            "memfd:1/2/3",
            "memfd:4294967296/1",
            "sysv-file:a\0b",
            &format!("sysv-file:{}", "x".repeat(4096)),
            "posix:/.shmgen.sysv.1",
            "tcp:1",
        ] {
            assert_eq!(text.parse::<Address>().unwrap_err().kind(), ErrorKind::Invalid, "{text}");
        }
    }

    #[test]
    fn a_path_in_dev_shm_is_answered_with_its_address() {
        for text in ["/dev/shm/acme.feed", "posix:/dev/shm/acme.feed", "dev/shm/acme.feed"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.ends_with("posix:/acme.feed"), "{error}");
        }
        for text in ["/dev/shm/", "/dev/shm/a/b", "/dev/shm/.shmgen.sysv.1", "/dev/a"] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("one slash"), "{error}");
        }
    }
}
