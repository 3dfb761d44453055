//! The types of fields that have invalid values in some language: they hold
//! any bytes, and hand out a value after a check.

mod bounded;
mod list;
mod optional;
pub(crate) mod union;

pub use bounded::{BoundedBytes, BoundedStr, InvalidText};
pub use list::{InvalidCount, List};
pub use optional::{InvalidOptional, Optional};
pub use union::UnknownTag;

use crate::error::{Error, ErrorKind};
use crate::types::descriptor::TypeSet;
use crate::types::expr::{Primitive, TypeExpr};
use crate::types::layout::{Aligned, SharedLayout};
use std::fmt;
use std::marker::PhantomData;
use std::mem::size_of;
use std::str::Utf8Error;

/// A `bool` in shared memory: one byte, of which another process may have
/// made a 2.
///
/// ```
/// use shm_runtime::Bool;
/// assert_eq!(Bool::from(true).get(), Ok(true));
/// assert_eq!(bool::try_from(Bool::from(false)), Ok(false));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "zerocopy",
    derive(
        zerocopy::FromBytes,
        zerocopy::IntoBytes,
        zerocopy::Immutable,
        zerocopy::KnownLayout,
        zerocopy::Unaligned
    )
)]
#[repr(transparent)]
pub struct Bool(u8);

impl Bool {
    /// `false`, for constants.
    pub const FALSE: Self = Self(0);
    /// `true`, for constants.
    pub const TRUE: Self = Self(1);

    /// The value, if the byte is a 0 or a 1.
    pub const fn get(self) -> Result<bool, InvalidBool> {
        match self.0 {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(InvalidBool(other)),
        }
    }

    /// The byte itself, whatever it is.
    pub const fn to_byte(self) -> u8 {
        self.0
    }

    /// From a byte, whatever it is.
    pub const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }
}

impl From<bool> for Bool {
    fn from(value: bool) -> Self {
        Self(u8::from(value))
    }
}

impl TryFrom<Bool> for bool {
    type Error = InvalidBool;
    fn try_from(value: Bool) -> Result<Self, InvalidBool> {
        value.get()
    }
}

impl PartialEq<bool> for Bool {
    fn eq(&self, other: &bool) -> bool {
        self.0 == u8::from(*other)
    }
}

impl fmt::Debug for Bool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(value) => write!(f, "{value}"),
            Err(InvalidBool(byte)) => write!(f, "Bool({byte})"),
        }
    }
}

/// A byte that is neither 0 nor 1 where a bool was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBool(pub u8);

impl fmt::Display for InvalidBool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a bool holds {}, which is neither 0 (false) nor 1 (true)", self.0)
    }
}

impl std::error::Error for InvalidBool {}

impl From<InvalidBool> for Error {
    fn from(error: InvalidBool) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

// SAFETY: a transparent u8.
unsafe impl SharedLayout for Bool {
    type Align = Aligned<1>;
    fn describe(_: &mut TypeSet) -> TypeExpr {
        TypeExpr::Primitive(Primitive::Bool)
    }
}

/// UTF-8 text in N bytes, padded with NULs; all N may be used.
///
/// ```
/// use shm_runtime::Str;
/// let symbol: Str<8> = "AAPL".try_into()?;
/// assert_eq!(symbol.as_str()?, "AAPL");
/// assert!(Str::<2>::try_from("AAPL").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two are equal if their text is; what lies behind the first NUL is none.
#[derive(Clone, Copy)]
#[cfg_attr(
    feature = "zerocopy",
    derive(
        zerocopy::FromBytes,
        zerocopy::IntoBytes,
        zerocopy::Immutable,
        zerocopy::KnownLayout,
        zerocopy::Unaligned
    )
)]
#[repr(transparent)]
pub struct Str<const N: usize>([u8; N]);

impl<const N: usize> PartialEq for Str<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const N: usize> Eq for Str<N> {}

impl<const N: usize> std::hash::Hash for Str<N> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl<const N: usize> Str<N> {
    /// No text.
    pub const EMPTY: Self = Self([0; N]);

    /// Text that is known to fit, also in a constant:
    ///
    /// ```
    /// use shm_runtime::Str;
    /// const VENUE: Str<8> = Str::new("XNAS");
    /// assert_eq!(VENUE, "XNAS");
    /// ```
    ///
    /// # Panics
    ///
    /// Where it does not fit, or has a NUL; in a constant, that fails the
    /// build. For text from outside there is [`TryFrom`].
    pub const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        assert!(bytes.len() <= N, "the text is longer than the field");
        let mut out = [0; N];
        let mut i = 0;
        while i < bytes.len() {
            assert!(bytes[i] != 0, "the text has a NUL, where it would end");
            out[i] = bytes[i];
            i += 1;
        }
        Self(out)
    }

    /// The text up to the first NUL, if it is UTF-8.
    pub fn as_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(self.as_bytes())
    }

    /// The text, with what is not UTF-8 replaced.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// The bytes up to the first NUL.
    pub fn as_bytes(&self) -> &[u8] {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(N);
        &self.0[..end]
    }

    /// All N bytes.
    pub const fn to_raw(self) -> [u8; N] {
        self.0
    }

    /// From N bytes, whatever they are.
    pub const fn from_raw(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

impl<const N: usize> Default for Str<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> TryFrom<&str> for Str<N> {
    type Error = InvalidStr;
    fn try_from(text: &str) -> Result<Self, InvalidStr> {
        if text.len() > N {
            return Err(InvalidStr::TooLong { bytes: text.len(), room: N });
        }
        if let Some(at) = text.bytes().position(|b| b == 0) {
            return Err(InvalidStr::Nul { at });
        }
        let mut out = Self::default();
        out.0[..text.len()].copy_from_slice(text.as_bytes());
        Ok(out)
    }
}

impl<const N: usize> PartialEq<str> for Str<N> {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const N: usize> PartialEq<&str> for Str<N> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

/// The text, with what is not UTF-8 replaced; width and precision as of a `str`.
impl<const N: usize> fmt::Display for Str<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

impl<const N: usize> fmt::Debug for Str<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "Str({:02x?})", self.as_bytes()),
        }
    }
}

