//! A value that was read from a segment, as JSON.
//!
//! What JSON cannot say is text: floats that are not finite, bytes
//! (hexadecimal). An enum is its name, or its number without one; flags are all
//! bits and the names of those that have one. An optional without a value is
//! null; a union is an object of its variant's name and its value. What no
//! program may have written is an object too: `{"count": 9, "room": 4}`,
//! `{"has": 2}`.

use super::scalars::Integer;
use crate::types::value::{Hex, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(n) | Self::Enum(n, None) => Integer(*n).serialize(serializer),
            Self::F32(x) if x.is_finite() => serializer.serialize_f64(f64::from(*x)),
            Self::F32(x) => serializer.collect_str(x),
            Self::F64(x) if x.is_finite() => serializer.serialize_f64(*x),
            Self::F64(x) => serializer.collect_str(x),
            Self::Bool(Ok(b)) => serializer.serialize_bool(*b),
            Self::Bool(Err(byte)) => serializer.serialize_u8(*byte),
            Self::Text(Ok(text)) | Self::Enum(_, Some(text)) => serializer.serialize_str(text),
            Self::Text(Err(bytes)) | Self::Bytes(bytes) => serializer.collect_str(&Hex(bytes)),
            Self::Flags(bits, names) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("bits", bits)?;
                map.serialize_entry("names", names)?;
                map.end()
            }
            Self::Struct(_, fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
            Self::List(items) => serializer.collect_seq(items),
            Self::Overfull(count, room) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("count", count)?;
                map.serialize_entry("room", room)?;
                map.end()
            }
            Self::Optional(Ok(held)) => held.serialize(serializer),
            Self::Optional(Err(byte)) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("has", byte)?;
                map.end()
            }
            Self::Union(_, variant, held) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("variant", variant)?;
                map.serialize_entry("value", held)?;
                map.end()
            }
            Self::UnknownVariant(_, tag, bytes) => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("variant", &())?;
                map.serialize_entry("tag", tag)?;
                map.serialize_entry("bytes", &Hex(bytes).to_string())?;
                map.end()
            }
        }
    }
}

impl JsonSchema for Value {
    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value, decoded by the contract in the segment. An integer is a \
                number. A float is a number, or text if it is not finite. A bool is true or \
                false, or the number of the byte if it is neither 0 nor 1. Text is text, or \
                hexadecimal if it is not UTF-8; bytes are hexadecimal. An enum is the name of its \
                value, or the number if it has none; flags are `bits` and `names`. A struct is an \
                object with a key for each field, an array and a list are lists. An optional is \
                the value in it, or null. A union is `variant` and `value`; if no variant has the \
                tag, `variant` is null, and `tag` and `bytes` hold the raw content. Invalid bytes \
                are shown as they are: a list whose count exceeds its capacity as `count` and \
                `room`, an optional whose first byte is neither 0 nor 1 as `has`.",
            "type": ["number", "boolean", "string", "object", "array", "null"],
        })
    }
}
