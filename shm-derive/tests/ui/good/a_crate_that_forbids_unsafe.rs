//! A crate that forbids unsafe code and denies every warning.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use shm_runtime::{Bool, SharedLayout, Str};

/// A level.
#[derive(SharedLayout, Clone, Copy, Debug, PartialEq, Default)]
#[repr(C)]
pub struct Level {
    /// The price.
    #[shm(unit = "USD", range = 0.5..)]
    pub price: f64,
    /// The quantity.
    #[shm(range = 1..=1_000_000)]
    pub quantity: u64,
}

/// Names that a macro may trip over.
#[derive(SharedLayout, Clone, Copy)]
#[repr(C, align(32))]
pub struct Awkward {
    levels: [[Level; 2]; 3],
    r#type: u64,
    #[shm(range = ..=0xFF_u32)]
    size: u32,
    set: Bool,
    text: Str<11>,
    _end: u8,
    #[shm(bytes)]
    raw: [u8; 3],
    #[shm(reserved)]
    gap: [u8; 36],
}

// A schema may have types of these names; they are no lists and no texts.
mod schema {
    #[derive(shm_runtime::SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub struct Option {
        pub value: u64,
    }
    #[derive(shm_runtime::SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub struct String {
        pub value: u64,
    }
}

/// Of types of a schema.
#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
pub struct Uses {
    option: schema::Option,
    strings: [schema::String; 2],
}

/// Ranges of all kinds.
#[derive(SharedLayout, Clone, Copy)]
#[repr(C)]
pub struct Ranges {
    #[shm(range = -5..=5)]
    grid: [[i16; 2]; 2],
    #[shm(range = -0.1..=0.1)]
    float: f32,
    #[shm(range = 0..=255)]
    whole: u8,
    #[shm(range = -128..)]
    signed: i8,
    #[shm(range = 7..=7)]
    one: u16,
}

/// Where the runtime has another name.
mod renamed {
    use shm_runtime as other;

    #[derive(other::SharedLayout, Clone, Copy)]
    #[shm(crate = other)]
    #[repr(C)]
    pub struct Trade {
        pub price: i64,
    }
}

fn shared<T: SharedLayout>() -> usize {
    std::mem::size_of::<T>()
}

fn main() {
    let awkward = Awkward {
        levels: [[Level::default(); 2]; 3],
        r#type: 1,
        size: 2,
        set: true.into(),
        text: "text".try_into().unwrap(),
        _end: 3,
        raw: [4; 3],
        gap: [0; 36],
    };
    assert_eq!(awkward.levels[0][0], Level::default());
    assert_eq!(awkward.r#type + u64::from(awkward.size) + u64::from(awkward._end), 6);
    assert_eq!((awkward.set.get(), awkward.text.as_str()), (Ok(true), Ok("text")));
    assert_eq!((awkward.raw, awkward.gap), ([4; 3], [0; 36]));
    let uses = Uses { option: schema::Option { value: 1 }, strings: [schema::String { value: 2 }; 2] };
    assert_eq!(uses.option.value + uses.strings[1].value, 3);
    assert_eq!(renamed::Trade { price: 1 }.price, 1);
    assert_eq!(shared::<Awkward>(), 160);
    assert_eq!(shared::<Uses>(), 24);
    let ranges = Ranges { grid: [[1; 2]; 2], float: 0.0, whole: 1, signed: 2, one: 3 };
    assert_eq!((ranges.grid[0][0], ranges.whole, ranges.signed, ranges.one), (1, 1, 2, 3));
    assert!(ranges.float == 0.0 && shared::<Ranges>() == 16);
    assert_eq!(shared::<renamed::Trade>(), 8);
    assert_ne!(Level::fingerprint(), Awkward::fingerprint());
}
