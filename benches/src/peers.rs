//! Other queues, between two threads, since they do not go between processes:
//! rtrb, whose ring is as large as ours.

use crate::lab::Lab;
use crate::machine::pin;
use crate::payload::{Payload, with_payload};
use crate::transfer::{
    Plan, Receiver, Sender, Timing, answer_all, call_all, receive_all, send_all,
};
use rtrb::{Consumer, Producer, RingBuffer};

impl<P: Payload> Sender<P> for Producer<P> {
    #[inline]
    fn send(&mut self, message: &P) -> Option<()> {
        self.push(*message).ok()
    }

    #[inline]
    fn send_many(&mut self, messages: &[P]) -> usize {
        self.push_partial_slice(messages).0.len()
    }
}

impl<P: Payload> Receiver<P> for Consumer<P> {
    #[inline]
    fn receive(&mut self) -> Option<P> {
        self.pop().ok()
    }

    #[inline]
    fn receive_many(&mut self, messages: &mut [P]) -> usize {
        self.pop_partial_slice(messages).0.len()
    }
}

/// The time for each message from this thread to another, in ns.
pub fn throughput(lab: &mut Lab, plan: &Plan) -> f64 {
    with_payload!(plan.size, throughput_of(lab, plan))
}

fn throughput_of<P: Payload>(lab: &mut Lab, plan: &Plan) -> f64 {
    let (mut to, mut from) = RingBuffer::<P>::new(capacity::<P>(lab));
    let cpu = lab.processors().second;
    std::thread::scope(|scope| {
        let receiver = scope.spawn(move || {
            pin(cpu);
            receive_all(plan, &mut from)
        });
        send_all(plan, &mut to);
        receiver.join().expect("every message")
    })
}

/// The time in which a message goes to another thread and comes back.
pub fn round_trip(lab: &mut Lab, plan: &Plan) -> Timing {
    with_payload!(plan.size, round_trip_of(lab, plan))
}

fn round_trip_of<P: Payload>(lab: &mut Lab, plan: &Plan) -> Timing {
    let (mut to, mut there) = RingBuffer::<P>::new(capacity::<P>(lab));
    let (mut back, mut from) = RingBuffer::<P>::new(capacity::<P>(lab));
    let cpu = lab.processors().second;
    std::thread::scope(|scope| {
        let answerer = scope.spawn(move || {
            pin(cpu);
            answer_all(plan, &mut there, &mut back);
        });
        let time = call_all(plan, &mut to, &mut from);
        answerer.join().expect("every message");
        time
    })
}

/// The capacity of our queue for such messages.
fn capacity<P: Payload>(lab: &Lab) -> usize {
    let capacity = P::there(lab.there()).capacity().expect("the capacity of a queue");
    usize::try_from(capacity).expect("the capacity of a queue")
}
