//! What is sent, and how its receiver makes sure that all of it came, in order.

use crate::speed::{Back, Item8, Item56, Item64, Item1024, There};
use shm_runtime::{Queue, SharedLayout};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A message: the sequence number n, then n + 1, n + 2, ..
pub trait Payload: SharedLayout {
    fn numbered(sequence: u64) -> Self;
    fn sequence(&self) -> u64;
    /// The sum of all its words.
    fn sum(&self) -> u64;
    /// The queue of such messages from the first process to the second.
    fn there(segment: &There) -> Queue<Self>;
    /// The queue of the answers.
    fn back(segment: &Back) -> Queue<Self>;
}

macro_rules! payloads {
    ($($item:ident, $queue:ident $(, $body:ident)?;)*) => { $(
        impl Payload for $item {
            #[inline]
            fn numbered(sequence: u64) -> Self {
                #[allow(unused_mut, clippy::needless_update)] // 8 bytes have no body
                let mut item = Self { sequence, ..Self::default() };
                $(
                    let mut n = sequence;
                    for word in &mut item.$body {
                        n += 1;
                        *word = n;
                    }
                )?
                item
            }

            #[inline]
            fn sequence(&self) -> u64 {
                self.sequence
            }

            #[inline]
            fn sum(&self) -> u64 {
                self.sequence $(+ self.$body.iter().sum::<u64>())?
            }

            fn there(segment: &There) -> Queue<Self> {
                segment.$queue()
            }

            fn back(segment: &Back) -> Queue<Self> {
                segment.$queue()
            }
        }
    )* };
}

payloads! {
    Item8, bytes8;
    Item56, bytes56, body;
    Item64, bytes64, body;
    Item1024, bytes1024, body;
}

/// Calls a generic function with the message of this many bytes.
macro_rules! with_payload {
    ($size:expr, $function:ident($($argument:expr),*)) => {
        match $size {
            8 => $function::<$crate::speed::Item8>($($argument),*),
            56 => $function::<$crate::speed::Item56>($($argument),*),
            64 => $function::<$crate::speed::Item64>($($argument),*),
            1024 => $function::<$crate::speed::Item1024>($($argument),*),
            other => panic!("there is no message of {other} bytes"),
        }
    };
}
pub(crate) use with_payload;

/// Calls `attempt` until it gives an answer, without a pause. An attempt takes
/// a nanosecond or more, so a dead peer is noticed after some seconds.
#[inline]
pub fn poll<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    for _ in 0..3_000_000_000_u64 {
        if let Some(answer) = attempt() {
            return answer;
        }
    }
    panic!("the other side is silent");
}

/// Some work between two messages, a chain of multiplications that cannot be
/// done beside the work for the message before.
#[derive(Clone, Copy)]
pub struct Work {
    state: u64,
    steps: u32,
}

impl Work {
    pub fn of_steps(steps: u32) -> Self {
        Self { state: 1, steps }
    }

    #[inline]
    pub fn run(&mut self) {
        for _ in 0..self.steps {
            self.state = black_box(self.state.wrapping_mul(0x5851_f42d_4c95_7f2d));
        }
    }

    /// How many steps take so long on this processor.
    pub fn steps_in(time: Duration) -> u32 {
        let sample = 1_000_000;
        let fastest = (0..5).map(|_| {
            let start = Instant::now();
            let mut work = Self::of_steps(sample);
            work.run();
            start.elapsed()
        });
        let step = fastest.min().unwrap_or_default().as_secs_f64() / f64::from(sample);
        let steps = (time.as_secs_f64() / step).round().max(1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small number
        let steps = steps as u32;
        steps
    }
}

/// What a receiver has seen so far.
pub struct Tally {
    received: u64,
    out_of_order: u64,
    sum: u64,
    work: Work,
}

impl Tally {
    pub fn new(work: Work) -> Self {
        Self { received: 0, out_of_order: 0, sum: 0, work }
    }

    pub fn received(&self) -> u64 {
        self.received
    }

    #[inline]
    pub fn add<P: Payload>(&mut self, message: &P) {
        self.out_of_order |= message.sequence() ^ self.received;
        self.sum = self.sum.wrapping_add(message.sum());
        self.received += 1;
        self.work.run();
    }

    /// Panics unless every message came whole and in its place.
    pub fn verify<P: Payload>(&self) {
        let words = (size_of::<P>() / 8) as u64;
        // The words of message n sum up to words * n + words * (words - 1) / 2.
        let numbers = u128::from(self.received) * u128::from(self.received - 1) / 2;
        let each = u128::from(words * (words - 1) / 2);
        let expected = u128::from(words) * numbers + each * u128::from(self.received);
        assert_eq!(self.out_of_order, 0, "a message came out of order");
        assert_eq!(u128::from(self.sum), expected & u128::from(u64::MAX), "a message was damaged");
    }
}
