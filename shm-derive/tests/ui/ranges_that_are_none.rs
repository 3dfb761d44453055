use shm_runtime::{Bool, SharedLayout, Str};

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Written {
    #[shm(range = 1..10)]
    half_open: i64,
    #[shm(range = ..10)]
    half_open_too: i64,
    #[shm(range = "1..=10")]
    text: i64,
    #[shm(range = 'a'..='z')]
    letters: i64,
    #[shm(range)]
    nothing: i64,
    #[shm(range = 1..=2, bytes)]
    bytes: [u8; 8],
    #[shm(range = 1..=2)]
    #[shm(reserved)]
    reserved: [u8; 8],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Fits {
    #[shm(range = 1..=256)]
    small: u8,
    #[shm(range = -1..)]
    unsigned: [[u8; 3]; 6],
    #[shm(range = ..=300)]
    byte: u8,
    #[shm(range = 1e39..)]
    float: f32,
    #[shm(range = 10..=1)]
    backwards: i64,
    #[shm(range = 0..=1)]
    whole: f64,
    #[shm(range = 0.5..)]
    broken: u64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Numbers {
    #[shm(range = ..=1)]
    switch: Bool,
    #[shm(range = 1..)]
    name: Str<4>,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Alone {
    #[shm(range = 0..=256)]
    small: u8,
}

fn main() {}
