// [7 lines as in ../struct/schema.rs]
/// What one costs.
///
/// Unit: 1e-8 USD.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub type Price = i64;

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub type Row = [f32; 4];

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Level {
    /// Unit: 1e-8 USD.
    pub price: i64,
    pub row: [f32; 4],
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Level {
    /// The field `price`, for access in place.
    pub const PRICE: ::shm_runtime::FieldRef<Self, i64> = ::shm_runtime::FieldRef::at(0);
    /// The field `row`, for access in place.
    pub const ROW: ::shm_runtime::FieldRef<Self, [f32; 4]> = ::shm_runtime::FieldRef::at(8);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Level {
    fn default() -> Self {
        Self {
            price: 0,
            row: [0.0; 4],
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Level {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Level")
            .field("price", &self.price)
            .field("row", &self.row)
// [6 lines as in ../struct/schema.rs]
    Level, size 24, align 8,
    uses [],
    imports [
    ],
    fields {
        price at 0 size 8: "i64" "1e-8 USD" "", i64;
        row at 8 size 16: "f32[4]" "" "", [f32; 4];
// [7 lines as in ../struct/schema.rs]
