//! Our queue in Rust, between two processes.

use crate::lab::Lab;
use crate::payload::{Payload, with_payload};
use crate::speed::{Back, There};
use crate::transfer::{
    Calls, Plan, Receiver, Sender, Timing, answer_all, call_all, receive_all, send_all,
};
use shm_runtime::queue::{Consumer, Producer};
use shm_runtime::{TryPopError, TryPushError};

impl<P: Payload> Sender<P> for Producer<P> {
    #[inline]
    fn send(&mut self, message: &P) -> Option<()> {
        sent(self.try_push(message))
    }

    #[inline]
    fn send_many(&mut self, messages: &[P]) -> usize {
        self.push_slice(messages).expect("to push")
    }

    #[inline]
    fn send_waiting(&mut self, message: &P) {
        self.push(message).expect("to push");
    }
}

impl<P: Payload> Receiver<P> for Consumer<P> {
    #[inline]
    fn receive(&mut self) -> Option<P> {
        received(self.try_pop())
    }

    #[inline]
    fn receive_many(&mut self, messages: &mut [P]) -> usize {
        self.pop_slice(messages).expect("to pop")
    }

    #[inline]
    fn receive_waiting(&mut self) -> P {
        self.pop().expect("to pop")
    }
}

/// Writes and reads messages where they lie.
struct InPlace<E>(E);

impl<P: Payload> Sender<P> for InPlace<Producer<P>> {
    #[inline]
    fn send(&mut self, message: &P) -> Option<()> {
        let mut slot = sent(self.0.reserve())?;
        slot.write(message);
        slot.commit();
        Some(())
    }

    #[inline]
    fn send_many(&mut self, messages: &[P]) -> usize {
        messages.iter().map_while(|message| self.send(message)).count()
    }
}

impl<P: Payload> Receiver<P> for InPlace<Consumer<P>> {
    #[inline]
    fn receive(&mut self) -> Option<P> {
        let loan = received(self.0.peek())?;
        let message = loan.read();
        loan.release();
        Some(message)
    }

    #[inline]
    fn receive_many(&mut self, messages: &mut [P]) -> usize {
        let mut taken = 0;
        while let Some(message) = messages.get_mut(taken).and_then(|_| self.receive()) {
            messages[taken] = message;
            taken += 1;
        }
        taken
    }
}

#[inline]
fn sent<T>(outcome: Result<T, TryPushError>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(TryPushError::Full) => None,
        Err(error) => panic!("{error}"),
    }
}

#[inline]
fn received<T>(outcome: Result<T, TryPopError>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(TryPopError::Empty) => None,
        Err(error) => panic!("{error}"),
    }
}

/// The time for each message from this process to the other, in ns.
pub fn throughput(lab: &mut Lab, plan: &Plan) -> f64 {
    lab.ask(&format!("receive {plan}"));
    with_payload!(plan.size, send_side(lab.there(), plan));
    lab.answer()
}

fn send_side<P: Payload>(there: &There, plan: &Plan) {
    let mut queue = P::there(there).producer().expect("to be the producer");
    match plan.calls {
        Calls::InPlace => send_all(plan, &mut InPlace(queue)),
        _ => send_all(plan, &mut queue),
    }
}

/// What the other process does meanwhile.
pub fn receive_side<P: Payload>(there: &There, plan: &Plan) -> f64 {
    let mut queue = P::there(there).consumer().expect("to be the consumer");
    match plan.calls {
        Calls::InPlace => receive_all(plan, &mut InPlace(queue)),
        _ => receive_all(plan, &mut queue),
    }
}

/// The time in which a message goes to the other process and comes back.
pub fn round_trip(lab: &mut Lab, plan: &Plan) -> Timing {
    lab.ask(&format!("answer {plan}"));
    let time = with_payload!(plan.size, call_side(lab.there(), lab.back(), plan));
    lab.answer();
    time
}

fn call_side<P: Payload>(there: &There, back: &Back, plan: &Plan) -> Timing {
    let mut to = P::there(there).producer().expect("to be the producer");
    let mut from = P::back(back).consumer().expect("to be the consumer");
    call_all(plan, &mut to, &mut from)
}

/// What the other process does meanwhile.
pub fn answer_side<P: Payload>(there: &There, back: &Back, plan: &Plan) {
    let mut from = P::there(there).consumer().expect("to be the consumer");
    let mut to = P::back(back).producer().expect("to be the producer");
    answer_all(plan, &mut from, &mut to);
}
