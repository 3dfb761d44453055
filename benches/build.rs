//! Generates the messages and segments of the benchmarks, in all languages that
//! are measured.

use shmgen::backend::Language;

fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new()
        .schema("speed.toml")
        .languages(&[Language::Rust, Language::C, Language::Python])
        .generate()
}
