//! `shmgen top`: the segments of shmgen as they change. What is seen is in
//! [`sample`], the order in [`order`]; it is shown on a [`screen`], or as
//! [`lines`] where there is no terminal.

mod lines;
mod order;
mod sample;
mod screen;
mod table;
mod view;

pub(crate) use lines::Look;

use super::address;
use super::patience::{Stop, interval};
use crate::failure::{Done, Failure};
use order::Order;
use sample::Sampler;
use shm_runtime::Watch;
use std::io::IsTerminal;
use std::time::Duration;

/// Watch the segments of shmgen: how full, how fast, who waits, who is dead
///
/// On a terminal a screen; q ends it, h tells the keys. Elsewhere lines, for each object of each
/// segment one at each look. Nothing is attached to, and nothing is mapped but System V segments for
/// the moment of a look.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these: <posix:/NAME>, sysv:KEY, sysv-id:ID; without it, all of shmgen
    addresses: Vec<String>,
    /// Look so often: 2, 0.5, 500ms, 1m
    #[arg(short, long, value_name = "TIME", value_parser = interval, default_value = "1")]
    interval: Duration,
    /// End after this number of looks
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// What comes first
    #[arg(short, long, value_enum, default_value_t = Order::Address)]
    sort: Order,
    /// Lines on a terminal, too
    #[arg(long)]
    lines: bool,
    /// For programs: a line for each look
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let named = arguments.addresses.iter().map(|text| address(text));
    let named = named.collect::<Result<Vec<_>, Failure>>()?;
    let watch = if named.is_empty() { Watch::all() } else { Watch::of(named) };
    let stop = Stop::watch()?;
    let mut sampler = Sampler::new(watch);
    let first = sampler.look();
    // What was never there is a mistake; what goes later is news.
    if let Some(gone) = first.gone.first() {
        return Err(gone.clone().into());
    }
    let stranger = |s: &&sample::Segment| s.stat.header.is_none() && s.stat.fault.is_none();
    if let Some(segment) = first.segments.iter().find(stranger) {
        let address = &segment.stat.address;
        let why = format!(
            "{address} is bare, or another program's: it has nothing that could be watched"
        );
        return Err(Failure::mismatch(why));
    }
    if arguments.json || arguments.lines || !std::io::stdout().is_terminal() {
        lines::run(arguments, sampler, first, &stop)
    } else {
        screen::run(arguments, sampler, first, &stop)
    }
}
