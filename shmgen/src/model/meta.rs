//! What every declaration has besides its name and its meaning.

/// What is said about a declaration, a field, a value, a flag or a variant. It
/// changes no byte of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Documentation.
    pub doc: String,
    /// The version that brought it, if that is said; not later than the
    /// schema's. Only members have one: fields, values, flags and variants.
    pub since: Option<(u32, u32)>,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
}
