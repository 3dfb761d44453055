//! What `top` sees at a look: each object's numbers, and from two looks its
//! rates.

use jiff::Timestamp;
use shm_runtime::facts::Facts;
use shm_runtime::{Error, Printable, SegmentStat, Watch};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Looks again and again.
pub(super) struct Sampler {
    watch: Watch,
    last: Option<Instant>,
    /// What had gone in and out at the last look.
    flows: BTreeMap<Identity, Flow>,
}

/// What makes an object that object: a name may lead to another segment by now.
type Identity = (String, u64, usize);

/// Messages ever put in and taken out.
#[derive(Clone, Copy)]
struct Flow {
    pushed: Option<u64>,
    popped: Option<u64>,
}

/// What was seen.
pub(super) struct Sample {
    pub(super) time: Timestamp,
    /// Since the look before.
    pub(super) elapsed: Option<Duration>,
    pub(super) segments: Vec<Segment>,
    /// Of those that were asked for: why they cannot be looked at.
    pub(super) gone: Vec<Error>,
}

/// A segment, as far as `top` shows it.
pub(super) struct Segment {
    pub(super) stat: SegmentStat,
    /// Who takes part and is alive, and who is dead and not swept.
    pub(super) alive: usize,
    pub(super) dead: usize,
    pub(super) objects: Vec<Object>,
}

/// An object of it.
pub(super) struct Object {
    /// Fit for a terminal.
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// How many messages always fit, if it passes any.
    pub(super) capacity: Option<u64>,
    pub(super) facts: Facts,
    /// A second; of two looks.
    pub(super) pushed: Option<f64>,
    pub(super) popped: Option<f64>,
}

impl Object {
    /// A number of it, if it has one of that name.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        self.facts.count(name)
    }

    /// How full it is, from 0 to 1 and, where there is room beyond the capacity,
    /// a little more.
    pub(super) fn fill(&self) -> Option<f64> {
        let (depth, capacity) = (self.count("depth")?, self.capacity?);
        #[allow(clippy::cast_precision_loss)] // two digits are shown
        Some(depth as f64 / capacity.max(1) as f64)
    }
}

impl Sampler {
    pub(super) fn new(watch: Watch) -> Self {
        Self { watch, last: None, flows: BTreeMap::new() }
    }

    /// A look at everything.
    pub(super) fn look(&mut self) -> Sample {
        let now = Instant::now();
        let elapsed = self.last.replace(now).map(|last| now - last);
        let before = std::mem::take(&mut self.flows);
        let (mut segments, mut gone) = (Vec::new(), Vec::new());
        for looked in self.watch.look() {
            match looked {
                Ok(stat) => segments.push(self.segment(stat, elapsed, &before)),
                Err(error) => gone.push(error),
            }
        }
        Sample { time: Timestamp::now(), elapsed, segments, gone }
    }

    fn segment(
        &mut self,
        stat: SegmentStat,
        elapsed: Option<Duration>,
        before: &BTreeMap<Identity, Flow>,
    ) -> Segment {
        let born = stat.header.as_ref().map_or(0, |h| h.created_ns);
        let objects = stat.objects.iter().enumerate().map(|(index, object)| {
            let facts = object.facts.clone();
            let passes = facts.count("depth").is_some();
            let identity = (stat.address.spelling(), born, index);
            let flow = Flow { pushed: facts.count("in"), popped: facts.count("out") };
            let last = before.get(&identity);
            self.flows.insert(identity, flow);
            let rate = |now: Option<u64>, last: Option<u64>| rate(now?, last?, elapsed?);
            Object {
                name: Printable(&object.name).to_string(),
                kind: object.kind,
                capacity: object.geometry.filter(|_| passes).map(|g| g.capacity),
                facts,
                pushed: rate(flow.pushed, last.and_then(|l| l.pushed)),
                popped: rate(flow.popped, last.and_then(|l| l.popped)),
            }
        });
        let objects = objects.collect();
        let alive = stat.participants.iter().filter(|p| p.alive).count();
        let dead = stat.participants.len() - alive;
        Segment { stat, alive, dead, objects }
    }
}

/// A second; nothing where the count went back, as no honest one does.
fn rate(now: u64, last: u64, elapsed: Duration) -> Option<f64> {
    let more = now.wrapping_sub(last);
    if more > u64::MAX / 2 || elapsed.is_zero() {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // three digits are shown
    Some(more as f64 / elapsed.as_secs_f64())
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::rate;
    use std::time::Duration;

    #[test]
    fn a_rate_is_what_was_added_in_a_second() {
        assert_eq!(rate(150, 100, Duration::from_millis(500)), Some(100.0));
        assert_eq!(rate(7, 7, Duration::from_secs(1)), Some(0.0));
        // Counts wrap, and a liar's go back.
        assert_eq!(rate(9, u64::MAX, Duration::from_secs(1)), Some(10.0));
        assert_eq!(rate(5, 9, Duration::from_secs(1)), None);
        assert_eq!(rate(5, 4, Duration::ZERO), None);
    }
}
