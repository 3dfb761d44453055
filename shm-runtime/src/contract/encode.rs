//! The canonical byte form of a contract, as it stands in every segment.
//! `docs/segment-format.md` specifies it; [`decode`](crate::contract::decode) reads it.
//!
//! ```text
//! record   := tag u8 | length u32 | payload of that many bytes
//! text     := length u16 | UTF-8
//! contract := 'S' { text schema | text segment | type record* | object record* }
//! type     := 'T' { text schema | text name | u64 size | u64 align | 'f' record* | 'w' record* | 'x' record? }   struct
//!           | 'E' { text schema | text name | text repr | 'v' record* }                 enum
//!           | 'F' { text schema | text name | text repr | 'b' record* }                 flags
//!           | 'U' { text schema | text name | text tag type | u64 size | u64 align
//!                   | 'u' record* }                                                     union
//! field    := 'f' { text name | u64 offset | u64 size | text type | text unit | text range }
//! value    := 'v' { text name | u64 number, two's complement }
//! bit      := 'b' { text name | u64 bit }
//! variant  := 'u' { text name | u64 number | text type, empty for none | text range }
//! was      := 'w' { text name | u64 offset | u64 size }
//! extent   := 'x' { }
//! object   := tag { text name | what its kind says of it }
//! ```
//!
//! What a kind says of an object is in its room, in `object/<kind>/kind`.
//!
//! Numbers are little-endian, nothing is aligned. Types come sorted by schema
//! and name, fields by offset, former ones by offset and name, values and bits by number, objects in the order
//! in which they lie; so equal meanings have equal bytes.

use crate::contract::descriptor::Contract;
use crate::types::fingerprint::Fingerprint;
use crate::types::write::{record, text, type_def};

pub(super) const CONTRACT: u8 = b'S';

impl Contract {
    /// The canonical byte form.
    ///
    /// A name longer than 65,535 bytes or a record longer than 4 GiB cannot
    /// be written; the generator refuses schemas long before that.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        record(&mut out, CONTRACT, |out| {
            text(out, &self.schema);
            text(out, &self.segment);
            for def in &self.types {
                type_def(out, def, &def.schema);
            }
            for object in &self.objects {
                record(out, object.kind.form().tag, |out| {
                    text(out, &object.name);
                    object.kind.write(out);
                });
            }
        });
        out
    }

    /// The fingerprint of the whole contract.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_bytes(&self.encode())
    }
}
