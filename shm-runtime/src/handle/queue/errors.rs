//! Why a push or a pop was not done.

use crate::handle::errors::errors;
use crate::handle::passing::from_ended;

errors! {
    /// Why a message was not pushed.
    TryPushError, "push to" "queue" {
        /// At least `capacity` messages wait.
        Full => "the queue is full",
        /// The segment was removed.
        Removed => "the segment was removed",
        /// The handle was made before a fork.
        Forked => "the producer belongs to the parent of this process; attach again in the child",
        /// The consumer's cursor is impossible.
        Corrupt => "the queue is damaged: its consumer's cursor is impossible",
    }

    /// Why a message was not pushed in time.
    PushError, "push to" "queue" {
        /// The time is up, and still at least `capacity` messages wait.
        Timeout => "the queue was full all the time",
        /// The segment was removed.
        Removed => "the segment was removed",
        /// The handle was made before a fork.
        Forked => "the producer belongs to the parent of this process; attach again in the child",
        /// The consumer's cursor is impossible.
        Corrupt => "the queue is damaged: its consumer's cursor is impossible",
    }

    /// Why no message was popped.
    TryPopError, "pop from" "queue" {
        /// No message waits.
        Empty => "the queue is empty",
        /// A producer that is alive has claimed the next message and not
        /// committed it yet. A one-to-one queue never says so: there a message
        /// appears when it is committed.
        NotReady => "the next message is not committed yet",
        /// The segment was removed, and its messages are drained.
        Removed => "the segment was removed, and the queue is drained",
        /// The handle was made before a fork.
        Forked => "the consumer belongs to the parent of this process; attach again in the child",
        /// The producer's stamp is impossible.
        Corrupt => "the queue is damaged: its producer's stamp is impossible",
    }

    /// Why no message was popped in time.
    PopError, "pop from" "queue" {
        /// The time is up, and no message came.
        Timeout => "no message came in time",
        /// The segment was removed, and its messages are drained.
        Removed => "the segment was removed, and the queue is drained",
        /// The handle was made before a fork.
        Forked => "the consumer belongs to the parent of this process; attach again in the child",
        /// The producer's stamp is impossible.
        Corrupt => "the queue is damaged: its producer's stamp is impossible",
    }
}

from_ended!(PushError, PopError);
