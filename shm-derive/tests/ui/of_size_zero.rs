use shm_runtime::{SharedLayout, Str};

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoItems {
    price: i64,
    items: [u64; 0],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoRows {
    price: i64,
    rows: [[u64; 3]; 0],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoText {
    price: i64,
    text: Str<0>,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoBytes {
    price: i64,
    #[shm(bytes)]
    bytes: [u8; 0],
}

fn main() {}
