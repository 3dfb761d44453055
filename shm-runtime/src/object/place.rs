//! Where an object lies in a segment.

use super::kind::ObjectLayout;

/// An object's geometry and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) layout: ObjectLayout,
}
