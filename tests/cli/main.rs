//! Does each verb of the command do and say what its page says?

#![allow(missing_docs, clippy::pedantic)]

mod bytes;
mod doctor;
mod explain;
mod follow;
mod json;
mod json_page;
mod names;
mod objects;
mod schemas;
mod segments;
mod stat;
mod top;
