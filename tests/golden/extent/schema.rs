// [7 lines as in ../struct/schema.rs]
/// The last 52 bytes are kept free for later versions.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Trade {
    pub price: i64,
    pub quantity: u32,
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<52>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Trade {
    /// The field `price`, for access in place.
    pub const PRICE: ::shm_runtime::FieldRef<Self, i64> = ::shm_runtime::FieldRef::at(0);
    /// The field `quantity`, for access in place.
    pub const QUANTITY: ::shm_runtime::FieldRef<Self, u32> = ::shm_runtime::FieldRef::at(8);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Trade {
    fn default() -> Self {
        Self {
            price: 0,
            quantity: 0,
            _reserved0: ::shm_runtime::Reserved::ZERO,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Trade {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Trade")
            .field("price", &self.price)
            .field("quantity", &self.quantity)
// [6 lines as in ../struct/schema.rs]
    Trade, size 64, align 8,
    uses [],
    imports [
    ],
    fields {
        price at 0 size 8: "i64" "" "", i64;
        quantity at 8 size 4: "u32" "" "", u32;
    },
    reserved {
        _reserved0 at 12;
    },
    was {
    },
    extent true
}
