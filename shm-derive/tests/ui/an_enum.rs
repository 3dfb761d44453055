use shm_runtime::SharedLayout;

// With a repr or without: another process may write any number.
#[derive(SharedLayout, Clone, Copy)]
#[repr(u8)]
enum Side {
    Buy = 1,
    Sell = 2,
}

#[derive(SharedLayout, Clone, Copy)]
enum WithoutRepr {
    Buy,
    Sell,
}

fn main() {}
