// [7 lines as in ../struct/schema.rs]
/// Any bits may be set; those without a name come from other versions.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct State(pub u32);

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl State {
    /// Of yesterday.
    pub const OLD: Self = Self(1 << 0);
    pub const TOP: Self = Self(1 << 31);

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether no bit is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all bits of the other are set.
    #[must_use]
    pub const fn contains(self, other_: Self) -> bool {
        self.0 & other_.0 == other_.0
    }

    /// The names of the bits that are set and have one.
    pub fn names(self) -> impl ::core::iter::Iterator<Item = &'static str> {
        const ALL_: &[(u32, &str)] = &[
            (1 << 0, "OLD"),
            (1 << 31, "TOP"),
        ];
        ALL_.iter().filter(move |(bit_, _)| self.0 & bit_ != 0).map(|(_, name_)| *name_)
    }

    /// Whether this version of the schema has a name for each bit that is set.
    #[must_use]
    pub const fn known(self) -> bool {
        self.0 & !(0x8000_0001) == 0
    }
}

#[rustfmt::skip]
impl ::core::ops::BitOr for State {
    type Output = Self;
    fn bitor(self, other_: Self) -> Self {
        Self(self.0 | other_.0)
    }
}

#[rustfmt::skip]
impl ::core::ops::BitOrAssign for State {
    fn bitor_assign(&mut self, other_: Self) {
        self.0 |= other_.0;
    }
}

#[rustfmt::skip]
impl ::core::ops::BitAnd for State {
    type Output = Self;
    fn bitand(self, other_: Self) -> Self {
        Self(self.0 & other_.0)
    }
}

#[rustfmt::skip]
impl ::core::ops::Not for State {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

#[rustfmt::skip]
impl ::core::fmt::Debug for State {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        let rest_ = self.0 & !(0x8000_0001);
        let mut separator_ = "";
        for name_ in self.names() {
            ::core::write!(f_, "{separator_}State::{name_}")?;
            separator_ = " | ";
        }
        if rest_ != 0 || separator_.is_empty() {
            ::core::write!(f_, "{separator_}State({rest_:#x})")?;
        }
        ::core::result::Result::Ok(())
    }
}

#[rustfmt::skip]
impl ::core::convert::From<u32> for State {
    fn from(bits_: u32) -> Self {
        Self(bits_)
    }
}

#[rustfmt::skip]
impl ::core::convert::From<State> for u32 {
    fn from(value_: State) -> Self {
        value_.0
    }
}

#[rustfmt::skip]
::shm_runtime::__shared_number! {
    State, u32, flags {
        "OLD" = 0,
        "TOP" = 31,
    }
}
