//! Both ends of the chain: `quickstart source` makes trades, `quickstart sink`
//! takes them when they have come round.

#![forbid(unsafe_code)]

mod chain;

shm_runtime::include_schema!(market);

use market::Feed;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let count = arguments.get(2).map_or(Ok(1_000_000), |n| n.parse())?;

    // Whoever comes first creates the segment.
    let feed = match arguments.get(3) {
        Some(address) => Feed::options().address(address).open_or_create()?,
        None => Feed::open_or_create()?,
    };
    match arguments.get(1).map(String::as_str) {
        Some("source") => chain::source(&mut feed.rust_to_c().producer()?, count)?,
        Some("sink") => {
            println!("{}", chain::sink(&mut feed.python_to_rust().consumer()?, count)?);
            feed.remove()?;
        }
        // In place of the C program, where there is no compiler for it.
        Some("relay") => {
            let mut inn = feed.rust_to_c().consumer()?;
            let mut out = feed.c_to_cpp().producer()?;
            println!("{}", chain::relay(&mut inn, &mut out, count)?);
        }
        _ => return Err("usage: quickstart source|relay|sink [COUNT [ADDRESS]]".into()),
    }
    Ok(())
}
