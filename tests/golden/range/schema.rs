// [11 lines as in ../struct/schema.rs]
pub struct Reading {
    /// Range: at least -273.15.
    pub celsius: f64,
    /// Range: at most 100.
    pub percent: u8,
    /// Range: -12 to 12.
    pub hours: [i8; 4],
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<3>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Reading {
    /// The field `celsius`, for access in place.
    pub const CELSIUS: ::shm_runtime::FieldRef<Self, f64> = ::shm_runtime::FieldRef::at(0);
    /// The field `percent`, for access in place.
    pub const PERCENT: ::shm_runtime::FieldRef<Self, u8> = ::shm_runtime::FieldRef::at(8);
    /// The field `hours`, for access in place.
    pub const HOURS: ::shm_runtime::FieldRef<Self, [i8; 4]> = ::shm_runtime::FieldRef::at(9);
    /// The valid range of the field `celsius`.
    pub const CELSIUS_RANGE: ::core::ops::RangeFrom<f64> = -273.15..;
    /// The valid range of the field `percent`.
    pub const PERCENT_RANGE: ::core::ops::RangeToInclusive<u8> = ..=100;
    /// The valid range of the field `hours`.
    pub const HOURS_RANGE: ::core::ops::RangeInclusive<i8> = -12..=12;

    /// Whether every field is within its range, those of what is inside too.
    #[must_use]
    pub fn within_ranges(&self) -> bool {
        Self::CELSIUS_RANGE.contains(&self.celsius)
            && Self::PERCENT_RANGE.contains(&self.percent)
            && self.hours.iter().all(|element_| Self::HOURS_RANGE.contains(element_))
    }
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Reading {
    fn default() -> Self {
        Self {
            celsius: 0.0,
            percent: 0,
            hours: [0; 4],
            _reserved0: ::shm_runtime::Reserved::ZERO,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Reading {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Reading")
            .field("celsius", &self.celsius)
            .field("percent", &self.percent)
            .field("hours", &self.hours)
// [6 lines as in ../struct/schema.rs]
    Reading, size 16, align 8,
    uses [],
    imports [
    ],
    fields {
        celsius at 0 size 8: "f64" "" "-273.15..", f64;
        percent at 8 size 1: "u8" "" "..100", u8;
        hours at 9 size 4: "i8[4]" "" "-12..12", [i8; 4];
    },
    reserved {
        _reserved0 at 13;
    },
    was {
    },
    extent false
}
