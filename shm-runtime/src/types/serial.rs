//! Values of shared memory in serde's formats, with the feature `serde`: those of
//! this crate, and all types that are generated from a schema.
//!
//! [`Serial`] is what a field has to be. It stands beside serde's own traits
//! since those have no arrays of more than 32 items.

use crate::types::checked::{Bool, BoundedBytes, BoundedStr, List, Optional, Str};
use crate::types::layout::SharedLayout;
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeSeq, SerializeTuple, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A value that can be written and read by serde.
pub trait Serial: Sized {
    /// Writes it. An error where its bytes are none of its values.
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;
    /// Reads one.
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

/// A value to be written.
#[derive(Debug)]
pub struct Written<'a, T>(pub &'a T);

impl<T: Serial> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

/// A value to be read.
#[derive(Debug)]
pub struct Read<T>(pub T);

impl<'de, T: Serial> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}

macro_rules! as_serde_has_them {
    ($($type:ty),*) => { $(
        impl Serial for $type {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.serialize(to)
            }
            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::deserialize(from)
            }
        }
    )* };
}

as_serde_has_them!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

/// Of a type that has [`Serial`], serde's own traits.
macro_rules! has_serde {
    ([$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.write(to)
            }
        }
        impl<'de, $($generics)*> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::read(from)
            }
        }
    };
}

has_serde!([] Bool);
has_serde!([const N: usize] Str<N>);
has_serde!([const N: usize, const TAIL: usize] BoundedBytes<N, TAIL>);
has_serde!([const N: usize, const TAIL: usize] BoundedStr<N, TAIL>);
has_serde!([T: SharedLayout + Serial, const N: usize, const TAIL: usize] List<T, N, TAIL>);
has_serde!([T: SharedLayout + Serial] Optional<T>);

impl Serial for Bool {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(self.get().map_err(S::Error::custom)?)
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        bool::deserialize(from).map(Self::from)
    }
}

impl<const N: usize> Serial for Str<N> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str().map_err(S::Error::custom)?)
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::try_from(text.as_str()).map_err(D::Error::custom)
    }
}

impl<const N: usize, const TAIL: usize> Serial for BoundedStr<N, TAIL> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str().map_err(S::Error::custom)?)
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::try_from(text.as_str()).map_err(D::Error::custom)
    }
}

/// As a list of numbers, like `[u8; N]`.
impl<const N: usize, const TAIL: usize> Serial for BoundedBytes<N, TAIL> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.as_list().write(to)
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        List::read(from).map(Self::from_list)
    }
}

impl<T: SharedLayout + Serial> Serial for Optional<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.get().map_err(S::Error::custom)? {
            Some(value) => to.serialize_some(&Written(&value)),
            None => to.serialize_none(),
        }
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Option::<Read<T>>::deserialize(from)?;
        Ok(value.map(|value| value.0).into())
    }
}

impl<T: SharedLayout + Serial, const N: usize, const TAIL: usize> Serial for List<T, N, TAIL> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let values = self.get().map_err(S::Error::custom)?;
        let mut items = to.serialize_seq(Some(values.len()))?;
        for value in values {
            items.serialize_element(&Written(value))?;
        }
        items.end()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize, const TAIL: usize>(PhantomData<T>);
        impl<'de, T: SharedLayout + Serial, const N: usize, const TAIL: usize> Visitor<'de>
            for Items<T, N, TAIL>
        {
            type Value = List<T, N, TAIL>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {N} values")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = List::new();
                while let Some(Read(value)) = seq.next_element()? {
                    list.push(value).map_err(A::Error::custom)?;
                }
                Ok(list)
            }
        }
        from.deserialize_seq(Items(PhantomData))
    }
}

impl<T: SharedLayout + Serial, const N: usize> Serial for [T; N] {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut items = to.serialize_tuple(N)?;
        for value in self {
            items.serialize_element(&Written(value))?;
        }
        items.end()
    }
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize>(PhantomData<T>);
        impl<'de, T: SharedLayout + Serial, const N: usize> Visitor<'de> for Items<T, N> {
            type Value = [T; N];
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} values")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = [T::zeroed(); N];
                for (k, item) in items.iter_mut().enumerate() {
                    let Some(Read(value)) = seq.next_element()? else {
                        return Err(A::Error::invalid_length(k, &self));
                    };
                    *item = value;
                }
                Ok(items)
            }
        }
        from.deserialize_tuple(N, Items(PhantomData))
    }
}

/// The value of an enum: its name where people read the format and it has one,
/// else its number.
pub fn write_enum<T: Serial, S: Serializer>(
    name: Option<&'static str>,
    number: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) if to.is_human_readable() => to.serialize_str(name),
        _ => number.write(to),
    }
}

/// The same read: a name, or a number.
pub fn read_enum<'de, T, D>(from: D, number: impl Fn(&str) -> Option<T>) -> Result<T, D::Error>
where
    T: Serial + TryFrom<u64> + TryFrom<i64>,
    D: Deserializer<'de>,
{
    struct Number<T, F>(F, PhantomData<T>);
    impl<T, F> Visitor<'_> for Number<T, F>
    where
        T: TryFrom<u64> + TryFrom<i64>,
        F: Fn(&str) -> Option<T>,
    {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a value, or its number")
        }
        fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<T, E> {
            (self.0)(name).ok_or_else(|| E::custom(format_args!("no value has the name `{name}`")))
        }
        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<T, E> {
            T::try_from(number).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<T, E> {
            T::try_from(number).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
    }
    if from.is_human_readable() {
        from.deserialize_any(Number(number, PhantomData))
    } else {
        T::read(from)
    }
}

/// Which variant of a union comes: by its name, or by its place among them.
#[derive(Debug)]
pub enum Variant {
    /// By its name.
    Name(String),
    /// By its place.
    Place(u64),
}

impl Variant {
    /// Whether it is this one.
    pub fn is(&self, place: u32, name: &str) -> bool {
        match self {
            Self::Name(said) => said == name,
            Self::Place(said) => *said == u64::from(place),
        }
    }

    /// That it is none.
    pub fn unknown<E: serde::de::Error>(&self, names: &'static [&'static str]) -> E {
        match self {
            Self::Name(said) => E::unknown_variant(said, names),
            Self::Place(said) => E::custom(format_args!("there is no variant number {said}")),
        }
    }
}

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Which;
        impl Visitor<'_> for Which {
            type Value = Variant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a variant")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Variant, E> {
                Ok(Variant::Name(name.to_owned()))
            }
            fn visit_u64<E: serde::de::Error>(self, place: u64) -> Result<Variant, E> {
                Ok(Variant::Place(place))
            }
        }
        from.deserialize_identifier(Which)
    }
}
