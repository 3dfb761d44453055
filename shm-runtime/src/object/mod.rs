//! What lies in a segment. For each kind of object three things in three
//! places: its layout (offsets, with a diagram), its logic, its handles.

pub(crate) mod place;
pub mod queue;
pub(crate) mod role;
