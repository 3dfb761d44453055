// [11 lines as in ../struct/schema.rs]
pub struct Event {
    pub at: super::base::Stamp,
    pub number: u64,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Event {
    /// The field `at`, for access in place.
    pub const AT: ::shm_runtime::FieldRef<Self, super::base::Stamp> = ::shm_runtime::FieldRef::at(0);
    /// The field `number`, for access in place.
    pub const NUMBER: ::shm_runtime::FieldRef<Self, u64> = ::shm_runtime::FieldRef::at(8);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Event {
    fn default() -> Self {
        Self {
            at: <super::base::Stamp as ::core::default::Default>::default(),
// [7 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Event {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Event")
            .field("at", &self.at)
// [7 lines as in ../struct/schema.rs]
    Event, size 16, align 8,
    uses [],
    imports [
        super::base::Stamp, "base";
    ],
    fields {
        at at 0 size 8: "base.Stamp" "" "", super::base::Stamp;
        number at 8 size 8: "u64" "" "", u64;
// [7 lines as in ../struct/schema.rs]
