use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Tuple(u64, u32, u32);

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Unit;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Empty {}

fn main() {}
