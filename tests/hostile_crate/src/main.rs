//! What tests/hostile/headers.rs does in Rust, as a program of its own: the
//! segment's image comes as a file, the contract out of it.
//!
//!   hostile-crate IMAGE ADDRESS ROUNDS SEED

#[path = "../../support/src/dice.rs"]
mod dice;
#[path = "../../support/src/liars.rs"]
mod liars;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, image, address, rounds, seed] = &arguments[..] else {
        panic!("hostile-crate IMAGE ADDRESS ROUNDS SEED");
    };
    let image = std::fs::read(image).unwrap();
    let rounds = rounds.parse().unwrap();
    println!("{}", liars::attach_to_liars(&image, address, rounds, seed.parse().unwrap()));
}
