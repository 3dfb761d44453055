//! Looking at segments of ours again and again, as `top` does.
//!
//! Each look opens a segment anew: one that is kept open could not be given back
//! to the system when it is removed, and a System V one would count as attached.
//! What was found not to be of ours is remembered, and left alone from then on,
//! since a look at a System V segment leaves a trace in it.

use crate::error::Result;
use crate::object::look::HowMany;
use crate::segment::look::inspector::Inspector;
use crate::segment::look::stat::SegmentStat;
use crate::segment::os::address::Address;
use crate::segment::os::options::Options;
use crate::segment::os::process::{self, Mappers};
use crate::segment::os::{memfd, posix, sysv};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What is looked at again and again.
#[derive(Debug, Default)]
pub struct Watch {
    addresses: Vec<Address>,
    /// System V segments that are not of ours: id, size, and when they were made
    /// or changed.
    strangers: BTreeSet<(i32, u64, i64)>,
    /// Memfds, and when they were looked for: that takes a walk through /proc.
    memfds: Vec<Address>,
    walked: Option<Instant>,
}

/// How often new memfds are looked for, at most.
const WALK_PERIOD: Duration = Duration::from_millis(900);

/// A segment that was made or changed so few seconds ago may be about to become
/// one of ours, or to be opened to the caller.
const YOUNG: i64 = 10;

impl Watch {
    /// All segments of ours that the caller can see. `SHM_RUNTIME_PREFIX`
    /// narrows it to the POSIX names that have it.
    pub fn all() -> Self {
        Self::default()
    }

    /// These segments only.
    pub fn of(addresses: Vec<Address>) -> Self {
        Self { addresses, ..Self::default() }
    }

    /// A look: what is known about each segment of ours, and of each that is
    /// damaged. A process that has a POSIX segment mapped is not looked for. Of segments
    /// that were named, also what is gone or cannot be looked at.
    pub fn look(&mut self) -> Vec<Result<SegmentStat>> {
        let any = Options::default().trust_any_owner();
        // As if nobody had anything mapped: that takes a walk through /proc.
        let nobody = Mappers::default();
        let stat = |looked: Result<Inspector>| {
            looked.and_then(|i| i.stat_among(&nobody, HowMany::AtLeast))
        };
        if !self.addresses.is_empty() {
            return self.addresses.iter().map(|a| stat(Inspector::open(a, &any))).collect();
        }
        let mut all = Vec::new();
        let is_ours = |stat: &SegmentStat| stat.header.is_some() || stat.fault.is_some();
        for name in posix::list() {
            let address = Address::Posix(name);
            all.extend(stat(Inspector::open(&address, &any)).ok().filter(is_ours).map(Ok));
        }
        let now = i64::try_from(process::now_ns() / 1_000_000_000).unwrap_or(i64::MAX);
        let mut strangers = BTreeSet::new();
        for kernel in sysv::list() {
            let who = (kernel.id, kernel.size, kernel.change_time);
            if self.strangers.contains(&who) {
                strangers.insert(who);
                continue;
            }
            // Where nobody has written yet, a look would be what takes memory.
            if kernel.pages.is_some_and(|p| p.resident == 0 && p.swapped == 0) {
                continue;
            }
            let address = match kernel.key {
                0 => Address::SysvId(kernel.id),
                key => Address::Sysv(key),
            };
            match stat(Inspector::of_sysv(&address, kernel.id)) {
                Ok(stat) if is_ours(&stat) => all.push(Ok(stat)),
                Ok(_) | Err(_) => {
                    if now.saturating_sub(kernel.change_time) > YOUNG {
                        strangers.insert(who);
                    }
                }
            }
        }
        self.strangers = strangers;
        if self.walked.map_or(true, |then| then.elapsed() >= WALK_PERIOD) {
            self.walked = Some(Instant::now());
            let found = memfd::list().into_iter();
            self.memfds = found.map(|m| Address::Memfd(Some((m.pid, m.fd)))).collect();
        }
        for address in &self.memfds {
            all.extend(stat(Inspector::open(address, &any)).ok().filter(is_ours).map(Ok));
        }
        all
    }
}
