//! Enums and sets of flags: integers with names for some of their numbers or
//! bits.

use super::Meta;
use shm_runtime::contract::Primitive;

/// An enum: named numbers, and any other.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// The integer type it is stored as.
    pub repr: Primitive,
    /// Its named numbers, in the order of the file.
    pub values: Vec<EnumValue>,
    /// What is said about it.
    pub meta: Meta,
}

/// A named number of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Its name.
    pub name: String,
    /// Its number, within the range of the representation.
    pub number: i128,
    /// What is said about it.
    pub meta: Meta,
}

/// A set of flags: named bits, and any other.
#[derive(Clone, Debug)]
pub struct Flags {
    /// Its name.
    pub name: String,
    /// The unsigned integer type it is stored as.
    pub repr: Primitive,
    /// Its named bits, in the order of the file.
    pub bits: Vec<Bit>,
    /// What is said about it.
    pub meta: Meta,
}

/// A named bit.
#[derive(Clone, Debug)]
pub struct Bit {
    /// Its name.
    pub name: String,
    /// Its position; 0 is the least significant.
    pub bit: u8,
    /// What is said about it.
    pub meta: Meta,
}
