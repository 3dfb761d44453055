//! `shmgen lock` and `shmgen unlock`: keep a segment in memory, or no longer.

use super::{Trust, address};
use crate::failure::Done;
use crate::show;
use shm_runtime::{Address, Inspector, Options, Segment, json};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Keep a System V segment in memory: it is never swapped out
///
/// The lock (`SHM_LOCK`) belongs to the segment and stays until `unlock`. A POSIX segment is locked
/// by a process (mlock), so its lock would end with this command; --hold keeps both until it is
/// interrupted.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: sysv:KEY, sysv-id:ID, sysv-file:PATH; with --hold also <posix:/NAME>, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// Attach to it, lock it, and stay until interrupted (Ctrl-C, SIGTERM)
    #[arg(long)]
    hold: bool,
    /// With --hold: let core files of this command have the bytes of the segment
    #[arg(long, requires = "hold")]
    core_dump: bool,
    #[command(flatten)]
    trust: Trust,
    /// Print what is known about it afterwards, as JSON
    #[arg(long)]
    json: bool,
}

/// Let a System V segment be swapped out again
#[derive(clap::Args)]
pub(crate) struct UnlockArguments {
    /// Where it is: sysv:KEY, sysv-id:ID, sysv-file:PATH
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// Print what is known about it afterwards, as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    if arguments.hold {
        return hold(&address, arguments);
    }
    change(&address, true, arguments.json)
}

pub(crate) fn unlock(arguments: &UnlockArguments) -> Done {
    change(&address(&arguments.address)?, false, arguments.json)
}

fn change(address: &Address, lock: bool, json: bool) -> Done {
    Segment::lock_at(address, lock)?;
    if json {
        let options = Options::default().trust_any_owner();
        show::print_json(&json::Segment::from(&Inspector::open(address, &options)?.stat()?))?;
    }
    Ok(())
}

fn hold(address: &Address, arguments: &Arguments) -> Done {
    // Before there is anything to undo, so that no signal ends it half-way.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let segment = Segment::attach_read_only_with(
        address,
        &arguments.trust.options().core_dump(arguments.core_dump),
    )?;
    segment.lock_memory()?;
    if arguments.json {
        show::print_json(&json::Segment::from(&segment.stat()?))?;
    }
    eprintln!("{address} is locked in memory ({}); Ctrl-C ends it", show::size(segment.size()));
    signals.forever().next();
    segment.unlock_memory()?;
    Ok(())
}
