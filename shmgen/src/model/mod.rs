//! A schema resolved: every name looked up, every size and offset computed and
//! checked. This is all that backends see.
//!
//! It is plain data: nothing here reads a schema, reports a mistake or computes
//! a layout; `resolve` does. Everything stands in vectors in the order in which
//! it is to be written, so that the same schema gives the same bytes on every
//! run.

mod alias;
mod constant;
mod decl;
mod meta;
mod numbers;
mod schema;
mod segment;
mod structs;
mod types;
mod unions;
mod wrapped;

pub use alias::Alias;
pub use constant::{Constant, Value};
pub use decl::TypeDecl;
pub use meta::Meta;
pub use numbers::{Bit, Enum, EnumValue, Flags};
pub use schema::{Limits, Schema};
pub use segment::{Item, Object, Segment, Setup};
pub use structs::{Field, FieldDefault, Gap, Member, Struct, Was};
pub use types::{Bounded, Element, Type};
pub use unions::{Union, Variant};
pub use wrapped::Wrapped;
