//! A list whose last item ends before a multiple of 4 bytes.

use shm_runtime::{List, SharedLayout};

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Book {
    names: List<u8, 3>,
}

fn main() {}
