//! `shmgen write`: bytes into a bare segment, as they come.

use super::{Trust, address, bytes_or_none};
use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::SegmentBytes;
use shm_runtime::json::Version;
use std::io::Read;

/// Copy bytes from standard input into a bare segment
///
/// All of the input must fit, else nothing is written. A segment of a schema is refused: its bytes
/// are for the programs that know its contract.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// From this byte on: 4096, 64K, 4M
    #[arg(long, value_name = "N", value_parser = bytes_or_none, default_value = "0")]
    offset: u64,
    /// Even into a segment of a schema, which may break it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    trust: Trust,
    /// Print how much was written, as JSON
    #[arg(long)]
    json: bool,
}

/// What `write --json` prints: what was written where.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Written {
    /// The version of this form.
    version: Version<1>,
    /// Where the segment is.
    address: String,
    /// Where the bytes begin in it.
    offset: u64,
    /// How many they are.
    written: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    let segment = SegmentBytes::open_writable(&address, &arguments.trust.options())?;
    if segment.is_ours() && !arguments.force {
        return Err(Failure::mismatch(format!(
            "{address} is not bare: it is a segment of a schema, which bytes from outside may \
             break; write them with --force"
        )));
    }
    segment.check(arguments.offset, 0)?;
    let room = segment.size() - arguments.offset;
    let mut input = Vec::new();
    // One byte more than fits tells that there is more.
    std::io::stdin().lock().take(room.saturating_add(1)).read_to_end(&mut input)?;
    if input.len() as u64 > room {
        return Err(Failure::usage(format!(
            "the input is longer than the {room} bytes of {address} from byte {} on; nothing was \
             written",
            arguments.offset
        )));
    }
    segment.write_at(arguments.offset, &input)?;
    if arguments.json {
        show::print_json(&Written {
            version: Version,
            address: address.spelling(),
            offset: arguments.offset,
            written: input.len(),
        })?;
    }
    Ok(())
}
