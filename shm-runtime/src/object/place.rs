//! The layout of an object of any kind, and where it lies in a segment.

use crate::object::LINE;
use crate::object::cell::layout as cell;
use crate::object::cell::layout::{CellLayout, CellsLayout};
use crate::object::counters::layout as counters;
use crate::object::counters::layout::CountersLayout;
use crate::object::event::layout as event;
use crate::object::kind::ObjectKind;
use crate::object::lanes::layout as lanes;
use crate::object::lanes::layout::LanesLayout;
use crate::object::queue::def::Flow;
use crate::object::queue::layout as queue;
use crate::object::queue::layout::QueueLayout;
use crate::object::queue::many_to_many::layout as many;
use crate::object::queue::many_to_many::layout::ManyLayout;
use crate::object::raw::layout::RawLayout;
use crate::object::ring::layout as ring;
use crate::object::ring::layout::RingLayout;
use crate::object::state::layout as state;
use crate::object::state::layout::StateLayout;
use crate::object::stream::layout as stream;
use crate::object::stream::layout::StreamLayout;
use crate::object::topic::layout as topic;
use crate::object::topic::layout::TopicLayout;
use crate::types::descriptor::Types;

/// An object's geometry and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) layout: ObjectLayout,
}

/// The layout of an object of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectLayout {
    /// A queue, one to one.
    Queue(QueueLayout),
    /// A queue, many to one: a one-to-one queue for each lane.
    QueueLanes(LanesLayout, QueueLayout),
    /// A queue whose slots name their owners.
    QueueMany(ManyLayout),
    /// A ring, one to one.
    Ring(RingLayout),
    /// A ring, many to one: a one-to-one ring for each lane.
    RingLanes(LanesLayout, RingLayout),
    /// A stream.
    Stream(StreamLayout),
    /// A topic.
    Topic(TopicLayout),
    /// A cell.
    Cell(CellLayout),
    /// An array of cells.
    Cells(CellsLayout, CellLayout),
    /// A state.
    State(StateLayout),
    /// An event.
    Event,
    /// Counters.
    Counters(CountersLayout),
    /// Raw bytes.
    Raw(RawLayout),
}

/// The numbers of a layout, as `shm_object_spec` of the C header has them. What
/// a kind has no use for is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    /// The kind as the directory numbers it.
    pub kind: u32,
    /// How many lanes, or cells of an array; 0 if it has none. The other numbers
    /// but the size are those of one of them then.
    pub lanes: u32,
    /// Bytes of an item; 1 where bytes are passed.
    pub item: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// After so many items the acknowledgement is published.
    pub batch: u64,
    /// Items that fit at most.
    pub slots: u64,
    /// Bytes before the first slot.
    pub control: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
    /// The object begins at a multiple of this.
    pub align: u64,
}

impl ObjectLayout {
    /// The layout of an object of a kind; `None` if it makes no sense.
    pub(crate) fn of_kind(types: Types<'_>, kind: &ObjectKind) -> Option<Self> {
        let size = |ty| types.size_and_align(ty).map(|(size, _)| size);
        Some(match kind {
            ObjectKind::Queue(queue) => {
                let item = size(&queue.item)?;
                match queue.flow {
                    Flow::OneToOne => Self::Queue(QueueLayout::new(item, queue.capacity)?),
                    Flow::Lanes(count) => {
                        let lane = QueueLayout::new(item, queue.capacity)?;
                        Self::QueueLanes(LanesLayout::new(count, lane.size)?, lane)
                    }
                    Flow::Owned { .. } => Self::QueueMany(ManyLayout::new(item, queue.capacity)?),
                }
            }
            ObjectKind::Ring(def) => {
                let one = RingLayout::new(def.bytes)?;
                match def.lanes {
                    None => Self::Ring(one),
                    Some(count) => Self::RingLanes(LanesLayout::new(count, one.size)?, one),
                }
            }
            ObjectKind::Stream(def) => Self::Stream(StreamLayout::new(def.bytes)?),
            ObjectKind::Topic(def) => {
                Self::Topic(TopicLayout::new(size(&def.item)?, def.capacity)?)
            }
            ObjectKind::Cell(def) => {
                let one = CellLayout::new(size(&def.item)?)?;
                match def.count {
                    None => Self::Cell(one),
                    Some(count) => Self::Cells(CellsLayout::new(count, &one)?, one),
                }
            }
            ObjectKind::State(value) => Self::State(StateLayout::new(size(value)?)?),
            ObjectKind::Event => Self::Event,
            ObjectKind::Counters(all) => Self::Counters(CountersLayout::new(all.len() as u64)?),
            ObjectKind::Raw(def) => Self::Raw(RawLayout::new(def.bytes, def.align)?),
        })
    }

    /// Bytes of the object.
    pub fn size(&self) -> u64 {
        self.geometry().size
    }

    /// The object begins at a multiple of this.
    pub fn align(&self) -> u64 {
        self.geometry().align
    }

    /// The kind as the directory numbers it.
    pub const fn kind_number(&self) -> u32 {
        match self {
            Self::Queue(_) => 1,
            Self::QueueLanes(..) => 2,
            Self::QueueMany(_) => 3,
            Self::Ring(_) => 4,
            Self::RingLanes(..) => 5,
            Self::Stream(_) => 6,
            Self::Topic(_) => 7,
            Self::Cell(_) => 8,
            Self::State(_) => 9,
            Self::Event => 10,
            Self::Counters(_) => 11,
            Self::Raw(_) => 12,
            Self::Cells(..) => 13,
        }
    }

