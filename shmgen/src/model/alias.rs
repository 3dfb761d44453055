//! Aliases: other names for types.

use super::{Meta, Type};
use shm_runtime::contract::Range;

/// An alias: another name for a type.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The type it stands for.
    pub ty: Type,
    /// The unit of fields that do not say otherwise; empty for none.
    pub unit: String,
    /// The numbers that it, or what it is made of, may hold.
    pub range: Option<Range>,
    /// What is said about it.
    pub meta: Meta,
}
