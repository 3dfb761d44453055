//! Do the objects in a segment carry what they should, between all languages?

#![allow(missing_docs, clippy::pedantic)]

mod cells;
mod differential;
mod errors;
mod kinds;
mod large;
mod pairs;
mod waits;
