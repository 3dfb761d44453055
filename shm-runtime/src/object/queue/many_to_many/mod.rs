//! Queues from many producers or to many consumers, in one order for all: each
//! slot names who is at work in it.

pub mod layout;
