//! How generated code gives access to an object in a language with methods.

/// A type, and what its constructor is given beside the attachment and the place
/// of the object in it.
pub(crate) struct Access {
    /// What it is: a sentence for documentation.
    pub(crate) says: String,
    /// The type, without what it is generic over.
    pub(crate) ty: &'static str,
    /// What the type is generic over.
    pub(crate) of: Option<String>,
    /// What the constructor is given.
    pub(crate) arguments: Vec<String>,
}

impl Access {
    /// The type, with what it is generic over between angle brackets.
    pub(crate) fn generic(&self) -> String {
        match &self.of {
            Some(of) => format!("{}<{of}>", self.ty),
            None => self.ty.to_owned(),
        }
    }

    /// The arguments, each with a comma before it.
    pub(crate) fn more(&self) -> String {
        self.arguments.iter().flat_map(|argument| [", ", argument]).collect()
    }
}
