//! Which Rust types may lie in shared memory, and how they describe
//! themselves.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use crate::types::descriptor::TypeSet;
use crate::types::expr::{Primitive, TypeExpr};
use crate::types::fingerprint::{Fingerprint, type_fingerprint};
use std::mem::{MaybeUninit, size_of, size_of_val};

/// A type whose values may lie in memory that other processes write.
///
/// Get it from a schema or from [`#[derive(SharedLayout)]`](derive@crate::SharedLayout);
/// there is no need to implement it by hand.
///
/// # Safety
///
/// The type must have the layout of its description on every 64-bit
/// little-endian target, must be valid for every bit pattern, must have no
/// padding, no pointers and no interior mutability.
pub unsafe trait SharedLayout: Copy + Send + Sync + 'static {
    /// The alignment as a type, from which lists and optionals learn where
    /// their values begin.
    #[doc(hidden)]
    type Align: Alignment;

    /// Fails the build where a generic type has bytes without a value.
    #[doc(hidden)]
    const WITHOUT_PADDING: () = ();

    /// Adds the definitions of this type and of all that it contains to
    /// `types`, and says how a field of this type is written.
    fn describe(types: &mut TypeSet) -> TypeExpr;

    /// The fingerprint of the type with all that it contains; equal to that
    /// of the same type in a schema.
    fn fingerprint() -> Fingerprint {
        let mut types = TypeSet::default();
        let root = Self::describe(&mut types);
        // A description that names a type adds it; the default is never taken.
        type_fingerprint(&types.into_types(), &root).unwrap_or(Fingerprint([0; 16]))
    }

    /// The value whose bytes are all zero.
    fn zeroed() -> Self {
        // SAFETY: every bit pattern is valid, by the contract of this trait.
        unsafe { std::mem::zeroed() }
    }
}

/// A value of zeros on the heap. However large it is, it never lies on the
/// stack: `let mut frame = shm_runtime::boxed::<Frame>();`.
///
/// # Panics
///
/// Does not panic; without memory the process is aborted, as with [`Box::new`].
pub fn boxed<T: SharedLayout>() -> Box<T> {
    let layout = std::alloc::Layout::new::<T>();
    // SAFETY: a box of nothing points nowhere; else the layout has a size. Every bit pattern is valid, by the contract
    // of the trait, and the memory was allocated as a box does.
    unsafe {
        if layout.size() == 0 {
            return Box::from_raw(std::ptr::NonNull::dangling().as_ptr());
        }
        let memory = std::alloc::alloc_zeroed(layout);
        if memory.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        Box::from_raw(memory.cast())
    }
}

/// The bytes of a value.
#[inline(always)]
pub fn bytes_of<T: SharedLayout>(value: &T) -> &[u8] {
    // SAFETY: the type has no padding, so all its bytes are initialised; the
    // slice borrows from the value.
    unsafe { std::slice::from_raw_parts((value as *const T).cast(), size_of::<T>()) }
}

/// The bytes of a value, to be overwritten with any others.
#[inline(always)]
pub fn bytes_of_mut<T: SharedLayout>(value: &mut T) -> &mut [u8] {
    // SAFETY: as in `bytes_of`; every bit pattern is valid, so whatever is
    // written leaves a value.
    unsafe { std::slice::from_raw_parts_mut((value as *mut T).cast(), size_of::<T>()) }
}

/// A value whose bytes `fill` writes, all of them, or the reason why it does not.
/// Nothing is written before.
///
/// # Panics
///
/// Where `fill` returns other bytes than those it was given.
#[inline(always)]
pub(crate) fn filled<T: SharedLayout, E>(
    fill: impl for<'a> FnOnce(&'a mut [MaybeUninit<u8>]) -> Result<&'a mut [u8], E>,
) -> Result<T, E> {
    let mut value = MaybeUninit::<T>::uninit();
    let at: *mut MaybeUninit<u8> = value.as_mut_ptr().cast();
    // SAFETY: the bytes of the value, which may be anything or nothing.
    let written = fill(unsafe { std::slice::from_raw_parts_mut(at, size_of::<T>()) })?;
    assert!(written.as_mut_ptr() == at.cast() && written.len() == size_of::<T>(), "all its bytes");
    // SAFETY: all its bytes are initialised, and every bit pattern is valid.
    Ok(unsafe { value.assume_init() })
}

/// Bytes that may be overwritten by others, and by nothing else.
#[inline(always)]
pub(crate) fn may_be_uninit(bytes: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    // SAFETY: the same bytes; a process that has the slice writes initialised ones alone, as
    // `Slots::read` does.
    unsafe { &mut *((bytes as *mut [u8]) as *mut [MaybeUninit<u8>]) }
}

/// The bytes of a slice of values.
#[inline(always)]
pub fn bytes_of_slice<T: SharedLayout>(values: &[T]) -> &[u8] {
    // SAFETY: as in `bytes_of`; a slice has no gaps between its items.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

/// The bytes of a slice of values, to be overwritten with any others.
#[inline(always)]
pub fn bytes_of_slice_mut<T: SharedLayout>(values: &mut [T]) -> &mut [u8] {
    // SAFETY: as in `bytes_of_mut`.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), size_of_val(values)) }
}

/// The alignment of N bytes, as a type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Aligned<const N: usize>;

/// An alignment, and the gaps that it makes.
///
/// Only [`Aligned`] is one; there is nothing to implement.
#[doc(hidden)]
pub trait Alignment: sealed::Sealed {
    /// The bytes between a byte and a value so aligned.
    type AfterByte: Gap;
    /// The bytes between 32 bits and a value so aligned.
    type AfterCount: Gap;
    /// This, or 4 if that is more.
    type AtLeast4: Alignment;
}

/// Bytes that are always zero.
#[doc(hidden)]
pub trait Gap: SharedLayout + Default + std::fmt::Debug {}

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for super::Aligned<N> {}
}

macro_rules! primitives {
    ($($rust:ty => $variant:ident),* $(,)?) => { $(
        // SAFETY: a plain number: any bits, no padding, the same everywhere.
        unsafe impl SharedLayout for $rust {
            type Align = Aligned<{ size_of::<$rust>() }>;
            fn describe(_: &mut TypeSet) -> TypeExpr {
                TypeExpr::Primitive(Primitive::$variant)
            }
        }
    )* };
}

primitives! {
    u8 => U8, u16 => U16, u32 => U32, u64 => U64,
    i8 => I8, i16 => I16, i32 => I32, i64 => I64,
    f32 => F32, f64 => F64,
}

// SAFETY: an array of such types has no gaps and is valid for any bits.
unsafe impl<T: SharedLayout, const N: usize> SharedLayout for [T; N] {
    type Align = T::Align;
    const WITHOUT_PADDING: () = T::WITHOUT_PADDING;
    fn describe(types: &mut TypeSet) -> TypeExpr {
        T::describe(types).array_of(N as u64)
    }
}
