//! The gaps that each [alignment](Alignment) makes.

use super::checked::Reserved;
use super::layout::{Aligned, Alignment, Gap};

impl<const N: usize> Gap for Reserved<N> {}

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
