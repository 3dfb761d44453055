//! Unions: a tag, and behind it one of several values.

use super::{Meta, Type};
use shm_runtime::contract::{Primitive, Range, Wrapper};

/// A union, laid out: a tag, and behind it one of its variants.
#[derive(Clone, Debug)]
pub struct Union {
    /// Its name.
    pub name: String,
    /// The unsigned integer type of its tag.
    pub tag: Primitive,
    /// Its variants, in the order of the file.
    pub variants: Vec<Variant>,
    /// Where the variants begin, size and alignment of the whole.
    pub layout: Wrapper,
    /// Bytes of the largest variant, rounded up to their alignment.
    pub payload: u64,
    /// The strictest alignment of a variant.
    pub payload_align: u64,
    /// Whether a variant has a range, or is of a type that has one in it.
    pub has_ranges: bool,
    /// What is said about it.
    pub meta: Meta,
}

/// A variant of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its name where a variant has that of a type: `LimitOrder`.
    pub type_name: String,
    /// The tag that says it is there.
    pub number: u64,
    /// What it holds, if anything.
    pub ty: Option<Type>,
    /// Bytes of what it holds.
    pub size: u64,
    /// The numbers that it, or what it is made of, may hold.
    pub range: Option<Range>,
    /// What is said about it.
    pub meta: Meta,
}
