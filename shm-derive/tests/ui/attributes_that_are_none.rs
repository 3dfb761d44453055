use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Unknown {
    #[shm(colour = "red")]
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoText {
    #[shm(unit = 5)]
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct NoArray {
    #[shm(bytes)]
    price: i64,
    #[shm(reserved)]
    gap: u32,
    #[shm(bytes)]
    wide: [u16; 2],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Was {
    #[shm(was = "cost")]
    price: i64,
    #[shm(reserved, was = "old", was = "price")]
    gap: [u8; 8],
    #[shm(bytes, was = "older")]
    raw: [u8; 8],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
#[shm(unit = "ns")]
struct OnTheStruct {
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
#[shm(extent = "64")]
struct NoNumber {
    price: i64,
}

fn main() {}
