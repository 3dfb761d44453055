//! What a program of the chain does: make trades, pass them on, check them.

use crate::market::{Side, Trade};
use shm_runtime::queue::{Consumer, Producer};
use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

/// A neighbour that is silent for so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes `count` trades.
pub fn source(out: &mut Producer<Trade>, count: u64) -> Result<(), Box<dyn Error>> {
    for sequence in 0..count {
        out.push_timeout(&trade(sequence), PATIENCE)?;
    }
    Ok(())
}

/// Takes `count` trades, checks each, and passes it on.
pub fn relay(
    inn: &mut Consumer<Trade>,
    out: &mut Producer<Trade>,
    count: u64,
) -> Result<Tally, Box<dyn Error>> {
    let mut tally = Tally::default();
    while tally.expected < count {
        let trade = inn.pop_timeout(PATIENCE)?;
        tally.check(&trade)?;
        out.push_timeout(&trade, PATIENCE)?;
    }
    Ok(tally)
}

/// Takes `count` trades and checks each.
pub fn sink(inn: &mut Consumer<Trade>, count: u64) -> Result<Tally, Box<dyn Error>> {
    let mut tally = Tally::default();
    while tally.expected < count {
        tally.check(&inn.pop_timeout(PATIENCE)?)?;
    }
    Ok(tally)
}

/// The trade with this number.
pub fn trade(sequence: u64) -> Trade {
    let sides = [Side::BUY, Side::SELL, Side::AUCTION];
    let symbols = ["AAPL", "MSFT", "BRK.B", "VOLV-B.ST"];
    let mut trade = Trade {
        sequence,
        time: 1_700_000_000_000_000_000 + sequence * 1_000,
        price: 101_25000000 - (sequence % 2_000) as i64 * 10_000_000,
        quantity: (sequence % 500) as u32 + 1,
        side: sides[(sequence % 3) as usize],
        symbol: symbols[(sequence % 4) as usize].try_into().unwrap_or_default(),
        ..Default::default()
    };
    trade.checksum = checksum(&trade);
    trade
}

/// Over all fields but itself. A swapped, shifted or torn field changes it.
pub fn checksum(trade: &Trade) -> u64 {
    let mut symbol = [0u8; 16];
    symbol[..11].copy_from_slice(&trade.symbol.to_raw());
    let symbol = u128::from_le_bytes(symbol);
    trade
        .sequence
        .wrapping_add(trade.time.wrapping_mul(3))
        .wrapping_add((trade.price as u64).wrapping_mul(5))
        .wrapping_add(u64::from(trade.quantity).wrapping_mul(7))
        .wrapping_add(u64::from(trade.side.0).wrapping_mul(11))
        .wrapping_add((symbol as u64).wrapping_mul(13))
        .wrapping_add(((symbol >> 64) as u64).wrapping_mul(17))
}

/// What a program has received so far.
#[derive(Default)]
pub struct Tally {
    expected: u64,
    received: u64,
    lost: u64,
    first: Option<Instant>,
}

impl Tally {
    /// Counts a trade; an error if it is damaged.
    pub fn check(&mut self, trade: &Trade) -> Result<(), String> {
        self.first.get_or_insert_with(Instant::now);
        if trade.checksum != checksum(trade) {
            return Err(format!("damaged: {trade:?}"));
        }
        if trade.sequence < self.expected {
            return Err(format!("came twice: {trade:?}"));
        }
        self.lost += trade.sequence - self.expected;
        self.expected = trade.sequence + 1;
        self.received += 1;
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.first.map_or(0.0, |t| t.elapsed().as_secs_f64());
        write!(f, "received {} lost {} seconds {seconds:.3}", self.received, self.lost)
    }
}
