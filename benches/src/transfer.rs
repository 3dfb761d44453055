//! The loops that are measured, the same for every queue: one side sends
//! numbered messages, the other takes them, checks them and looks at the clock.

use crate::payload::{Payload, Tally, Work, poll};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Messages in a batch.
pub const BATCH: usize = 64;

/// The sending end of some queue.
pub trait Sender<P> {
    /// Sends a message if there is room.
    fn send(&mut self, message: &P) -> Option<()>;
    /// Sends as many as there is room for; how many.
    fn send_many(&mut self, messages: &[P]) -> usize;
    /// Sends a message, waiting as the queue itself does.
    fn send_waiting(&mut self, message: &P) {
        poll(|| self.send(message));
    }
}

/// The receiving end of some queue.
pub trait Receiver<P> {
    /// Takes a message if there is one.
    fn receive(&mut self) -> Option<P>;
    /// Takes as many as there are and fit; how many.
    fn receive_many(&mut self, messages: &mut [P]) -> usize;
    /// Takes a message, waiting as the queue itself does.
    fn receive_waiting(&mut self) -> P {
        poll(|| self.receive())
    }
}

/// Which calls are measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// One message a call, tried until it is done: `try_push`, `try_pop`.
    Polling,
    /// One message a call that waits itself: `push`, `pop`.
    Waiting,
    /// [`BATCH`] messages a call.
    Batches,
    /// One message a call, written and read where it lies.
    InPlace,
}

const CALLS: [(Calls, &str); 4] = [
    (Calls::Polling, "polling"),
    (Calls::Waiting, "waiting"),
    (Calls::Batches, "batches"),
    (Calls::InPlace, "in-place"),
];

/// One measurement, as both sides must know it.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Bytes of a message.
    pub size: usize,
    pub calls: Calls,
    /// Steps of [`Work`] between two messages.
    pub sender_steps: u32,
    pub receiver_steps: u32,
    /// Messages before the clock starts: they fill caches and page tables.
    pub warm_up: u64,
    /// Messages that are timed.
    pub count: u64,
}

impl Plan {
    fn total(&self) -> u64 {
        self.warm_up + self.count
    }
}

/// The form in which a plan is handed to another process.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = CALLS.iter().find(|(c, _)| *c == self.calls).map_or("", |(_, name)| name);
        let Self { size, sender_steps, receiver_steps, warm_up, count, .. } = self;
        write!(f, "{size} {calls} {sender_steps} {receiver_steps} {warm_up} {count}")
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no plan");
        let words: Vec<&str> = text.split(' ').collect();
        let [size, calls, sender, receiver, warm_up, count] = words[..] else {
            return Err(wrong());
        };
        let number = |word: &str| word.parse::<u64>().map_err(|_| wrong());
        let steps = |word: &str| word.parse::<u32>().map_err(|_| wrong());
        Ok(Self {
            size: size.parse().map_err(|_| wrong())?,
            calls: CALLS.iter().find(|(_, name)| *name == calls).ok_or_else(wrong)?.0,
            sender_steps: steps(sender)?,
            receiver_steps: steps(receiver)?,
            warm_up: number(warm_up)?,
            count: number(count)?,
        })
    }
}

/// Sends all messages of a plan.
pub fn send_all<P: Payload>(plan: &Plan, to: &mut impl Sender<P>) {
    let mut work = Work::of_steps(plan.sender_steps);
    match plan.calls {
        Calls::Polling | Calls::InPlace => {
            for n in 0..plan.total() {
                let message = P::numbered(n);
                poll(|| to.send(&message));
                work.run();
            }
        }
        Calls::Waiting => {
            for n in 0..plan.total() {
                to.send_waiting(&P::numbered(n));
                work.run();
            }
        }
        Calls::Batches => send_batches(plan, to),
    }
}

fn send_batches<P: Payload>(plan: &Plan, to: &mut impl Sender<P>) {
    let mut batch = [P::zeroed(); BATCH];
    let mut n = 0;
    while n < plan.total() {
        for message in &mut batch {
            *message = P::numbered(n);
            n += 1;
        }
        let mut rest = &batch[..];
        while !rest.is_empty() {
            let sent = poll(|| Some(to.send_many(rest)).filter(|sent| *sent > 0));
            rest = &rest[sent..];
        }
    }
}

