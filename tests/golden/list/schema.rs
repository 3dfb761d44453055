// [10 lines as in ../struct/schema.rs]
#[repr(C, align(8))]
pub struct Book {
    pub prices: ::shm_runtime::List<i64, 4>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Book {
    /// The field `prices`, for access in place.
    pub const PRICES: ::shm_runtime::FieldRef<Self, ::shm_runtime::List<i64, 4>> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Book {
    fn default() -> Self {
        Self {
            prices: ::shm_runtime::List::new(),
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Book {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Book")
            .field("prices", &self.prices)
// [6 lines as in ../struct/schema.rs]
    Book, size 40, align 8,
    uses [],
    imports [
    ],
    fields {
        prices at 0 size 40: "i64[<=4]" "" "", ::shm_runtime::List<i64, 4>;
// [7 lines as in ../struct/schema.rs]
