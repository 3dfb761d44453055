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
pub(crate) mod descriptor;
mod encode;
pub(crate) mod explain;

pub use crate::error::Difference;
pub use crate::object::cell::def::CellDef;
pub use crate::object::counters::def::CounterDef;
pub use crate::object::event::def::EventDef;
pub use crate::object::kind::{ObjectDef, ObjectKind};
pub use crate::object::queue::def::{Flow, QueueDef};
pub use crate::object::raw::def::RawDef;
pub use crate::object::ring::def::RingDef;
pub use crate::object::sides::Side;
pub use crate::object::state::def::StateDef;
pub use crate::object::stream::def::StreamDef;
pub use crate::object::topic::def::TopicDef;
pub use crate::types::descriptor::{
    BitDef, Field, TypeBody, TypeDef, TypeSet, ValueDef, VariantDef, Was, Wrapper,
};
pub use crate::types::expr::{MAX_NESTING, Primitive, TypeExpr, TypeExprError, TypeName};
pub use crate::types::fingerprint::{Fingerprint, type_fingerprint};
pub use crate::types::range::{Bound, Range};
pub use crate::types::read::DecodeError;
pub use crate::types::value::{Unread, Value};
pub use descriptor::Contract;
pub use explain::explain;
