use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Trade {
    price: i64,
    side: u8,
}

fn main() {}
