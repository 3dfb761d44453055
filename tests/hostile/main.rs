//! Is whatever somebody else puts into a segment, or in its place, refused?

#![allow(missing_docs, clippy::pedantic)]

mod cells;
mod files;
mod headers;
mod looks;
mod squats;
mod squats_sysv;
mod states;
mod streams;
mod tampered;
mod words;
