//! Is the death of a process, at any instruction and any system call, harmless?

#![allow(missing_docs, clippy::pedantic)]

mod cells;
mod claims;
mod faults;
mod forks;
mod kills;
mod liveness;
mod queues;
mod states;
mod steps;
mod streams;
mod victims;
