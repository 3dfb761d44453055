//! Do the sources keep the order that the documentation says?

#![allow(missing_docs, clippy::pedantic)]

mod crates;
mod floors;
mod kinds;
mod templates;
