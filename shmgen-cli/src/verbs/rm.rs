//! `shmgen rm`: take a segment's name away.

use super::address;
use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shm_runtime::{Address, Inspector, Options, Segment, SegmentStat};

/// Remove segments
///
/// Refuses one that somebody is attached to, or that belongs to another user,
/// unless told --force. The dead are nobody. Attached processes keep the memory.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where they are: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(required = true, allow_negative_numbers = true)]
    addresses: Vec<String>,
    /// Even if it is in use, or another user's
    #[arg(long)]
    force: bool,
    /// Print what was removed, as JSON
    #[arg(long)]
    json: bool,
}

/// What `rm --json` prints: what was removed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Removed {
    /// The version of this form.
    version: Version<1>,
    /// The addresses, in the order in which they were given.
    removed: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let mut removed = Vec::new();
    let mut failed = None;
    for text in &arguments.addresses {
        match address(text).and_then(|a| remove(&a, arguments.force)) {
            Ok(address) => removed.push(address.spelling()),
            // The others are removed all the same; each failure is reported.
            Err(failure) => {
                if let Some(earlier) = failed.replace(failure) {
                    earlier.report();
                }
            }
        }
    }
    if arguments.json {
        show::print_json(&Removed { version: Version, removed })?;
    }
    failed.map_or(Ok(()), Err)
}

fn remove(address: &Address, force: bool) -> Result<Address, Failure> {
    if !force {
        let options = Options::default().trust_any_owner();
        match Inspector::open_to("remove", address, &options).and_then(|i| i.stat()) {
            Ok(stat) => refuse(&stat)?,
            // What cannot be looked at cannot be removed without force either.
            Err(error) => return Err(error.into()),
        }
    }
    Segment::remove_at(address)?;
    Ok(address.clone())
}

fn refuse(stat: &SegmentStat) -> Done {
    if stat.uid != super::caller() {
        return Err(Failure::permission(format!(
            "{} belongs to {}; remove it with --force",
            stat.address,
            show::user(stat.uid)
        )));
    }
    let alive: Vec<String> =
        stat.participants.iter().filter(|p| p.alive).map(show::participant).collect();
    let who = if alive.is_empty() {
        match (stat.kernel.attached, &stat.mapped_by) {
            (Some(n), _) if n > 0 => format!("{n} processes"),
            (_, pids) if !pids.is_empty() => {
                stat.mappers().iter().map(show::mapper).collect::<Vec<_>>().join(", ")
            }
            _ => return Ok(()),
        }
    } else {
        alive.join(", ")
    };
    Err(Failure::in_use(format!(
        "{} is in use by {who}; remove its name with --force (they keep the memory)",
        stat.address
    )))
}
