//! The contract: what the bytes of a segment mean, as plain data.
//!
//! A [`Contract`] names the types and the objects of a segment with their
//! offsets, sizes, units and ranges. It has one canonical byte form
//! ([`Contract::encode`]), which is written into every segment, and a
//! [`Fingerprint`] of those bytes, which is what two programs compare first.
//! The generator and the derive build contracts; attach, `stat` and `dump`
//! read them; [`explain`](fn@explain) says in words how two of them differ.
//!
//! Not in a contract: documentation, names of aliases and constants, defaults,
//! the schema's version, the order of declaration. They do not change what a
//! byte means.
//!
//! Nothing here touches shared memory or the operating system.

mod decode;
mod descriptor;
mod encode;
mod explain;
mod fingerprint;
mod object;
mod range;
mod type_expr;
mod value;

pub use decode::DecodeError;
pub use descriptor::{
    BitDef, Contract, Field, TypeBody, TypeDef, TypeSet, ValueDef, VariantDef, Was, Wrapper,
};
pub use explain::{Difference, explain};
pub use fingerprint::{Fingerprint, type_fingerprint};
pub use object::{
    CounterDef, Flow, ObjectDef, ObjectKind, QueueDef, RawDef, RingDef, Side, StreamDef, TopicDef,
};
pub use range::{Bound, Range};
pub use type_expr::{MAX_NESTING, Primitive, TypeExpr, TypeExprError, TypeName};
#[cfg(feature = "json")]
pub(crate) use value::Hex;
pub use value::Value;
