//! Do segments do what they should, on every backend, alone and beside others?

#![allow(missing_docs, clippy::pedantic)]

mod addresses;
mod core_files;
mod descriptors;
mod events;
mod gc;
mod id_files;
mod interleavings;
mod lifecycle;
mod limits;
mod memfds;
mod newer;
mod no_room;
mod older;
mod owners;
mod pages;
mod races;
mod sandboxes;
mod stat;
