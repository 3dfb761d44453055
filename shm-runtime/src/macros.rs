//! Macros for generated code and the derive. They hold the `unsafe` that those
//! need, so that a crate under `#![forbid(unsafe_code)]` can use them.
//!
//! Their locals end in an underscore, as those of generated code do: a pattern
//! means the constant of that name where there is one, and no name of a schema
//! ends so.

/// Includes what `shmgen::Builder` generated in build.rs: `pub mod NAME` with
/// the types and segments of `NAME.toml`.
///
/// ```text
/// shm_runtime::include_schema!(market);
/// let feed = market::Feed::attach()?;
/// ```
#[cfg(feature = "derive")]
#[macro_export]
macro_rules! include_schema {
    ($name:ident) => {
        #[allow(missing_docs)]
        pub mod $name {
            $crate::__include_generated!($name);
        }
    };
}

/// Includes what `shmgen::Builder` generated in build.rs: `pub mod NAME` with
/// the types and segments of `NAME.toml`.
#[cfg(not(feature = "derive"))]
#[macro_export]
macro_rules! include_schema {
    ($name:ident) => {
        #[allow(missing_docs)]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
        }
    };
}

/// The offset of a field, as a constant. (`offset_of!` needs Rust 1.77.)
#[doc(hidden)]
#[macro_export]
macro_rules! __offset_of {
    ($type:ty, $field:ident) => {{
        let whole_ = ::core::mem::MaybeUninit::<$type>::uninit();
        let base_ = whole_.as_ptr();
        // SAFETY: only addresses within one allocation are taken.
        let bytes_ = unsafe {
            ::core::ptr::addr_of!((*base_).$field).cast::<u8>().offset_from(base_.cast::<u8>())
        };
        bytes_ as usize
    }};
}

/// Implements `SharedLayout` for a generated struct, after checking the
/// compiler's layout against the schema's numbers.
#[doc(hidden)]
#[macro_export]
macro_rules! __shared_struct {
    (
        $type:ident, size $size:literal, align $align:literal,
        uses [$($uses:ty),*],
        imports [$($import:ty, $schema:literal;)*],
        fields {
            $($field:ident at $offset:literal size $bytes:literal: $expr:literal $unit:literal
                $range:literal, $ty:ty;)*
        },
        reserved { $($reserved:ident at $hole:literal;)* },
        was { $($was:literal at $place:literal size $room:literal;)* },
        extent $extent:literal
    ) => {
        #[allow(deprecated)]
        const _: () = {
            assert!(::core::mem::size_of::<$type>() == $size, concat!("size of ", stringify!($type)));
            assert!(::core::mem::align_of::<$type>() == $align, concat!("alignment of ", stringify!($type)));
            $(assert!(
                $crate::__offset_of!($type, $field) == $offset,
                concat!("offset of ", stringify!($type), ".", stringify!($field)),
            );)*
            $(let () = <$ty as $crate::SharedLayout>::WITHOUT_PADDING;)*
            $(assert!(
                $crate::__offset_of!($type, $reserved) == $hole,
                concat!("offset of ", stringify!($type), ".", stringify!($reserved)),
            );)*
        };
        // SAFETY: repr(C) with the schema's layout, as just asserted; every
        // gap is a field, and every field's type is valid for any bytes.
        #[allow(deprecated)]
        unsafe impl $crate::SharedLayout for $type {
            type Align = $crate::__private::Aligned<{ ::core::mem::align_of::<$type>() }>;
            fn describe(types_: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types_, stringify!($type), |types_| {
                    $(<$uses as $crate::SharedLayout>::describe(types_);)*
                    $($crate::__private::describe_imported::<$import>(types_, $schema);)*
                    let mut def_ = $crate::__private::StructBuilder::new($size, $align);
                    $(def_.field(stringify!($field), ($offset, $bytes), $expr, $unit, $range);)*
                    $(def_.was($was, ($place, $room));)*
                    def_.extent($extent);
                    def_.finish()
                })
            }
        }
        $crate::__serial! { struct $type { $($field)* } }
    };
}

/// Nothing, without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serial {
    ($($anything:tt)*) => {};
}

