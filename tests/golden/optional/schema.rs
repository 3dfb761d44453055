// [10 lines as in ../struct/schema.rs]
#[repr(C, align(8))]
pub struct Order {
    pub limit: ::shm_runtime::Optional<i64>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Order {
    /// The field `limit`, for access in place.
    pub const LIMIT: ::shm_runtime::FieldRef<Self, ::shm_runtime::Optional<i64>> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Order {
    fn default() -> Self {
        Self {
            limit: ::shm_runtime::Optional::none(),
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Order {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Order")
            .field("limit", &self.limit)
// [6 lines as in ../struct/schema.rs]
    Order, size 16, align 8,
    uses [],
    imports [
    ],
    fields {
        limit at 0 size 16: "i64?" "" "", ::shm_runtime::Optional<i64>;
// [7 lines as in ../struct/schema.rs]
