//! `bytes[<=N]` and `str[<=N]`: bytes and text in a room of their own.

use crate::error::{Error, ErrorKind};
use crate::types::checked::{InvalidCount, List};
use crate::types::descriptor::TypeSet;
use crate::types::expr::TypeExpr;
use crate::types::layout::{Aligned, SharedLayout};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::Utf8Error;

/// Up to N bytes: `bytes[<=N]` of a schema, in memory
/// `struct { uint32_t count; uint8_t items[N]; }`.
///
/// It is used as the slice of the bytes that are there. Another process may have
/// written a count above N: the slice then ends at N, and [`get`](Self::get)
/// tells.
///
/// `TAIL` is the number of bytes that C leaves free behind the last one, as of a
/// [`List`]: what is missing to a multiple of 4.
///
/// ```
/// use shm_runtime::BoundedBytes;
/// let mut key: BoundedBytes<16> = b"\x01\x02".as_slice().try_into()?;
/// key.push(3)?;
/// assert_eq!(key.get(), Ok(&[1, 2, 3][..]));
/// key.assign(&[9; 4])?;
/// assert_eq!(*key, [9; 4]);
/// assert!(key.assign(&[0; 17]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::KnownLayout)
)]
#[repr(transparent)]
pub struct BoundedBytes<const N: usize, const TAIL: usize = 0>(List<u8, N, TAIL>);

impl<const N: usize, const TAIL: usize> BoundedBytes<N, TAIL> {
    /// How many bytes there is room for.
    pub const CAPACITY: usize = N;

    /// No bytes.
    pub const EMPTY: Self = Self(List::of_bytes(&[]));

    /// These bytes.
    ///
    /// # Panics
    ///
    /// They are more than N; in a constant, that fails the build. To get an error instead,
    /// use `try_from`.
    pub const fn new(bytes: &[u8]) -> Self {
        Self(List::of_bytes(bytes))
    }

    /// The bytes, if the count is not above N.
    pub fn get(&self) -> Result<&[u8], InvalidCount> {
        self.0.get()
    }

    /// The count itself, whatever it is.
    pub const fn count(&self) -> u32 {
        self.0.count()
    }

    /// Puts these bytes in the place of those that are there.
    ///
    /// # Errors
    ///
    /// They are more than N. Nothing is changed then.
    pub fn assign(&mut self, bytes: &[u8]) -> Result<(), InvalidCount> {
        *self = Self::try_from(bytes)?;
        Ok(())
    }

