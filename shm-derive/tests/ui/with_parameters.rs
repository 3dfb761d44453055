use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct OfAType<T> {
    value: T,
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct OfANumber<const N: usize> {
    value: [u8; N],
}

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct OfALifetime<'a> {
    value: &'a u64,
}

fn main() {}
