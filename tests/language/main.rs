//! Do all languages say, read and write the same?

#![allow(missing_docs, clippy::pedantic)]

mod c_runtime;
mod c_shapes;
mod contracts;
mod cpp_layer;
mod defaults;
mod deprecated;
mod derive;
mod interop;
mod python;
mod python_types;
mod ranges;
mod serial;
mod values;
mod write;
mod zerocopy;
