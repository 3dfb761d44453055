//! Does the generator take what it should, refuse the rest, and write what compiles?

#![allow(missing_docs, clippy::pedantic)]

mod bytemap;
mod compiled;
mod diagnostics;
mod expressions;
mod formatters;
mod golden;
mod headers;
mod json_schema;
mod kernel;
mod layouts;
mod names;
mod oracle;
mod sizes;
mod words;