/// Text that does not fit a [`Str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidStr {
    /// More bytes than there is room for.
    TooLong {
        /// Bytes of the text in UTF-8.
        bytes: usize,
        /// Bytes of the field.
        room: usize,
    },
    /// A NUL inside, which would end the text early.
    Nul {
        /// Its position in bytes.
        at: usize,
    },
}

impl fmt::Display for InvalidStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes, room } => {
                write!(f, "the text has {bytes} bytes, the field has room for {room}")
            }
            Self::Nul { at } => write!(f, "the text has a NUL at byte {at}, where it would end"),
        }
    }
}

impl std::error::Error for InvalidStr {}

/// What [`Str::as_str`] answers where the text is no UTF-8.
impl From<Utf8Error> for Error {
    fn from(error: Utf8Error) -> Self {
        Self::new(ErrorKind::Invalid, format!("a text is no UTF-8: {error}"))
    }
}

impl From<InvalidStr> for Error {
    fn from(error: InvalidStr) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

// SAFETY: a transparent array of u8.
unsafe impl<const N: usize> SharedLayout for Str<N> {
    type Align = Aligned<1>;
    fn describe(_: &mut TypeSet) -> TypeExpr {
        TypeExpr::Str(N as u64)
    }
}

/// Bytes without a meaning between the fields of a generated struct: zero,
/// and equal to any other.
#[derive(Clone, Copy)]
#[cfg_attr(
    feature = "zerocopy",
    derive(
        zerocopy::FromBytes,
        zerocopy::IntoBytes,
        zerocopy::Immutable,
        zerocopy::KnownLayout,
        zerocopy::Unaligned
    )
)]
#[repr(transparent)]
pub struct Reserved<const N: usize>([u8; N]);

impl<const N: usize> Reserved<N> {
    /// The only value that a program can make.
    pub const ZERO: Self = Self([0; N]);
}

impl<const N: usize> Default for Reserved<N> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const N: usize> PartialEq for Reserved<N> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<const N: usize> Eq for Reserved<N> {}

impl<const N: usize> PartialOrd for Reserved<N> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for Reserved<N> {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl<const N: usize> std::hash::Hash for Reserved<N> {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl<const N: usize> fmt::Debug for Reserved<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reserved<{N}>")
    }
}

// SAFETY: a transparent array of u8.
unsafe impl<const N: usize> SharedLayout for Reserved<N> {
    type Align = Aligned<1>;
    fn describe(_: &mut TypeSet) -> TypeExpr {
        TypeExpr::Bytes(N as u64)
    }
}

/// A field of a struct, for access in place: generated code has one constant
/// for each field, named like it in capitals.
pub struct FieldRef<T, F> {
    offset: usize,
    _types: PhantomData<fn(T) -> F>,
}

impl<T, F> FieldRef<T, F> {
    /// The field at `offset` bytes.
    ///
    /// # Panics
    ///
    /// Where the field would not lie within `T`; in a constant, that fails the
    /// build.
    #[doc(hidden)]
    pub const fn at(offset: usize) -> Self {
        assert!(offset + size_of::<F>() <= size_of::<T>(), "the field lies within its struct");
        Self { offset, _types: PhantomData }
    }

    /// Bytes from the start of the struct.
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl<T, E, const N: usize> FieldRef<T, [E; N]> {
    /// Bytes from the start of the struct to this many elements behind one of an
    /// array, which must be there.
    pub(crate) fn part(self, from: usize, count: usize) -> usize {
        let there = N.checked_sub(from).is_some_and(|rest| count <= rest);
        assert!(there, "{count} elements from {from} on are not within an array of {N}");
        self.offset + from * size_of::<E>()
    }
}

impl<T, F> Clone for FieldRef<T, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, F> Copy for FieldRef<T, F> {}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_bool_of_two_is_an_error_and_keeps_its_byte() {
        let two = Bool::from_byte(2);
        assert_eq!(two.get(), Err(InvalidBool(2)));
        assert_eq!(two.to_byte(), 2);
        assert_eq!(format!("{two:?}"), "Bool(2)");
    }

    #[test]
    fn text_is_shown_and_made_in_constants() {
        const FULL: Str<4> = Str::new("AAPL");
        assert_eq!(FULL.to_string(), "AAPL");
        assert_eq!(format!("[{:>6}]", Str::<8>::new("é")), "[     é]");
        assert_eq!(Str::from_raw([b'a', 0xff, 0, b'b']).to_string(), "a\u{fffd}");
        for wrong in ["ABCDE", "A\0"] {
            assert!(std::panic::catch_unwind(|| Str::<4>::new(wrong)).is_err());
        }
    }

    #[test]
    fn text_may_use_every_byte_and_ends_at_the_first_nul() {
        let full: Str<4> = "AAPL".try_into().unwrap();
        assert_eq!(full.as_str(), Ok("AAPL"));
        assert_eq!(Str::from_raw(*b"AB\0D").as_str(), Ok("AB"));
        assert!(Str::from_raw([0xff, 0, 0, 0]).as_str().is_err());
        assert_eq!(Str::<4>::try_from("A\0"), Err(InvalidStr::Nul { at: 1 }));
        assert_eq!(Str::<4>::try_from("ABCDE"), Err(InvalidStr::TooLong { bytes: 5, room: 4 }));
    }
}
