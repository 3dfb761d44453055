//! Queues of fixed-size items, first in, first out, from one producer to one
//! consumer, in any two processes.
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! use shm_runtime::{Queue, TryPopError};
//! # let address = format!("posix:/example.queue.{}", std::process::id());
//! # let address = address.parse()?;
//! # #[cfg(any())]
//! let address = "posix:/numbers".parse()?;
//! let queue = Queue::<u64>::create(&address, 1024)?;
//! let mut out = queue.producer()?;
//! out.try_push(&42)?;
//! // .. in another process:
//! let mut inn = Queue::<u64>::attach(&address)?.consumer()?;
//! match inn.try_pop() {
//!     Ok(n) => assert_eq!(n, 42),
//!     Err(TryPopError::Empty) => println!("nothing there"),
//!     Err(e) => return Err(e.into()),
//! }
//! # queue.attachment().remove()?;
//! # Ok::<(), shm_runtime::Error>(())
//! ```

mod consumer;
mod errors;
mod producer;
mod stat;
mod target;
mod untyped;

pub use crate::object::contents::{Followed, Message};
/// Where the parts of a queue lie: for the generator.
#[doc(hidden)]
pub use crate::object::queue::{layout, many_to_many};
pub use consumer::{Consumer, Drain, Loan};
pub use errors::{PopError, PushError, TryPopError, TryPushError};
pub use producer::{Producer, Reservation};
pub use stat::QueueStat;
pub use untyped::{RawConsumer, RawProducer};

use crate::error::{Error, ErrorKind, Result};
use crate::handle::alone;
use crate::object::kind::ObjectKind;
use crate::object::queue::def::QueueDef;
use crate::segment::{Address, Attachment, Spec};
use crate::types::descriptor::TypeSet;
use crate::types::layout::SharedLayout;
use layout::QueueLayout;
use std::marker::PhantomData;
use std::mem::size_of;
use target::Target;

/// A queue in an attached segment, as generated code hands it out. It claims
/// nothing by itself; see [`Self::producer`] and [`Self::consumer`].
#[derive(Clone, Debug)]
pub struct Queue<T> {
    attachment: Attachment,
    index: usize,
    _item: PhantomData<fn(T) -> T>,
}

impl<T: SharedLayout> Queue<T> {
    /// The object at `index` of the attachment's contract, which generated
    /// code knows to be a queue of `T`.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Self {
        Self { attachment: attachment.clone(), index, _item: PhantomData }
    }

    /// Creates a segment with nothing in it but this queue, for types without
    /// a schema: those that derive [`SharedLayout`].
    pub fn create(address: &Address, capacity: u64) -> Result<Self> {
        let spec = Self::spec("create", address, capacity)?;
        Ok(Self::of_attachment(&alone::create(address, &spec)?, 0))
    }

    /// Attaches to a segment that [`Self::create`] made, of whatever capacity.
    pub fn attach(address: &Address) -> Result<Self> {
        // The capacity is the segment's to say; everything else must agree.
        let capacity = match alone::theirs(address)? {
            Some(ObjectKind::Queue(queue)) => queue.capacity,
            _ => 1,
        };
        let spec = Self::spec("attach to", address, capacity)?;
        Ok(Self::of_attachment(&alone::attach(address, &spec, false)?, 0))
    }

    /// Attaches to the queue, or creates it. The capacity is that of the
    /// segment if there is one.
    pub fn open_or_create(address: &Address, capacity: u64) -> Result<Self> {
        crate::segment::open_or_create(|| Self::attach(address), || Self::create(address, capacity))
    }

    fn spec(verb: &str, address: &Address, capacity: u64) -> Result<Spec> {
        let mut types = TypeSet::default();
        let item = T::describe(&mut types);
        let kind = ObjectKind::Queue(QueueDef::one_to_one(item, capacity));
        if QueueLayout::new(size_of::<T>() as u64, capacity).is_none() {
            let why = match capacity {
                0 => "a queue has a capacity of at least 1, not of 0".to_owned(),
                _ => format!(
                    "{capacity} items of {} bytes are no size that memory can have",
                    size_of::<T>()
                ),
            };
            let why = format!("cannot {verb} {address}: {why}");
            return Err(Error::new(ErrorKind::Invalid, why));
        }
        alone::spec(verb, address, kind, types)
    }

    /// Becomes the producer. [`ErrorKind::RoleTaken`] names the one who is,
    /// while it lives; a dead one is replaced, and what it had not committed
    /// is wiped.
    pub fn producer(&self) -> Result<Producer<T>> {
        let target = self.target()?;
        Ok(Producer::of(RawProducer::claim(&target)?, target.place()))
    }

    /// Becomes the consumer. [`ErrorKind::RoleTaken`] names the one who is,
    /// while it lives; a dead one is replaced, and what it may have seen
    /// without acknowledging comes again: see [`Consumer::redelivered`].
    pub fn consumer(&self) -> Result<Consumer<T>> {
        let target = self.target()?;
        Ok(Consumer::of(RawConsumer::claim(&target)?, target.place()))
    }

    /// Messages that always fit.
    pub fn capacity(&self) -> Result<u64> {
        Ok(self.target()?.layout.capacity)
    }

    /// Messages that wait now. Another process may change it at any time.
    pub fn depth(&self) -> Result<u64> {
        self.target()?.depth()
    }

    /// The numbers of the queue: what waits, what went through it, who uses it.
    pub fn stat(&self) -> Result<QueueStat> {
        QueueStat::of(&self.attachment.object_stat(self.index)?).ok_or_else(|| {
            let address = self.attachment.address();
            let why = format!("{address}: its directory is damaged, so the queue cannot be found");
            Error::new(ErrorKind::Corrupt, why)
        })
    }

    /// The segment that the queue lies in.
    pub fn attachment(&self) -> &Attachment {
        &self.attachment
    }

    fn target(&self) -> Result<Target> {
        let target = Target::new(&self.attachment, self.index)?;
        if target.layout.item != size_of::<T>() as u64 {
            let why = format!(
                "{} has items of {} bytes, not of {}",
                target.in_words(),
                target.layout.item,
                size_of::<T>()
            );
            return Err(Error::new(ErrorKind::Mismatch, why));
        }
        Ok(target)
    }
}

impl Attachment {
    /// Messages that wait in the queue at `index` of the contract's objects.
    pub fn queue_depth(&self, index: usize) -> Result<u64> {
        Target::new(self, index)?.depth()
    }
}
