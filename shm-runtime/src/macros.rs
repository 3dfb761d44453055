//! Macros for generated code and the derive. They hold the `unsafe` that those
//! need, so that a crate under `#![forbid(unsafe_code)]` can use them.

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
        let whole = ::core::mem::MaybeUninit::<$type>::uninit();
        let base = whole.as_ptr();
        // SAFETY: only addresses within one allocation are taken.
        let bytes = unsafe {
            ::core::ptr::addr_of!((*base).$field).cast::<u8>().offset_from(base.cast::<u8>())
        };
        bytes as usize
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
            fn describe(types: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types, stringify!($type), |types| {
                    $(<$uses as $crate::SharedLayout>::describe(types);)*
                    $($crate::__private::describe_imported::<$import>(types, $schema);)*
                    let mut def = $crate::__private::StructBuilder::new($size, $align);
                    $(def.field(stringify!($field), ($offset, $bytes), $expr, $unit, $range);)*
                    $(def.was($was, ($place, $room));)*
                    def.extent($extent);
                    def.finish()
                })
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
            fn describe(types: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types, stringify!($type), |_| {
                    $crate::__private::$kind(stringify!($repr), &[$(($name, $number)),*])
                })
            }
        }
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
            fn describe(types: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types, stringify!($type), |types| {
                    $(<$uses as $crate::SharedLayout>::describe(types);)*
                    $($crate::__private::describe_imported::<$import>(types, $schema);)*
                    let variants = &[$(($name, $number, $expr, $range)),*];
                    $crate::__private::union(stringify!($tag), $size, $align, variants)
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
            let mut _end = 0;
            $(
                assert!(
                    $crate::__offset_of!($type, $field) == _end,
                    concat!(
                        "there is padding before `", stringify!($type), ".", stringify!($field),
                        "`: put a field of that many bytes there, marked #[shm(reserved)]",
                    ),
                );
                _end += ::core::mem::size_of::<$ty>();
                let () = <$ty as $crate::SharedLayout>::WITHOUT_PADDING;
            )*
            assert!(
                ::core::mem::size_of::<$type>() == _end,
                concat!(
                    "there is padding at the end of `", stringify!($type),
                    "`: put a field of that many bytes there, marked #[shm(reserved)]",
                ),
            );
            assert!(_end > 0, concat!("`", stringify!($type), "` has no fields"));
        };
        // SAFETY: repr(C) without gaps, as just asserted; each field's type is
        // itself fit for shared memory, which the calls below require.
        #[allow(deprecated)]
        unsafe impl $crate::SharedLayout for $type {
            type Align = $crate::__private::Aligned<{ ::core::mem::align_of::<$type>() }>;
            fn describe(types: &mut $crate::__private::TypeSet) -> $crate::__private::TypeExpr {
                $crate::__private::describe(types, stringify!($type), |_types| {
                    let mut def = $crate::__private::StructBuilder::new(
                        ::core::mem::size_of::<$type>() as u64,
                        ::core::mem::align_of::<$type>() as u64,
                    );
                    $(
                        // A constant: the offset in a value that lies on no stack.
                        let place = {
                            const OFFSET: usize = $crate::__offset_of!($type, $field);
                            (OFFSET as u64, ::core::mem::size_of::<$ty>() as u64)
                        };
                        def.derived_field(
                            stringify!($field),
                            place,
                            <$ty as $crate::SharedLayout>::describe(_types),
                            $crate::__private::FieldKind::$kind,
                            $unit,
                            ($min, $max),
                        );
                        $(def.was($was, place);)*
                    )*
                    def.extent($extent);
                    def.finish()
                })
            }
        }
    };
}
