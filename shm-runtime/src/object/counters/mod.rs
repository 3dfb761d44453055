//! Counters: integers that anybody adds to and reads.

pub mod layout;
