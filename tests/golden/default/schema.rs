// [7 lines as in ../struct/schema.rs]
/// Any number is a value; those without a name come from other versions.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Side(pub u8);

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Side {
    pub const BUY: Self = Self(1);

    /// The name of the value, if it has one.
    #[must_use]
    pub const fn name(self) -> ::core::option::Option<&'static str> {
        match self.0 {
            1 => ::core::option::Option::Some("BUY"),
            _ => ::core::option::Option::None,
        }
    }

    /// Whether this version of the schema has a name for the value.
    #[must_use]
    pub const fn known(self) -> bool {
        self.name().is_some()
    }
}

#[rustfmt::skip]
impl ::core::fmt::Debug for Side {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self.name() {
            ::core::option::Option::Some(name_) => f_.write_str("Side::").and_then(|()| f_.write_str(name_)),
            ::core::option::Option::None => ::core::write!(f_, "Side({})", self.0),
        }
    }
}

#[rustfmt::skip]
impl ::core::convert::From<u8> for Side {
    fn from(number_: u8) -> Self {
        Self(number_)
    }
}

#[rustfmt::skip]
impl ::core::convert::From<Side> for u8 {
    fn from(value_: Side) -> Self {
        value_.0
    }
}

#[rustfmt::skip]
::shm_runtime::__shared_number! {
    Side, u8, enumeration {
        "BUY" = 1,
    }
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Order {
    /// Default: 100.
    pub price: i64,
    /// Default: 0.5.
    pub ratio: f32,
    /// Default: BUY.
    pub side: Side,
    /// Default: "XNAS".
    pub venue: ::shm_runtime::Str<7>,
    #[doc(hidden)]
    pub _reserved0: ::shm_runtime::Reserved<4>,
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Order {
    /// The field `price`, for access in place.
    pub const PRICE: ::shm_runtime::FieldRef<Self, i64> = ::shm_runtime::FieldRef::at(0);
    /// The field `ratio`, for access in place.
    pub const RATIO: ::shm_runtime::FieldRef<Self, f32> = ::shm_runtime::FieldRef::at(8);
    /// The field `side`, for access in place.
    pub const SIDE: ::shm_runtime::FieldRef<Self, Side> = ::shm_runtime::FieldRef::at(12);
    /// The field `venue`, for access in place.
    pub const VENUE: ::shm_runtime::FieldRef<Self, ::shm_runtime::Str<7>> = ::shm_runtime::FieldRef::at(13);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Order {
    fn default() -> Self {
        Self {
            price: 100,
            ratio: 0.5,
            side: Side::BUY,
            venue: ::shm_runtime::Str::new("XNAS"),
            _reserved0: ::shm_runtime::Reserved::ZERO,
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Order {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Order")
            .field("price", &self.price)
            .field("ratio", &self.ratio)
            .field("side", &self.side)
            .field("venue", &self.venue)
// [6 lines as in ../struct/schema.rs]
    Order, size 24, align 8,
    uses [Side],
    imports [
    ],
    fields {
        price at 0 size 8: "i64" "" "", i64;
        ratio at 8 size 4: "f32" "" "", f32;
        side at 12 size 1: "Side" "" "", Side;
        venue at 13 size 7: "str[7]" "" "", ::shm_runtime::Str<7>;
    },
    reserved {
        _reserved0 at 20;
    },
    was {
    },
    extent false
}
