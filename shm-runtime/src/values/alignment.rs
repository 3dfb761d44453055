//! Alignments as types: what a generic struct needs to name the bytes between
//! its parts, which Rust would otherwise leave without a value.

use super::Reserved;
use crate::layout::SharedLayout;
use std::fmt;

/// The alignment of N bytes, as a type.
#[derive(Clone, Copy, Debug)]
pub struct Aligned<const N: usize>;

/// An alignment, and the gaps that it makes.
///
/// Only [`Aligned`] is one; there is nothing to implement.
pub trait Alignment: sealed::Sealed {
    /// The bytes between a byte and a value so aligned.
    type AfterByte: Gap;
    /// The bytes between 32 bits and a value so aligned.
    type AfterCount: Gap;
    /// This, or 4 if that is more.
    type AtLeast4: Alignment;
}

/// Bytes that are always zero.
pub trait Gap: SharedLayout + Default + fmt::Debug {}

impl<const N: usize> Gap for Reserved<N> {}

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for super::Aligned<N> {}
}

macro_rules! alignments {
    ($($align:literal: $byte:literal, $count:literal, $four:literal;)*) => { $(
        impl Alignment for Aligned<$align> {
            type AfterByte = Reserved<$byte>;
            type AfterCount = Reserved<$count>;
            type AtLeast4 = Aligned<$four>;
        }
    )* };
}

alignments! {
    1: 0, 0, 4;
    2: 1, 0, 4;
    4: 3, 0, 4;
    8: 7, 4, 8;
    16: 15, 12, 16;
    32: 31, 28, 32;
    64: 63, 60, 64;
    128: 127, 124, 128;
    256: 255, 252, 256;
    512: 511, 508, 512;
    1024: 1023, 1020, 1024;
    2048: 2047, 2044, 2048;
    4096: 4095, 4092, 4096;
}
