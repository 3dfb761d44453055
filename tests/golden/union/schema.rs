// [7 lines as in ../struct/schema.rs]
/// What a message carries.
///
/// One of the values of [`PayloadValue`], told apart by a tag. Any tag may be there; one
/// that no variant has comes from another version.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Payload {
    tag: u8,
    _reserved0: ::shm_runtime::Reserved<7>,
    storage: [u64; 1],
}

/// What a [`Payload`] holds.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PayloadValue {
    Nothing,
    /// A price.
    Price(i64),
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Payload {
    /// The tag of [`PayloadValue::Nothing`].
    pub const NOTHING: u8 = 0;
    /// The tag of [`PayloadValue::Price`].
    pub const PRICE: u8 = 1;

    /// The tag, whatever it is.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// The name of the variant that is there, if this version of the schema has one.
    #[must_use]
    #[allow(unreachable_patterns)]
    pub const fn name(&self) -> ::core::option::Option<&'static str> {
        match self.tag {
            0 => ::core::option::Option::Some("nothing"),
            1 => ::core::option::Option::Some("price"),
            _ => ::core::option::Option::None,
        }
    }

    /// The value that is there.
    ///
    /// # Errors
    ///
    /// No variant of this version of the schema has the tag.
    #[allow(unreachable_patterns)]
    pub fn get(&self) -> ::core::result::Result<PayloadValue, ::shm_runtime::UnknownTag> {
        ::core::result::Result::Ok(match self.tag {
            0 => PayloadValue::Nothing,
            1 => PayloadValue::Price(::shm_runtime::__private::load(&self.storage)),
            tag_ => return ::core::result::Result::Err(::shm_runtime::UnknownTag(u64::from(tag_))),
        })
    }
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::convert::From<PayloadValue> for Payload {
    fn from(value_: PayloadValue) -> Self {
        let (tag_, storage_) = match value_ {
            PayloadValue::Nothing => (0, [0; 1]),
            PayloadValue::Price(held_) => (1, ::shm_runtime::__private::store(&held_)),
        };
        Self { tag: tag_, storage: storage_, ..<Self as ::core::default::Default>::default() }
    }
}

#[rustfmt::skip]
impl ::core::convert::TryFrom<Payload> for PayloadValue {
    type Error = ::shm_runtime::UnknownTag;
    fn try_from(value_: Payload) -> ::core::result::Result<Self, ::shm_runtime::UnknownTag> {
        value_.get()
    }
}

#[rustfmt::skip]
#[allow(clippy::derivable_impls)]
impl ::core::default::Default for Payload {
    fn default() -> Self {
        Self {
            tag: 0,
            _reserved0: ::shm_runtime::Reserved::ZERO,
            storage: [0; 1],
        }
    }
}

#[rustfmt::skip]
impl ::core::cmp::PartialEq for Payload {
    fn eq(&self, other_: &Self) -> bool {
        self.tag == other_.tag
            && match (self.get(), other_.get()) {
                (::core::result::Result::Ok(a_), ::core::result::Result::Ok(b_)) => a_ == b_,
                _ => self.storage == other_.storage,
            }
    }
}

#[rustfmt::skip]
impl ::core::fmt::Debug for Payload {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self.get() {
            ::core::result::Result::Ok(value_) => ::core::fmt::Debug::fmt(&value_, f_),
            ::core::result::Result::Err(_) => ::core::write!(f_, "Payload(tag {})", self.tag),
        }
    }
}

#[rustfmt::skip]
::shm_runtime::__serial! {
    union Payload PayloadValue {
        Nothing,
        Price(i64),
    }
}

#[rustfmt::skip]
::shm_runtime::__shared_union! {
    Payload, u8, size 16, align 8,
    storage at 8, uses [],
    imports [
    ],
    variants {
        "nothing" = 0: "" "";
        "price" = 1: "i64" "";
    }
}
