//! Constants and their values.

use super::Meta;
use shm_runtime::contract::Primitive;

/// A constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Primitive,
    /// Its value, within the range of the type.
    pub value: Value,
    /// What is said about it.
    pub meta: Meta,
}

/// The value of a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of an integer type.
    Integer(i128),
    /// Of a float type; always finite, and for f32 one that it holds exactly.
    Float(f64),
    /// Of type bool.
    Bool(bool),
}
