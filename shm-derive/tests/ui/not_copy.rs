use shm_runtime::SharedLayout;

#[derive(SharedLayout)]
#[repr(C)]
struct Trade {
    price: i64,
}

fn main() {}
