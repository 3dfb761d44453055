use shm_runtime::SharedLayout;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
union Either {
    whole: u64,
    halves: [u32; 2],
}

fn main() {}
