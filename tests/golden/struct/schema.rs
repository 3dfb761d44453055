// [6 lines as in ../empty/schema.rs]

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Tick {
    pub number: u64,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Tick {
    /// The field `number`, for access in place.
    pub const NUMBER: ::shm_runtime::FieldRef<Self, u64> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Tick {
    fn default() -> Self {
        Self {
            number: 0,
        }
    }
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::fmt::Debug for Tick {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Tick")
            .field("number", &self.number)
            .finish()
    }
}

#[rustfmt::skip]
::shm_runtime::__shared_struct! {
    Tick, size 8, align 8,
    uses [],
    imports [
    ],
    fields {
        number at 0 size 8: "u64" "" "", u64;
    },
    reserved {
    },
    was {
    },
    extent false
}