    /// Adds a byte at the end.
    ///
    /// # Errors
    ///
    /// There are N already.
    pub fn push(&mut self, byte: u8) -> Result<(), InvalidCount> {
        self.0.push(byte)
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn as_list(&self) -> &List<u8, N, TAIL> {
        &self.0
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn from_list(list: List<u8, N, TAIL>) -> Self {
        Self(list)
    }

    /// Takes all bytes away.
    pub fn clear(&mut self) {
        *self = Self::EMPTY;
    }
}

impl<const N: usize, const TAIL: usize> Default for BoundedBytes<N, TAIL> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize, const TAIL: usize> Deref for BoundedBytes<N, TAIL> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<const N: usize, const TAIL: usize> DerefMut for BoundedBytes<N, TAIL> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl<const N: usize, const TAIL: usize> TryFrom<&[u8]> for BoundedBytes<N, TAIL> {
    type Error = InvalidCount;
    fn try_from(bytes: &[u8]) -> Result<Self, InvalidCount> {
        List::try_from(bytes).map(Self)
    }
}

impl<const M: usize, const N: usize, const TAIL: usize> TryFrom<&[u8; M]>
    for BoundedBytes<N, TAIL>
{
    type Error = InvalidCount;
    fn try_from(bytes: &[u8; M]) -> Result<Self, InvalidCount> {
        Self::try_from(bytes.as_slice())
    }
}

impl<const N: usize, const TAIL: usize> fmt::Debug for BoundedBytes<N, TAIL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// SAFETY: transparent.
unsafe impl<const N: usize, const TAIL: usize> SharedLayout for BoundedBytes<N, TAIL> {
    type Align = Aligned<4>;

    const WITHOUT_PADDING: () = <List<u8, N, TAIL> as SharedLayout>::WITHOUT_PADDING;

    fn describe(_: &mut TypeSet) -> TypeExpr {
        let () = Self::WITHOUT_PADDING;
        TypeExpr::List(Box::new(TypeExpr::Byte), N as u64)
    }
}

/// Text of up to N bytes of UTF-8: `str[<=N]` of a schema, in memory
/// `struct { uint32_t count; char items[N]; }`, without a NUL behind it. Unlike
/// [`Str`](crate::Str), it may have NULs in it.
///
/// Another process may have written any bytes, and a count above N;
/// [`as_str`](Self::as_str) checks both. `TAIL` is as of a [`BoundedBytes`].
///
/// ```
/// use shm_runtime::BoundedStr;
/// let mut name: BoundedStr<15, 1> = "Zürich".try_into()?;
/// assert_eq!(name.as_str()?, "Zürich");
/// assert_eq!(name.as_bytes().len(), 7);
/// name.assign("Bern")?;
/// assert_eq!(name.to_string(), "Bern");
/// assert!(name.assign("more than fifteen").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::KnownLayout)
)]
#[repr(transparent)]
pub struct BoundedStr<const N: usize, const TAIL: usize = 0>(List<u8, N, TAIL>);

impl<const N: usize, const TAIL: usize> BoundedStr<N, TAIL> {
    /// How many bytes of UTF-8 there is room for.
    pub const CAPACITY: usize = N;

    /// No text.
    pub const EMPTY: Self = Self(List::of_bytes(&[]));

    /// A text, in constants too: `const NAME: BoundedStr<15, 1> = BoundedStr::new("Bern");`
    ///
    /// # Panics
    ///
    /// It has more than N bytes; in a constant, that fails the build. To get an
    /// error instead, use `try_from`.
    pub const fn new(text: &str) -> Self {
        Self(List::of_bytes(text.as_bytes()))
    }

    /// The text, if the count is not above N and its bytes are UTF-8.
    pub fn as_str(&self) -> Result<&str, InvalidText> {
        let bytes = self.0.get().map_err(InvalidText::Count)?;
        std::str::from_utf8(bytes).map_err(InvalidText::Utf8)
    }

    /// The bytes of the text, whatever they are; N of them if the count is above.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The count itself, whatever it is: bytes of UTF-8.
    pub const fn count(&self) -> u32 {
        self.0.count()
    }

    /// Puts a text in the place of the one that is there.
    ///
    /// # Errors
    ///
    /// It has more than N bytes. Nothing is changed then.
    pub fn assign(&mut self, text: &str) -> Result<(), InvalidCount> {
        *self = Self::try_from(text)?;
        Ok(())
    }

    /// Takes the text away.
    pub fn clear(&mut self) {
        *self = Self::EMPTY;
    }
}

impl<const N: usize, const TAIL: usize> Default for BoundedStr<N, TAIL> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize, const TAIL: usize> TryFrom<&str> for BoundedStr<N, TAIL> {
    type Error = InvalidCount;
    fn try_from(text: &str) -> Result<Self, InvalidCount> {
        List::try_from(text.as_bytes()).map(Self)
    }
}

impl<const N: usize, const TAIL: usize> PartialEq<str> for BoundedStr<N, TAIL> {
    fn eq(&self, other: &str) -> bool {
        self.0.get() == Ok(other.as_bytes())
    }
}

impl<const N: usize, const TAIL: usize> PartialEq<&str> for BoundedStr<N, TAIL> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// The text, with U+FFFD for what is no UTF-8.
impl<const N: usize, const TAIL: usize> fmt::Display for BoundedStr<N, TAIL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl<const N: usize, const TAIL: usize> fmt::Debug for BoundedStr<N, TAIL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Ok(text) => text.fmt(f),
            Err(error) => write!(f, "BoundedStr({error})"),
        }
    }
}

