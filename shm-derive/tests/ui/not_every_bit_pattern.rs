use shm_runtime::SharedLayout;

// All that is wrong with a struct is reported at once.
#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Flags {
    set: bool,
    several: [bool; 7],
    letter: char,
    size: usize,
    offset: isize,
}

fn main() {}
