// [11 lines as in ../struct/schema.rs]
pub struct Robot {
    pub x: f64,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Robot {
    /// The field `x`, for access in place.
    pub const X: ::shm_runtime::FieldRef<Self, f64> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Robot {
    fn default() -> Self {
        Self {
            x: 0.0,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Robot {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Robot")
            .field("x", &self.x)
// [6 lines as in ../struct/schema.rs]
    Robot, size 8, align 8,
    uses [],
    imports [
    ],
    fields {
        x at 0 size 8: "f64" "" "", f64;
// [9 lines as in ../segment/schema.rs]
// [23 lines as in ../segment/schema.rs]
    pub const CONTRACT: &'static [u8] = b"S`\x00\x00\x00\x06\x00golden\x04\x00feedT:\x00\x00\x00\x00\x00\x05\x00Robot\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f\x1c\x00\x00\x00\x01\x00x\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00f64\x00\x00\x00\x00A\x0e\x00\x00\x00\x05\x00robot\x05\x00Robot";
// [29 lines as in ../segment/schema.rs]
    /// Where it is.
    ///
    /// A state: a [`Robot`] behind a lock, with wait and notify.
    #[must_use]
    pub fn robot(&self) -> ::shm_runtime::state::State<Robot> {
        ::shm_runtime::state::State::of_attachment(&self.0, 0)
// [29 lines as in ../segment/schema.rs]
