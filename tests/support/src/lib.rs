//! What the tests share: the tools of this machine, processes that play a part,
//! names for segments, faults at system calls, both implementations asked in one
//! way, and the types of the tests' schemas. Compiled once for all of them.

#![allow(missing_docs, clippy::pedantic)]

pub mod apart;
#[macro_use]
pub mod children;
pub mod command;
pub mod denied;
pub mod dice;
pub mod fences;
pub mod injected;
pub mod languages;
pub mod liars;
pub mod places;
pub mod random;
pub mod refusals;
pub mod terminal;
pub mod texts;
pub mod tools;

/// What is generated from tests/schemas.
pub mod schemas {
    shm_runtime::include_schema!(backends);
    shm_runtime::include_schema!(everything);
    shm_runtime::include_schema!(keys);
    shm_runtime::include_schema!(objects);
    shm_runtime::include_schema!(pages);
    shm_runtime::include_schema!(shapes);
    shm_runtime::include_schema!(shapes_base);
    shm_runtime::include_schema!(shapes_units);
    shm_runtime::include_schema!(steps);
}
