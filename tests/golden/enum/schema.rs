// [7 lines as in ../struct/schema.rs]
/// Who gives.
///
/// Any number is a value; those without a name come from other versions.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Side(pub u8);

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Side {
    pub const NONE: Self = Self(0);
    /// Takes.
    pub const BUY: Self = Self(1);
    pub const SELL: Self = Self(2);

    /// The name of the value, if it has one.
    #[must_use]
    pub const fn name(self) -> ::core::option::Option<&'static str> {
        match self.0 {
            0 => ::core::option::Option::Some("NONE"),
            1 => ::core::option::Option::Some("BUY"),
            2 => ::core::option::Option::Some("SELL"),
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
        "NONE" = 0,
        "BUY" = 1,
        "SELL" = 2,
    }
}
