use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
struct Nothing {
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(align(16))]
struct OnlyAligned {
    price: i64,
    more: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(transparent)]
struct Transparent {
    price: i64,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C, packed)]
struct Packed {
    small: u8,
    price: i64,
}

fn main() {}
