//! `T?`: a value, or none.

use crate::error::{Error, ErrorKind};
use crate::types::descriptor::TypeSet;
use crate::types::expr::TypeExpr;
use crate::types::layout::{Alignment, SharedLayout};
use std::fmt;

/// One value or none: `T?` of a schema, in memory
/// `struct { uint8_t has; T value; }`.
///
/// Another process may have written a `has` that is neither 0 nor 1, so
/// [`get`](Self::get) can fail.
///
/// ```
/// use shm_runtime::Optional;
/// let limit: Optional<u64> = Some(7).into();
/// assert_eq!(limit.get()?, Some(7));
/// assert_eq!(Optional::<u64>::none().get()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::KnownLayout)
)]
#[repr(C)]
pub struct Optional<T: SharedLayout> {
    has: u8,
    gap: <T::Align as Alignment>::AfterByte,
    value: T,
}

impl<T: SharedLayout> Optional<T> {
    /// No value.
    pub fn none() -> Self {
        Self::zeroed()
    }

    /// A value.
    pub fn some(value: T) -> Self {
        Self { has: 1, value, ..Self::zeroed() }
    }

    /// The value or none, if the byte before it is a 1 or a 0.
    pub const fn get(self) -> Result<Option<T>, InvalidOptional> {
        match self.has {
            0 => Ok(None),
            1 => Ok(Some(self.value)),
            other => Err(InvalidOptional(other)),
        }
    }

    /// The byte that says whether there is a value, whatever it is.
    pub const fn has(&self) -> u8 {
        self.has
    }

    /// From both parts, whatever they are.
    pub fn from_raw(has: u8, value: T) -> Self {
        Self { has, value, ..Self::zeroed() }
    }
}

// By hand: a derive would ask for an alignment that is `Copy`.
#[allow(clippy::expl_impl_clone_on_copy)]
impl<T: SharedLayout> Clone for Optional<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: SharedLayout> Copy for Optional<T> {}

impl<T: SharedLayout> Default for Optional<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T: SharedLayout> From<Option<T>> for Optional<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::none(), Self::some)
    }
}

impl<T: SharedLayout> TryFrom<Optional<T>> for Option<T> {
    type Error = InvalidOptional;
    fn try_from(value: Optional<T>) -> Result<Self, InvalidOptional> {
        value.get()
    }
}

impl<T: SharedLayout + PartialEq> PartialEq for Optional<T> {
    fn eq(&self, other: &Self) -> bool {
        self.has == other.has && (self.has != 1 || self.value == other.value)
    }
}

impl<T: SharedLayout + Eq> Eq for Optional<T> {}

impl<T: SharedLayout + PartialEq> PartialEq<Option<T>> for Optional<T> {
    fn eq(&self, other: &Option<T>) -> bool {
        self.get().as_ref() == Ok(other)
    }
}

impl<T: SharedLayout + std::hash::Hash> std::hash::Hash for Optional<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.has.hash(state);
        if self.has == 1 {
            self.value.hash(state);
        }
    }
}

impl<T: SharedLayout + fmt::Debug> fmt::Debug for Optional<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(value) => value.fmt(f),
            Err(InvalidOptional(byte)) => write!(f, "Optional({byte})"),
        }
    }
}

// SAFETY: repr(C); the gap is a field of the very size that the value's
// alignment makes, and behind the value there is none, since it begins at a
// multiple of its alignment; every field is valid for any bytes.
unsafe impl<T: SharedLayout> SharedLayout for Optional<T> {
    type Align = T::Align;
    const WITHOUT_PADDING: () = T::WITHOUT_PADDING;
    fn describe(types: &mut TypeSet) -> TypeExpr {
        TypeExpr::Optional(Box::new(T::describe(types)))
    }
}

/// A byte that is neither 0 nor 1 where an optional says whether it has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOptional(pub u8);

impl fmt::Display for InvalidOptional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an optional holds {}, which is neither 0 (none) nor 1 (a value)", self.0)
    }
}

impl std::error::Error for InvalidOptional {}

impl From<InvalidOptional> for Error {
    fn from(error: InvalidOptional) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::types::layout::{bytes_of, bytes_of_mut};

    #[test]
    fn an_optional_lies_as_in_c() {
        assert_eq!(bytes_of(&Optional::some(7u16)), [1, 0, 7, 0]);
        assert_eq!(size_of::<Optional<u64>>(), 16);
        assert_eq!(size_of::<Optional<[u8; 3]>>(), 4);
    }

    #[test]
    fn a_byte_of_two_is_an_error_and_shows() {
        let mut value = Optional::some(7u32);
        bytes_of_mut(&mut value)[0] = 2;
        assert_eq!(value.get(), Err(InvalidOptional(2)));
        assert_eq!(format!("{value:?}"), "Optional(2)");
        assert_eq!(value, value);
    }

    #[test]
    fn what_lies_behind_no_value_does_not_count() {
        assert_eq!(Optional::from_raw(0, 7u8), Optional::none());
        assert_ne!(Optional::some(7u8), Optional::some(8));
    }
}