/// serde's traits for generated types.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serial {
    (struct $type:ident { $($field:ident)* }) => {
        #[allow(deprecated)]
        const _: () = {
            const __SHM_FIELDS: &[&str] = &[$(stringify!($field)),*];
            impl $crate::__private::serial::Serial for $type {
                fn write<__S: $crate::__private::serde::ser::Serializer>(&self, to: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    let mut out = $crate::__private::serde::ser::Serializer::serialize_struct(to, stringify!($type), __SHM_FIELDS.len())?;
                    $($crate::__private::serde::ser::SerializeStruct::serialize_field(&mut out, stringify!($field), &$crate::__private::serial::Written(&self.$field))?;)*
                    $crate::__private::serde::ser::SerializeStruct::end(out)
                }
                fn read<'de, __D: $crate::__private::serde::de::Deserializer<'de>>(from: __D) -> ::core::result::Result<Self, __D::Error> {
                    struct __ShmFields;
                    impl<'de> $crate::__private::serde::de::Visitor<'de> for __ShmFields {
                        type Value = $type;
                        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                            f.write_str(concat!("the fields of ", stringify!($type)))
                        }
                        // A field that is missing has its default.
                        fn visit_map<__A: $crate::__private::serde::de::MapAccess<'de>>(self, mut map: __A) -> ::core::result::Result<$type, __A::Error> {
                            let mut out = <$type as ::core::default::Default>::default();
                            while let ::core::option::Option::Some(key) = $crate::__private::serde::de::MapAccess::next_key::<::std::string::String>(&mut map)? {
                                match key.as_str() {
                                    $(stringify!($field) => out.$field = $crate::__private::serde::de::MapAccess::next_value::<$crate::__private::serial::Read<_>>(&mut map)?.0,)*
                                    other => return ::core::result::Result::Err($crate::__private::serde::de::Error::unknown_field(other, __SHM_FIELDS)),
                                }
                            }
                            ::core::result::Result::Ok(out)
                        }
                        fn visit_seq<__A: $crate::__private::serde::de::SeqAccess<'de>>(self, mut seq: __A) -> ::core::result::Result<$type, __A::Error> {
                            let mut out = <$type as ::core::default::Default>::default();
                            $(match $crate::__private::serde::de::SeqAccess::next_element::<$crate::__private::serial::Read<_>>(&mut seq)? {
                                ::core::option::Option::Some(value) => out.$field = value.0,
                                ::core::option::Option::None => {
                                    return ::core::result::Result::Err($crate::__private::serde::de::Error::missing_field(stringify!($field)))
                                }
                            })*
                            ::core::result::Result::Ok(out)
                        }
                    }
                    $crate::__private::serde::de::Deserializer::deserialize_struct(from, stringify!($type), __SHM_FIELDS, __ShmFields)
                }
            }
        };
        $crate::__serial! { both $type }
    };
    (enumeration $type:ident { $($name:literal = $number:literal),* }) => {
        #[allow(deprecated)]
        const _: () = {
            impl $crate::__private::serial::Serial for $type {
                fn write<__S: $crate::__private::serde::ser::Serializer>(&self, to: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    $crate::__private::serial::write_enum(self.name(), &self.0, to)
                }
                fn read<'de, __D: $crate::__private::serde::de::Deserializer<'de>>(from: __D) -> ::core::result::Result<Self, __D::Error> {
                    let number = |name: &str| match name {
                        $($name => ::core::option::Option::Some($number),)*
                        _ => ::core::option::Option::None,
                    };
                    $crate::__private::serial::read_enum(from, number).map(Self)
                }
            }
        };
        $crate::__serial! { both $type }
    };
    (flags $type:ident { $($anything:tt)* }) => {
        #[allow(deprecated)]
        const _: () = {
            impl $crate::__private::serial::Serial for $type {
                fn write<__S: $crate::__private::serde::ser::Serializer>(&self, to: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    $crate::__private::serial::Serial::write(&self.0, to)
                }
                fn read<'de, __D: $crate::__private::serde::de::Deserializer<'de>>(from: __D) -> ::core::result::Result<Self, __D::Error> {
                    $crate::__private::serial::Serial::read(from).map(Self)
                }
            }
        };
        $crate::__serial! { both $type }
    };
    (union $type:ident $value:ident { $($variant:ident $(($holds:ty))?,)* }) => {
        #[allow(deprecated)]
        const _: () = {
            const __SHM_VARIANTS: &[&str] = &[$(stringify!($variant)),*];
            impl $crate::__private::serial::Serial for $type {
                fn write<__S: $crate::__private::serde::ser::Serializer>(&self, to: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    let held = self.get().map_err(<__S::Error as $crate::__private::serde::ser::Error>::custom)?;
                    let mut _index = 0u32;
                    $(
                        $crate::__serial! { write_variant to, held, _index, $type, $value, $variant $(($holds))? }
                        _index += 1;
                    )*
                    ::core::result::Result::Err(<__S::Error as $crate::__private::serde::ser::Error>::custom("a variant without a value"))
                }
                fn read<'de, __D: $crate::__private::serde::de::Deserializer<'de>>(from: __D) -> ::core::result::Result<Self, __D::Error> {
                    struct __ShmVariants;
                    impl<'de> $crate::__private::serde::de::Visitor<'de> for __ShmVariants {
                        type Value = $type;
                        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                            f.write_str(concat!("one variant of ", stringify!($type)))
                        }
                        fn visit_enum<__A: $crate::__private::serde::de::EnumAccess<'de>>(self, data: __A) -> ::core::result::Result<$type, __A::Error> {
                            let (key, held) = $crate::__private::serde::de::EnumAccess::variant::<$crate::__private::serial::Variant>(data)?;
                            let mut _index = 0u32;
                            $(
                                if key.is(_index, stringify!($variant)) {
                                    return $crate::__serial! { read_variant held, $value, $variant $(($holds))? };
                                }
                                _index += 1;
                            )*
                            ::core::result::Result::Err(key.unknown(__SHM_VARIANTS))
                        }
                    }
                    $crate::__private::serde::de::Deserializer::deserialize_enum(from, stringify!($type), __SHM_VARIANTS, __ShmVariants)
                }
            }
        };
        $crate::__serial! { both $type }
    };
    (write_variant $to:ident, $held:ident, $index:ident, $type:ident, $value:ident, $variant:ident ($holds:ty)) => {
        if let $value::$variant(value) = &$held {
            return $crate::__private::serde::ser::Serializer::serialize_newtype_variant($to, stringify!($type), $index, stringify!($variant), &$crate::__private::serial::Written(value));
        }
    };
    (write_variant $to:ident, $held:ident, $index:ident, $type:ident, $value:ident, $variant:ident) => {
        if let $value::$variant = &$held {
            return $crate::__private::serde::ser::Serializer::serialize_unit_variant($to, stringify!($type), $index, stringify!($variant));
        }
    };
    (read_variant $held:ident, $value:ident, $variant:ident ($holds:ty)) => {
        $crate::__private::serde::de::VariantAccess::newtype_variant::<$crate::__private::serial::Read<$holds>>($held).map(|value| $value::$variant(value.0).into())
    };
    (read_variant $held:ident, $value:ident, $variant:ident) => {
        $crate::__private::serde::de::VariantAccess::unit_variant($held).map(|()| $value::$variant.into())
    };
    (both $type:ident) => {
        #[allow(deprecated)]
        impl $crate::__private::serde::Serialize for $type {
            fn serialize<__S: $crate::__private::serde::Serializer>(&self, to: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                $crate::__private::serial::Serial::write(self, to)
            }
        }
        #[allow(deprecated)]
        impl<'de> $crate::__private::serde::Deserialize<'de> for $type {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(from: __D) -> ::core::result::Result<Self, __D::Error> {
                $crate::__private::serial::Serial::read(from)
            }
        }
    };
}

