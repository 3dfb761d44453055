//! Many producers to one consumer: a one-to-one queue or ring for each of
//! them, side by side. Each producer's order is kept, none across producers.

pub mod layout;
pub(crate) mod words;
