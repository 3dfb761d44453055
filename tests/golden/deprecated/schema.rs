// [7 lines as in ../struct/schema.rs]
#[deprecated(note = "use NEW")]
#[rustfmt::skip]
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub const OLD: u8 = 2;

#[rustfmt::skip]
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Trade {
    /// Since 1.0.
    pub price: i64,
    #[deprecated(note = "use price")]
    pub fee: u32,
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<4>,
}

#[rustfmt::skip]
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Trade {
    /// The field `price`, for access in place.
    pub const PRICE: ::shm_runtime::FieldRef<Self, i64> = ::shm_runtime::FieldRef::at(0);
    /// The field `fee`, for access in place.
    #[deprecated(note = "use price")]
    pub const FEE: ::shm_runtime::FieldRef<Self, u32> = ::shm_runtime::FieldRef::at(8);
}

#[rustfmt::skip]
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Trade {
    fn default() -> Self {
        Self {
            price: 0,
            fee: 0,
            _reserved0: ::shm_runtime::Reserved::ZERO,
        }
    }
}

#[rustfmt::skip]
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::fmt::Debug for Trade {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Trade")
            .field("price", &self.price)
            .field("fee", &self.fee)
// [6 lines as in ../struct/schema.rs]
    Trade, size 16, align 8,
    uses [],
    imports [
    ],
    fields {
        price at 0 size 8: "i64" "" "", i64;
        fee at 8 size 4: "u32" "" "", u32;
    },
    reserved {
        _reserved0 at 12;
    },
    was {
    },
    extent false
}