/// Takes all messages of a plan, and verifies them; the time for each in ns.
pub fn receive_all<P: Payload>(plan: &Plan, from: &mut impl Receiver<P>) -> f64 {
    let mut tally = Tally::new(Work::of_steps(plan.receiver_steps));
    receive_until(plan, plan.warm_up, from, &mut tally);
    let (start, before) = (Instant::now(), tally.received());
    receive_until(plan, plan.total(), from, &mut tally);
    let time = start.elapsed();
    tally.verify::<P>();
    each(time, tally.received() - before)
}

#[inline]
fn receive_until<P: Payload>(
    plan: &Plan,
    end: u64,
    from: &mut impl Receiver<P>,
    tally: &mut Tally,
) {
    match plan.calls {
        Calls::Polling | Calls::InPlace => {
            while tally.received() < end {
                tally.add(&poll(|| from.receive()));
            }
        }
        Calls::Waiting => {
            while tally.received() < end {
                tally.add(&from.receive_waiting());
            }
        }
        Calls::Batches => {
            let mut batch = [P::zeroed(); BATCH];
            while tally.received() < end {
                let n = poll(|| Some(from.receive_many(&mut batch)).filter(|n| *n > 0));
                for message in &batch[..n] {
                    tally.add(message);
                }
            }
        }
    }
}

/// Sends each message and waits until it has come back.
pub fn call_all<P: Payload>(
    plan: &Plan,
    to: &mut impl Sender<P>,
    from: &mut impl Receiver<P>,
) -> Timing {
    let mut tally = Tally::new(Work::of_steps(0));
    let time = slices(plan.warm_up, plan.count, |n| {
        send_one(plan, to, &P::numbered(n));
        tally.add(&receive_one(plan, from));
    });
    tally.verify::<P>();
    time
}

/// Sends each message back, and verifies them.
pub fn answer_all<P: Payload>(plan: &Plan, from: &mut impl Receiver<P>, to: &mut impl Sender<P>) {
    let mut tally = Tally::new(Work::of_steps(0));
    while tally.received() < plan.total() {
        let message = receive_one(plan, from);
        send_one(plan, to, &message);
        tally.add(&message);
    }
    tally.verify::<P>();
}

#[inline]
fn send_one<P: Payload>(plan: &Plan, to: &mut impl Sender<P>, message: &P) {
    match plan.calls {
        Calls::Waiting => to.send_waiting(message),
        _ => poll(|| to.send(message)),
    }
}

#[inline]
fn receive_one<P: Payload>(plan: &Plan, from: &mut impl Receiver<P>) -> P {
    match plan.calls {
        Calls::Waiting => from.receive_waiting(),
        _ => poll(|| from.receive()),
    }
}

/// What was measured once, in ns.
#[derive(Clone, Copy)]
pub struct Timing {
    /// The time of one.
    pub each: f64,
    /// Of those that were timed one by one.
    pub percentiles: Option<Percentiles>,
}

/// As long or less take 50, 99 and 99.9 of a hundred, in ns.
pub type Percentiles = [f64; 3];

impl From<f64> for Timing {
    fn from(each: f64) -> Self {
        Self { each, percentiles: None }
    }
}

/// Does `count` rounds after `warm_up` others. The time of one is the median over every
/// second slice of 64, so that neither an interrupt nor the clock matters; the rounds of
/// the other slices are timed one by one, for the percentiles.
#[inline]
pub fn slices(warm_up: u64, count: u64, mut round: impl FnMut(u64)) -> Timing {
    const SLICE: u64 = 64;
    let (mut times, mut singles) = (Vec::new(), Vec::new());
    (0..warm_up).for_each(&mut round);
    for slice in 0..count / SLICE {
        let first = warm_up + slice * SLICE;
        let start = Instant::now();
        if slice % 2 == 0 {
            (first..first + SLICE).for_each(&mut round);
            times.push(each(start.elapsed(), SLICE));
        } else {
            let mut last = start;
            for n in first..first + SLICE {
                round(n);
                let now = Instant::now();
                singles.push(each(now - last, 1));
                last = now;
            }
        }
    }
    for n in count / SLICE * SLICE..count {
        round(warm_up + n);
    }
    let percentiles = [500, 990, 999].map(|thousandth| percentile(&mut singles, thousandth));
    Timing { each: percentile(&mut times, 500), percentiles: Some(percentiles) }
}

/// As much or less are so many thousandths of them.
fn percentile(values: &mut [f64], thousandth: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() * thousandth / 1000).copied().unwrap_or(f64::NAN)
}

/// The time for each of `count` in ns.
#[allow(clippy::cast_precision_loss)] // counts of millions
pub fn each(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e9 / count as f64
}
