//! Why a write or a read was not done.

use crate::handle::errors::errors;
use crate::handle::passing::from_ended;

errors! {
    /// Why nothing was written.
    TryWriteError, "write to" "stream" {
        /// At least `capacity` items, or bytes, wait.
        Full => "the stream is full",
        /// The segment was removed.
        Removed => "the segment was removed",
        /// The handle was made before a fork.
        Forked => "the writer belongs to the parent of this process; attach again in the child",
        /// The reader's cursor is impossible.
        Corrupt => "the stream is damaged: its reader's cursor is impossible",
    }

    /// Why nothing was written in time.
    WriteError, "write to" "stream" {
        /// The time is up, and still at least `capacity` items, or bytes, wait.
        Timeout => "the stream was full all the time",
        /// The segment was removed.
        Removed => "the segment was removed",
        /// The handle was made before a fork.
        Forked => "the writer belongs to the parent of this process; attach again in the child",
        /// The reader's cursor is impossible.
        Corrupt => "the stream is damaged: its reader's cursor is impossible",
    }

    /// Why nothing was read.
    TryReadError, "read from" "stream" {
        /// Nothing waits.
        Empty => "the stream is empty",
        /// The segment was removed, and the stream is drained.
        Removed => "the segment was removed, and the stream is drained",
        /// The handle was made before a fork.
        Forked => "the reader belongs to the parent of this process; attach again in the child",
        /// The writer's cursor is impossible.
        Corrupt => "the stream is damaged: its writer's cursor is impossible",
    }

    /// Why nothing was read in time.
    ReadError, "read from" "stream" {
        /// The time is up, and nothing came.
        Timeout => "nothing came in time",
        /// The segment was removed, and the stream is drained.
        Removed => "the segment was removed, and the stream is drained",
        /// The handle was made before a fork.
        Forked => "the reader belongs to the parent of this process; attach again in the child",
        /// The writer's cursor is impossible.
        Corrupt => "the stream is damaged: its writer's cursor is impossible",
    }
}

from_ended!(WriteError, ReadError);