    /// Its numbers.
    pub fn geometry(&self) -> Geometry {
        let none = Geometry { kind: self.kind_number(), align: LINE, ..Geometry::default() };
        let of_one = match *self {
            Self::Queue(l) | Self::QueueLanes(_, l) => Geometry {
                item: l.item,
                capacity: l.capacity,
                batch: l.batch,
                slots: l.slots,
                control: queue::SLOTS,
                stride: l.stride,
                size: l.size,
                ..none
            },
            Self::QueueMany(l) => Geometry {
                item: l.item,
                capacity: l.capacity,
                slots: l.capacity,
                control: many::SLOTS,
                stride: l.stride,
                size: l.size,
                ..none
            },
            Self::Ring(l) | Self::RingLanes(_, l) => Geometry {
                item: 1,
                capacity: l.bytes,
                batch: l.batch,
                slots: l.area,
                control: ring::RECORDS,
                stride: 1,
                size: l.size,
                ..none
            },
            Self::Stream(l) => Geometry {
                item: 1,
                capacity: l.bytes,
                batch: l.batch,
                slots: l.area,
                control: stream::BYTES,
                stride: 1,
                size: l.size,
                ..none
            },
            Self::Topic(l) => Geometry {
                item: l.item,
                capacity: l.capacity,
                slots: l.slots,
                control: topic::SLOTS,
                stride: l.stride,
                size: l.size,
                ..none
            },
            Self::Cell(l) | Self::Cells(_, l) => Geometry {
                item: l.item,
                capacity: 1,
                slots: cell::SLOT_COUNT,
                control: cell::SLOTS,
                stride: l.stride,
                size: l.size,
                ..none
            },
            Self::State(l) => Geometry {
                item: l.item,
                capacity: 1,
                slots: state::COPY_COUNT,
                control: state::COPIES,
                stride: l.stride,
                size: l.size,
                ..none
            },
            Self::Event => Geometry { control: event::SIZE, size: event::SIZE, ..none },
            Self::Counters(l) => Geometry {
                item: counters::WORD_SIZE,
                capacity: l.count,
                slots: l.count,
                stride: counters::STRIDE,
                size: l.size,
                ..none
            },
            Self::Raw(l) => Geometry {
                item: 1,
                capacity: l.bytes,
                slots: l.bytes,
                stride: 1,
                size: l.bytes,
                align: l.align,
                ..none
            },
        };
        match *self {
            Self::QueueLanes(lanes, _) | Self::RingLanes(lanes, _) => {
                Geometry { lanes: lanes.count, size: lanes.size, ..of_one }
            }
            Self::Cells(all, _) => Geometry { lanes: all.count, size: all.size, ..of_one },
            _ => of_one,
        }
    }

    /// Where its role words lie, from where it begins.
    pub(crate) fn roles(&self) -> impl Iterator<Item = u64> {
        let fixed: &[u64] = match self {
            Self::Queue(_) => &[queue::PRODUCER_ROLE, queue::CONSUMER_ROLE],
            Self::Ring(_) => &[ring::PRODUCER_ROLE, ring::CONSUMER_ROLE],
            Self::QueueLanes(..) | Self::RingLanes(..) => &[lanes::CONSUMER_ROLE],
            Self::Stream(_) => &[stream::WRITER_ROLE, stream::READER_ROLE],
            Self::Topic(_) => &[topic::PUBLISHER_ROLE],
            // Of an array, one for all: that of the first.
            Self::Cell(_) | Self::Cells(..) => &[cell::WRITER_ROLE],
            Self::QueueMany(_)
            | Self::State(_)
            | Self::Event
            | Self::Counters(_)
            | Self::Raw(_) => &[],
        };
        let (count, first, stride) = match self {
            Self::QueueLanes(l, _) => (l.count, lanes::LANES + queue::PRODUCER_ROLE, l.stride),
            Self::RingLanes(l, _) => (l.count, lanes::LANES + ring::PRODUCER_ROLE, l.stride),
            _ => (0, 0, 0),
        };
        let of_lanes = (0..u64::from(count)).map(move |n| first + n * stride);
        fixed.iter().copied().chain(of_lanes)
    }

    /// Where the words lie that somebody may sleep on, from where it begins; see
    /// [`wait`](crate::object::wait). Those of a state have rules of their own.
    pub(crate) fn flags(&self) -> impl Iterator<Item = u64> {
        let fixed: &[u64] = match self {
            Self::Queue(_) => &[queue::DATA_FLAG, queue::SPACE_FLAG],
            Self::QueueMany(_) => &[many::DATA_FLAG, many::SPACE_FLAG],
            Self::Ring(_) => &[ring::DATA_FLAG, ring::SPACE_FLAG],
            Self::QueueLanes(..) | Self::RingLanes(..) => &[lanes::DATA_FLAG],
            Self::Stream(_) => &[stream::DATA_FLAG, stream::SPACE_FLAG],
            Self::Topic(_) => &[topic::DATA_FLAG],
            Self::Cell(_) => &[cell::FLAG],
            Self::Event => &[event::FLAG],
            Self::Cells(..) | Self::State(_) | Self::Counters(_) | Self::Raw(_) => &[],
        };
        let (count, first, stride) = match self {
            Self::QueueLanes(l, _) => (l.count, lanes::LANES + queue::SPACE_FLAG, l.stride),
            Self::Cells(l, _) => (l.count, cell::FLAG, l.stride),
            Self::RingLanes(l, _) => (l.count, lanes::LANES + ring::SPACE_FLAG, l.stride),
            _ => (0, 0, 0),
        };
        let of_lanes = (0..u64::from(count)).map(move |n| first + n * stride);
        fixed.iter().copied().chain(of_lanes)
    }
}
