use shm_runtime::SharedLayout;
use std::rc::Rc;
use std::sync::Arc;

#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
struct Pointers {
    reference: &'static u64,
    text: &'static str,
    constant: *const u8,
    mutable: *mut u8,
    several: [&'static u8; 4],
    nested: [[*const u8; 2]; 2],
}

#[derive(SharedLayout, Clone)]
#[repr(C)]
struct Owned {
    list: Vec<u64>,
    spelled_out: std::vec::Vec<u64>,
    boxed: Box<u64>,
    counted: Rc<u64>,
    shared: Arc<u64>,
    text: String,
    maybe: Option<u64>,
    several: [Vec<u8>; 2],
}

fn main() {}
