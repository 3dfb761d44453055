// [10 lines as in ../struct/schema.rs]
#[repr(C, align(64))]
pub struct Line {
    pub first: u8,
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<15>,
    pub second: u32,
    #[doc(hidden)]
    pub _reserved1: ::shm_runtime::Reserved<44>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Line {
    /// The field `first`, for access in place.
    pub const FIRST: ::shm_runtime::FieldRef<Self, u8> = ::shm_runtime::FieldRef::at(0);
    /// The field `second`, for access in place.
    pub const SECOND: ::shm_runtime::FieldRef<Self, u32> = ::shm_runtime::FieldRef::at(16);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Line {
    fn default() -> Self {
        Self {
            first: 0,
            _reserved0: ::shm_runtime::Reserved::ZERO,
            second: 0,
            _reserved1: ::shm_runtime::Reserved::ZERO,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Line {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Line")
            .field("first", &self.first)
            .field("second", &self.second)
// [6 lines as in ../struct/schema.rs]
    Line, size 64, align 64,
    uses [],
    imports [
    ],
    fields {
        first at 0 size 1: "u8" "" "", u8;
        second at 16 size 4: "u32" "" "", u32;
    },
    reserved {
        _reserved0 at 1;
        _reserved1 at 20;
    },
    was {
    },
    extent false
}
