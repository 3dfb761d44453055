//! The numbers of a queue, for its users.

use crate::object::facts::Holder;
use crate::segment::ObjectStat;
use crate::types::expr::TypeExpr;

/// The numbers of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStat {
    /// The type of its items.
    pub item: TypeExpr,
    /// Bytes of an item.
    pub item_size: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// Messages that wait.
    pub depth: u64,
    /// Messages that were ever pushed.
    pub pushed: u64,
    /// Messages that were ever popped.
    pub popped: u64,
    /// How often a push found no room.
    pub times_full: u64,
    /// Messages that came a second time after a consumer died.
    pub redelivered: u64,
    /// Messages that were committed and given up. A queue from one producer to
    /// one consumer gives none up.
    pub dropped: u64,
    /// The greatest depth that was noticed: sampled, not exact.
    pub high_water: u64,
    /// The holders of its roles `producer` and `consumer`.
    pub holders: Vec<Holder>,
}

impl QueueStat {
    /// What was reported of an object, if that is a queue whose messages this version
    /// reads.
    pub fn of(object: &ObjectStat) -> Option<Self> {
        let (geometry, facts) = (object.geometry?, &object.facts);
        Some(Self {
            item: object.def.item()?.clone(),
            item_size: geometry.item,
            capacity: geometry.capacity,
            depth: facts.count("depth")?,
            pushed: facts.count("in")?,
            popped: facts.count("out")?,
            times_full: facts.count("full")?,
            redelivered: facts.count("redelivered")?,
            dropped: facts.count("dropped")?,
            high_water: facts.count("high_water")?,
            holders: facts.holders.clone(),
        })
    }

    /// Whether somebody in this role, `producer` or `consumer`, is alive and sleeps
    /// until it can go on.
    pub fn waits(&self, role: &str) -> bool {
        self.holders.iter().any(|holder| holder.role == role && holder.waits)
    }

    /// How many sleep until there is something to do for them.
    pub fn waiters(&self) -> u64 {
        self.holders.iter().filter(|holder| holder.waits).count() as u64
    }
}
