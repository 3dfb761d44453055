//! Do the objects in a segment carry what they should, between all languages?

#![allow(missing_docs, clippy::pedantic)]

mod cell_pairs;
mod cells;
mod cells_of_a_schema;
mod differential;
mod errors;
mod kinds;
mod large;
mod pairs;
mod states;
mod states_of_a_schema;
mod streams;
mod waits;
