use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
#[shm(extent = 64)]
struct TooSmall {
    price: i64,
    #[shm(reserved)]
    rest: [u8; 48],
}

fn main() {}
