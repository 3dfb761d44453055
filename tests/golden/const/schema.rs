// [7 lines as in ../struct/schema.rs]
/// How deep a book is.
#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub const LEVELS: u32 = 5;

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub const SLOTS: u64 = 11;

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub const RATIO: f64 = -0.5;

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
pub const ENABLED: bool = true;
