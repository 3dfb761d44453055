//! `T[<=N]`: a list in a room of its own.

use crate::error::{Error, ErrorKind};
use crate::types::checked::Reserved;
use crate::types::descriptor::TypeSet;
use crate::types::expr::TypeExpr;
use crate::types::layout::{Alignment, SharedLayout};
use std::fmt;
use std::mem::size_of;
use std::ops::{Deref, DerefMut};

/// Up to N values: `T[<=N]` of a schema, in memory
/// `struct { uint32_t count; T items[N]; }`.
///
/// It is used as the slice of the values that are there. Another process may
/// have written a count above N: the slice then ends at N, and [`get`](Self::get)
/// tells.
///
/// ```
/// use shm_runtime::List;
/// let mut sizes: List<u64, 4> = [10, 20].try_into()?;
/// sizes.push(30)?;
/// assert_eq!(sizes.iter().sum::<u64>(), 60);
/// assert_eq!(sizes.get(), Ok(&[10, 20, 30][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `TAIL` is the number of bytes that C leaves free behind the last item, which
/// is not 0 only for items of an alignment below 4 whose N do not fill a
/// multiple of 4 bytes: `u8[<=3]` is a `List<u8, 3, 1>`. A wrong one does not
/// compile.
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::KnownLayout)
)]
#[repr(C)]
pub struct List<T: SharedLayout, const N: usize, const TAIL: usize = 0> {
    count: u32,
    gap: <T::Align as Alignment>::AfterCount,
    items: [T; N],
    tail: Reserved<TAIL>,
}

impl<T: SharedLayout, const N: usize, const TAIL: usize> List<T, N, TAIL> {
    /// How many values there is room for.
    pub const CAPACITY: usize = N;

    /// No values.
    pub fn new() -> Self {
        Self::zeroed()
    }

    /// The values, if the count is not above N.
    pub fn get(&self) -> Result<&[T], InvalidCount> {
        match usize::try_from(self.count) {
            Ok(count) if count <= N => Ok(&self.items[..count]),
            _ => Err(InvalidCount { count: self.count, room: N }),
        }
    }

    /// The count itself, whatever it is.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// All N items, those too that are not there.
    pub const fn to_raw(self) -> [T; N] {
        self.items
    }

    /// From a count and items, whatever they are.
    pub fn from_raw(count: u32, items: [T; N]) -> Self {
        Self { count, items, ..Self::zeroed() }
    }

    /// Adds a value at the end.
    ///
    /// # Errors
    ///
    /// There are N already.
    pub fn push(&mut self, value: T) -> Result<(), InvalidCount> {
        let len = self.len();
        let Some(free) = self.items.get_mut(len) else {
            return Err(InvalidCount { count: self.count.saturating_add(1), room: N });
        };
        *free = value;
        self.set_len(len + 1);
        Ok(())
    }

    /// Takes the last value away.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let value = std::mem::replace(&mut self.items[last], T::zeroed());
        self.set_len(last);
        Some(value)
    }

    /// Takes all values away.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Of at most N, which fit a count of 32 bits by the check below.
    fn set_len(&mut self, len: usize) {
        self.count = u32::try_from(len).unwrap_or(u32::MAX);
    }
}

impl<const N: usize, const TAIL: usize> List<u8, N, TAIL> {
    /// These bytes, which must fit.
    pub(super) const fn of_bytes(bytes: &[u8]) -> Self {
        assert!(bytes.len() <= N, "more bytes than there is room for");
        let mut items = [0; N];
        let mut at = 0;
        while at < bytes.len() {
            items[at] = bytes[at];
            at += 1;
        }
        #[allow(clippy::cast_possible_truncation)] // at most N, which the layout checks
        Self { count: bytes.len() as u32, gap: Reserved::ZERO, items, tail: Reserved::ZERO }
    }
}

// By hand: a derive would ask for an alignment that is `Copy`.
#[allow(clippy::expl_impl_clone_on_copy)]
impl<T: SharedLayout, const N: usize, const TAIL: usize> Clone for List<T, N, TAIL> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: SharedLayout, const N: usize, const TAIL: usize> Copy for List<T, N, TAIL> {}

impl<T: SharedLayout, const N: usize, const TAIL: usize> Deref for List<T, N, TAIL> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items[..usize::try_from(self.count).map_or(N, |count| count.min(N))]
    }
}

impl<T: SharedLayout, const N: usize, const TAIL: usize> DerefMut for List<T, N, TAIL> {
    fn deref_mut(&mut self) -> &mut [T] {
        let len = self.len();
        &mut self.items[..len]
    }
}

