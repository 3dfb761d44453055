// [11 lines as in ../struct/schema.rs]
pub struct Named {
    pub name: ::shm_runtime::Str<12>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Named {
    /// The field `name`, for access in place.
    pub const NAME: ::shm_runtime::FieldRef<Self, ::shm_runtime::Str<12>> = ::shm_runtime::FieldRef::at(0);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Named {
    fn default() -> Self {
        Self {
            name: ::shm_runtime::Str::EMPTY,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Named {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Named")
            .field("name", &self.name)
// [6 lines as in ../struct/schema.rs]
    Named, size 12, align 1,
    uses [],
    imports [
    ],
    fields {
        name at 0 size 12: "str[12]" "" "", ::shm_runtime::Str<12>;
// [7 lines as in ../struct/schema.rs]
