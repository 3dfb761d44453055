use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C, align(64))]
struct Trade {
    price: i64,
}

fn main() {}