impl<T: SharedLayout, const N: usize, const TAIL: usize> Default for List<T, N, TAIL> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: SharedLayout, const N: usize, const TAIL: usize> TryFrom<&[T]> for List<T, N, TAIL> {
    type Error = InvalidCount;
    fn try_from(values: &[T]) -> Result<Self, InvalidCount> {
        let mut out = Self::new();
        let Some(room) = out.items.get_mut(..values.len()) else {
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            return Err(InvalidCount { count, room: N });
        };
        room.copy_from_slice(values);
        out.set_len(values.len());
        Ok(out)
    }
}

impl<T: SharedLayout, const M: usize, const N: usize, const TAIL: usize> TryFrom<[T; M]>
    for List<T, N, TAIL>
{
    type Error = InvalidCount;
    fn try_from(values: [T; M]) -> Result<Self, InvalidCount> {
        Self::try_from(values.as_slice())
    }
}

impl<'a, T: SharedLayout, const N: usize, const TAIL: usize> IntoIterator for &'a List<T, N, TAIL> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: SharedLayout + PartialEq, const N: usize, const TAIL: usize> PartialEq
    for List<T, N, TAIL>
{
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && **self == **other
    }
}

impl<T: SharedLayout + Eq, const N: usize, const TAIL: usize> Eq for List<T, N, TAIL> {}

impl<T: SharedLayout + std::hash::Hash, const N: usize, const TAIL: usize> std::hash::Hash
    for List<T, N, TAIL>
{
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.count, &**self).hash(state);
    }
}

impl<T: SharedLayout + fmt::Debug, const N: usize, const TAIL: usize> fmt::Debug
    for List<T, N, TAIL>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(values) => values.fmt(f),
            Err(error) => write!(f, "List({error})"),
        }
    }
}

// SAFETY: repr(C); the gap before the items is a field of the very size that
// their alignment makes, the one behind them is checked below; every field is
// valid for any bytes.
unsafe impl<T: SharedLayout, const N: usize, const TAIL: usize> SharedLayout for List<T, N, TAIL> {
    type Align = <T::Align as Alignment>::AtLeast4;

    const WITHOUT_PADDING: () = {
        let () = T::WITHOUT_PADDING;
        let parts = 4 + size_of::<<T::Align as Alignment>::AfterCount>() + size_of::<[T; N]>();
        assert!(
            size_of::<Self>() == parts + TAIL,
            "a List has bytes behind its last item: say how many, as in List<u8, 3, 1>",
        );
        assert!(N > 0 && N <= u32::MAX as usize, "a List has room for 1 to 2^32 - 1 values");
    };

    fn describe(types: &mut TypeSet) -> TypeExpr {
        let () = Self::WITHOUT_PADDING;
        TypeExpr::List(Box::new(T::describe(types)), N as u64)
    }
}

/// A list that says it has more values than it has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCount {
    /// How many it says it has, or would have.
    pub count: u32,
    /// How many it has room for.
    pub room: usize,
}

impl fmt::Display for InvalidCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {} values in a room for {}", self.count, self.room)
    }
}

impl std::error::Error for InvalidCount {}

impl From<InvalidCount> for Error {
    fn from(error: InvalidCount) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::types::layout::{bytes_of, bytes_of_mut};

    #[test]
    fn a_list_lies_as_in_c() {
        assert_eq!(size_of::<List<u8, 3, 1>>(), 8);
        assert_eq!(size_of::<List<u64, 2>>(), 24);
        let list: List<u64, 2> = [7].try_into().unwrap();
        assert_eq!(bytes_of(&list)[..12], [1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
        let nested: List<List<u8, 3, 1>, 2> = List::new();
        assert_eq!(size_of_val(&nested), 20);
        let mut types = TypeSet::default();
        let expr = <[List<List<u8, 3, 1>, 2>; 4]>::describe(&mut types);
        assert_eq!(expr.to_string(), "u8[<=3][<=2][4]");
    }

    #[test]
    fn it_takes_as_many_as_it_has_room_for() {
        let mut list: List<u16, 2> = List::new();
        assert_eq!((list.push(1), list.push(2)), (Ok(()), Ok(())));
        assert_eq!(list.push(3), Err(InvalidCount { count: 3, room: 2 }));
        assert_eq!((list.pop(), list.pop(), list.pop()), (Some(2), Some(1), None));
        assert_eq!(list, List::new());
        assert!(List::<u16, 2>::try_from([1, 2, 3]).is_err());
    }

    #[test]
    fn a_count_above_the_room_is_an_error_and_the_slice_ends_at_the_room() {
        let mut list: List<u32, 2> = [1, 2].try_into().unwrap();
        bytes_of_mut(&mut list)[..4].fill(0xff);
        assert_eq!(list.get(), Err(InvalidCount { count: u32::MAX, room: 2 }));
        assert_eq!(*list, [1, 2]);
        assert!(list.push(3).is_err());
        assert_eq!(format!("{list:?}"), "List(a list of 4294967295 values in a room for 2)");
        assert_eq!(list, list);
    }
}
