//! Where the objects of a segment lie, and what is common to their kinds.

use crate::contract::{Contract, ObjectKind};
use crate::object::queue::layout::QueueLayout;

/// An object's geometry and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) layout: ObjectLayout,
}

/// The geometry of an object of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectLayout {
    Queue(QueueLayout),
}

impl ObjectLayout {
    /// What a contract says of an object; `None` if it makes no sense.
    pub(crate) fn of(contract: &Contract, kind: &ObjectKind) -> Option<Self> {
        match kind {
            ObjectKind::Queue(queue) => {
                let (item, _) = contract.size_and_align(&queue.item)?;
                Some(Self::Queue(QueueLayout::new(item, queue.capacity)?))
            }
        }
    }

    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Queue(queue) => queue.size,
        }
    }

    /// The kind as the directory numbers it.
    pub(crate) fn kind_number(&self) -> u32 {
        match self {
            Self::Queue(_) => 1,
        }
    }
}
