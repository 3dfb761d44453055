use shm_runtime::SharedLayout;
use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU64;

#[derive(Clone, Copy)]
#[repr(C)]
struct Undeclared {
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Foreign {
    inner: Undeclared,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Wide {
    wide: u128,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NeverZero {
    number: NonZeroU32,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Pair {
    pair: (u32, u32),
}

#[derive(SharedLayout)]
#[repr(C)]
struct Atomic {
    word: AtomicU64,
}

#[derive(SharedLayout)]
#[repr(C)]
struct Inner {
    word: Cell<u64>,
}

fn main() {}