// SAFETY: transparent.
unsafe impl<const N: usize, const TAIL: usize> SharedLayout for BoundedStr<N, TAIL> {
    type Align = Aligned<4>;

    const WITHOUT_PADDING: () = <List<u8, N, TAIL> as SharedLayout>::WITHOUT_PADDING;

    fn describe(_: &mut TypeSet) -> TypeExpr {
        let () = Self::WITHOUT_PADDING;
        TypeExpr::List(Box::new(TypeExpr::Char), N as u64)
    }
}

/// Why a [`BoundedStr`] holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidText {
    /// It says that it has more bytes than it has room for.
    Count(InvalidCount),
    /// Its bytes are no UTF-8.
    Utf8(Utf8Error),
}

impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(InvalidCount { count, room }) => {
                write!(f, "a text of {count} bytes in a room for {room}")
            }
            Self::Utf8(error) => write!(f, "a text is no UTF-8: {error}"),
        }
    }
}

impl std::error::Error for InvalidText {}

impl From<InvalidText> for Error {
    fn from(error: InvalidText) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::types::layout::{bytes_of, bytes_of_mut};

    #[test]
    fn they_lie_as_in_c() {
        let bytes = BoundedBytes::<5, 3>::try_from(&[7, 8]).unwrap();
        assert_eq!(bytes_of(&bytes), [2, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0]);
        let text = BoundedStr::<4>::try_from("a\0").unwrap();
        assert_eq!(bytes_of(&text), [2, 0, 0, 0, b'a', 0, 0, 0]);
        const NAME: BoundedStr<6, 2> = BoundedStr::new("Bern");
        assert_eq!(bytes_of(&NAME), [4, 0, 0, 0, b'B', b'e', b'r', b'n', 0, 0, 0, 0]);
        let mut types = TypeSet::default();
        assert_eq!(<[BoundedBytes<5, 3>; 2]>::describe(&mut types).to_string(), "bytes[<=5][2]");
        assert_eq!(List::<BoundedStr<4>, 3>::describe(&mut types).to_string(), "str[<=4][<=3]");
    }

    #[test]
    fn what_is_assigned_replaces_all_that_was_there() {
        let mut bytes = BoundedBytes::<4>::try_from(&[1, 2, 3, 4]).unwrap();
        bytes.assign(&[9]).unwrap();
        assert_eq!(bytes_of(&bytes), [1, 0, 0, 0, 9, 0, 0, 0]);
        assert_eq!(bytes.assign(&[0; 5]), Err(InvalidCount { count: 5, room: 4 }));
        assert_eq!(*bytes, [9]);
        let mut text = BoundedStr::<4>::try_from("full").unwrap();
        assert!(text.assign("fuller").is_err());
        assert!(text == "full" && text != "ful");
        text.assign("é").unwrap();
        assert_eq!((text.as_str(), format!("{text:?}")), (Ok("é"), "\"é\"".to_owned()));
    }

    #[test]
    fn what_another_process_wrote_is_checked() {
        let mut text = BoundedStr::<4>::try_from("full").unwrap();
        bytes_of_mut(&mut text)[4] = 0xff;
        assert!(matches!(text.as_str(), Err(InvalidText::Utf8(_))));
        assert_eq!(text.to_string(), "\u{fffd}ull");
        bytes_of_mut(&mut text)[0] = 5;
        assert_eq!(text.as_str().unwrap_err().to_string(), "a text of 5 bytes in a room for 4");
        assert_eq!(text.as_bytes().len(), 4);
        let mut bytes = BoundedBytes::<4>::EMPTY;
        bytes_of_mut(&mut bytes)[..4].fill(0xff);
        assert_eq!(bytes.get(), Err(InvalidCount { count: u32::MAX, room: 4 }));
        assert_eq!(bytes.len(), 4);
    }
}
