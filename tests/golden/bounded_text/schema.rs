// [10 lines as in ../struct/schema.rs]
#[repr(C, align(4))]
pub struct Order {
    /// Default: "n/a".
    pub note: ::shm_runtime::BoundedStr<16>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Order {
    /// The field `note`, for access in place.
    pub const NOTE: ::shm_runtime::FieldRef<Self, ::shm_runtime::BoundedStr<16>> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Order {
    fn default() -> Self {
        Self {
            note: ::shm_runtime::BoundedStr::new("n/a"),
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Order {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Order")
            .field("note", &self.note)
// [6 lines as in ../struct/schema.rs]
    Order, size 20, align 4,
    uses [],
    imports [
    ],
    fields {
        note at 0 size 20: "str[<=16]" "" "", ::shm_runtime::BoundedStr<16>;
// [7 lines as in ../struct/schema.rs]
