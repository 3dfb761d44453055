//! Generates the types of the quickstart's schema for `shmgen demo`, whose Rust
//! process is the command itself.

fn main() -> Result<(), shmgen::Error> {
    shmgen::Builder::new().schema("quickstart/market.toml").generate()
}