/// Implements `SharedLayout` for a generated enum or set of flags.
#[doc(hidden)]
#[macro_export]
macro_rules! __shared_number {
    ($type:ident, $repr:ident, $kind:ident { $($name:literal = $number:literal),* $(,)? }) => {
        // SAFETY: transparent over an integer.
        #[allow(deprecated)]
        unsafe impl $crate::SharedLayout for $type {
            type Align = $crate::__private::Aligned<{ ::core::mem::align_of::<$type>() }>;
            fn describe(types_: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types_, stringify!($type), |_| {
                    $crate::__private::$kind(stringify!($repr), &[$(($name, $number)),*])
                })
            }
        }
        $crate::__serial! { $kind $type { $($name = $number),* } }
    };
}

/// Implements `SharedLayout` for a generated union, after checking the
/// compiler's layout against the schema's numbers.
#[doc(hidden)]
#[macro_export]
macro_rules! __shared_union {
    (
        $type:ident, $tag:ident, size $size:literal, align $align:literal,
        storage at $offset:literal, uses [$($uses:ty),*],
        imports [$($import:ty, $schema:literal;)*],
        variants { $($name:literal = $number:literal: $expr:literal $range:literal;)* }
    ) => {
        #[allow(deprecated)]
        const _: () = {
            assert!(::core::mem::size_of::<$type>() == $size, concat!("size of ", stringify!($type)));
            assert!(::core::mem::align_of::<$type>() == $align, concat!("alignment of ", stringify!($type)));
            assert!($crate::__offset_of!($type, tag) == 0, concat!("tag of ", stringify!($type)));
            assert!(
                $crate::__offset_of!($type, storage) == $offset,
                concat!("variants of ", stringify!($type)),
            );
        };
        // SAFETY: repr(C) with the schema's layout, as just asserted; a number,
        // an array of numbers, and gaps that are fields.
        #[allow(deprecated)]
        unsafe impl $crate::SharedLayout for $type {
            type Align = $crate::__private::Aligned<{ ::core::mem::align_of::<$type>() }>;
            fn describe(types_: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types_, stringify!($type), |types_| {
                    $(<$uses as $crate::SharedLayout>::describe(types_);)*
                    $($crate::__private::describe_imported::<$import>(types_, $schema);)*
                    let variants_ = &[$(($name, $number, $expr, $range)),*];
                    $crate::__private::union(stringify!($tag), $size, $align, variants_)
                })
            }
        }
    };
}

