// [7 lines as in ../struct/schema.rs]
/// Reserved: 4 bytes at 8 (formerly fee).
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Trade {
    pub price: i64,
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<8>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Trade {
    /// The field `price`, for access in place.
    pub const PRICE: ::shm_runtime::FieldRef<Self, i64> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Trade {
    fn default() -> Self {
        Self {
            price: 0,
            _reserved0: ::shm_runtime::Reserved::ZERO,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Trade {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Trade")
            .field("price", &self.price)
// [6 lines as in ../struct/schema.rs]
    Trade, size 16, align 8,
    uses [],
    imports [
    ],
    fields {
        price at 0 size 8: "i64" "" "", i64;
    },
    reserved {
        _reserved0 at 8;
    },
    was {
        "fee" at 8 size 4;
    },
    extent false
}
