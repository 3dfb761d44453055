//! Sends readings to a C++ program and checks what comes back: each a degree
//! warmer.

#![forbid(unsafe_code)]
#![deny(warnings, clippy::pedantic)]

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

shm_runtime::include_schema!(thermostat);

use thermostat::{House, Reading, Room};

const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("an address, please")?;
    let house = House::options().address(&address).open_or_create()?;
    let mut readings = house.readings().producer()?;
    let mut answers = house.answers().consumer()?;
    let mut seen = HashSet::new();
    for n in 0..1000 {
        let room = if n % 2 == 0 { Room::KITCHEN } else { Room::ATTIC };
        let reading = Reading {
            room,
            temperature: 290_000 + n,
            label: "sensor".try_into()?,
            ..Default::default()
        };
        readings.push_timeout(&reading, PATIENCE)?;
        let answer = answers.pop_timeout(PATIENCE)?;
        let expected = Reading { temperature: reading.temperature + 1000, ..reading };
        if answer != expected {
            return Err(format!("{answer:?} instead of {expected:?}").into());
        }
        seen.insert(answer);
    }
    println!("{} different answers", seen.len());
    Ok(())
}