/// Implements `SharedLayout` for a struct with the derive. The layout is the
/// compiler's; what is checked is that it has no gaps.
#[doc(hidden)]
#[macro_export]
macro_rules! __derived_struct {
    (
        $type:ident,
        fields { $($field:ident: $ty:ty, $kind:ident, $unit:literal, $min:expr, $max:expr, [$($was:literal),*];)* },
        extent $extent:literal
    ) => {
        #[allow(deprecated)]
        const _: () = {
            let mut end_ = 0;
            $(
                assert!(
                    $crate::__offset_of!($type, $field) == end_,
                    concat!(
                        "there is padding before `", stringify!($type), ".", stringify!($field),
                        "`: put a field of that many bytes there, marked #[shm(reserved)]",
                    ),
                );
                end_ += ::core::mem::size_of::<$ty>();
                let () = <$ty as $crate::SharedLayout>::WITHOUT_PADDING;
            )*
            assert!(
                ::core::mem::size_of::<$type>() == end_,
                concat!(
                    "there is padding at the end of `", stringify!($type),
                    "`: put a field of that many bytes there, marked #[shm(reserved)]",
                ),
            );
            assert!(end_ > 0, concat!("`", stringify!($type), "` has no fields"));
        };
        // SAFETY: repr(C) without gaps, as just asserted; each field's type is
        // itself fit for shared memory, which the calls below require.
        #[allow(deprecated)]
        unsafe impl $crate::SharedLayout for $type {
            type Align = $crate::__private::Aligned<{ ::core::mem::align_of::<$type>() }>;
            fn describe(types_: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types_, stringify!($type), |_types_| {
                    let mut def_ = $crate::__private::StructBuilder::new(
                        ::core::mem::size_of::<$type>() as u64,
                        ::core::mem::align_of::<$type>() as u64,
                    );
                    $(
                        // A constant: the offset in a value that lies on no stack.
                        let place_ = {
                            const OFFSET_: usize = $crate::__offset_of!($type, $field);
                            (OFFSET_ as u64, ::core::mem::size_of::<$ty>() as u64)
                        };
                        def_.derived_field(
                            stringify!($field),
                            place_,
                            <$ty as $crate::SharedLayout>::describe(_types_),
                            $crate::__private::FieldKind::$kind,
                            $unit,
                            ($min, $max),
                        );
                        $(def_.was($was, place_);)*
                    )*
                    def_.extent($extent);
                    def_.finish()
                })
            }
        }
    };
}
