use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Trade {
    side: u8,
    price: i64,
}

fn main() {}
