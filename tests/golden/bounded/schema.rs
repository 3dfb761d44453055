// [10 lines as in ../struct/schema.rs]
#[repr(C, align(4))]
pub struct Order {
    pub key: ::shm_runtime::BoundedBytes<6, 2>,
    /// Default: "n/a".
    pub note: ::shm_runtime::BoundedStr<16>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Order {
    /// The field `key`, for access in place.
    pub const KEY: ::shm_runtime::FieldRef<Self, ::shm_runtime::BoundedBytes<6, 2>> = ::shm_runtime::FieldRef::at(0);
    /// The field `note`, for access in place.
    pub const NOTE: ::shm_runtime::FieldRef<Self, ::shm_runtime::BoundedStr<16>> = ::shm_runtime::FieldRef::at(12);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Order {
    fn default() -> Self {
        Self {
            key: ::shm_runtime::BoundedBytes::EMPTY,
            note: ::shm_runtime::BoundedStr::new("n/a"),
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Order {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Order")
            .field("key", &self.key)
            .field("note", &self.note)
// [6 lines as in ../struct/schema.rs]
    Order, size 32, align 4,
    uses [],
    imports [
    ],
    fields {
        key at 0 size 12: "bytes[<=6]" "" "", ::shm_runtime::BoundedBytes<6, 2>;
        note at 12 size 20: "str[<=16]" "" "", ::shm_runtime::BoundedStr<16>;
// [7 lines as in ../struct/schema.rs]
