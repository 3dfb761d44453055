//! Does it build in the users' projects: Cargo, CMake, make?

#![allow(missing_docs, clippy::pedantic)]

mod cmake;
mod demo;
mod user_crate;
