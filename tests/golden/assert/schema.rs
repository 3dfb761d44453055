// [11 lines as in ../struct/schema.rs]
pub struct Pair {
    pub one: u64,
    pub two: u64,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Pair {
    /// The field `one`, for access in place.
    pub const ONE: ::shm_runtime::FieldRef<Self, u64> = ::shm_runtime::FieldRef::at(0);
    /// The field `two`, for access in place.
    pub const TWO: ::shm_runtime::FieldRef<Self, u64> = ::shm_runtime::FieldRef::at(8);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Pair {
    fn default() -> Self {
        Self {
            one: 0,
            two: 0,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Pair {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Pair")
            .field("one", &self.one)
            .field("two", &self.two)
// [6 lines as in ../struct/schema.rs]
    Pair, size 16, align 8,
    uses [],
    imports [
    ],
    fields {
        one at 0 size 8: "u64" "" "", u64;
        two at 8 size 8: "u64" "" "", u64;
// [7 lines as in ../struct/schema.rs]
