//! `shmgen dump --follow`: messages as they are committed.

use super::{Arguments, Content, VALUES_MAX};
use crate::failure::{Done, Failure};
use crate::show;
use crate::verbs::patience::Stop;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::contract::{Contract, TypeExpr};
use shm_runtime::json::{self, Version};
use shm_runtime::queue::Followed;
use shm_runtime::{Inspector, Printable};
use std::fmt::Write as _;
use std::time::Instant;

/// How many messages are fetched before they are printed.
const STEP: usize = 256;

/// What `dump --follow --json` prints, one a line.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line {
    /// The version of this form.
    version: Version<{ json::VERSION }>,
    /// Where the segment is.
    address: String,
    #[serde(flatten)]
    event: Event,
}

/// What happened.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Event {
    /// A message was committed.
    Message {
        /// The queue.
        object: String,
        /// How many messages were pushed before it.
        position: u64,
        /// Whether a consumer had taken it already.
        taken: bool,
        #[serde(flatten)]
        content: Content,
    },
    /// Messages were overwritten before they were looked at.
    Missed {
        /// The queue.
        object: String,
        /// How many.
        missed: u64,
    },
    /// That was the last line.
    Ended {
        /// Why: `removed` or `interrupted`.
        ended: &'static str,
    },
}

impl Line {
    fn text(inspector: &Inspector, event: Event) -> std::io::Result<String> {
        let address = inspector.address().spelling();
        show::json_line(&Self { version: Version, address, event })
    }
}

/// A queue that is followed.
struct Queue<'c> {
    index: usize,
    name: &'c str,
    item: &'c TypeExpr,
    /// The position of the message to be shown next.
    next: u64,
}

pub(super) fn run(
    arguments: &Arguments,
    inspector: &Inspector,
    contract: &Contract,
    wanted: Vec<usize>,
) -> Done {
    let stop = Stop::watch()?;
    let mut queues = Vec::new();
    for index in wanted {
        let object = &contract.objects[index];
        let Some(item) = object.kind.item().filter(|_| inspector.can_follow(index)) else {
            let name = Printable(&object.name);
            eprintln!("{name} is a {}: only queues can be followed", object.kind.name());
            continue;
        };
        let (end, waiting) = inspector.end_of_queue(index).map_err(|e| broken(inspector, e))?;
        let shown = waiting.min(arguments.limit as u64);
        let queue = Queue { index, name: &object.name, item, next: end.wrapping_sub(shown) };
        queues.push(queue);
        if waiting > shown && !arguments.json {
            let name = Printable(&object.name);
            eprintln!("{name}: {} older messages wait (--limit)", waiting - shown);
        }
    }
    if queues.is_empty() {
        let address = inspector.address();
        return Err(Failure::usage(format!("{address} has no queue that could be followed")));
    }
    let mut next = Instant::now();
    loop {
        // Asked first: what was committed before the removal is shown.
        let removed = inspector.is_removed();
        while show_new(arguments, inspector, contract, &mut queues, &stop)? {}
        if removed {
            return end(arguments, inspector, "removed");
        }
        // From now on, so that a slow look is not followed by a hurry.
        next = next.max(Instant::now()) + arguments.interval;
        if !stop.sleep_until(next) {
            return end(arguments, inspector, "interrupted");
        }
    }
}

/// Shows some of what is new; whether there may be more.
fn show_new(
    arguments: &Arguments,
    inspector: &Inspector,
    contract: &Contract,
    queues: &mut [Queue<'_>],
    stop: &Stop,
) -> Result<bool, Failure> {
    let mut more = false;
    for queue in queues {
        let seen = inspector
            .follow(queue.index, queue.next, STEP)
            .map_err(|error| broken(inspector, error))?;
        queue.next = seen.next;
        more |= seen.messages.len() == STEP;
        let text = lines(arguments, inspector, contract, queue, seen)?;
        if !text.is_empty() {
            show::print(&text)?;
        }
    }
    Ok(more && !stop.is_asked())
}

fn lines(
    arguments: &Arguments,
    inspector: &Inspector,
    contract: &Contract,
    queue: &Queue<'_>,
    seen: Followed,
) -> std::io::Result<String> {
    let mut out = String::new();
    let (name, object) = (Printable(queue.name), || queue.name.to_owned());
    if seen.missed > 0 {
        out.push_str(&match arguments.json {
            true => Line::text(inspector, Event::Missed { object: object(), missed: seen.missed })?,
            false => format!(
                "{name} .. {} missed: overwritten before they were looked at\n",
                seen.missed
            ),
        });
    }
    let mut room = VALUES_MAX;
    for (message, taken) in seen.messages {
        let position = message.position;
        let (bytes, hex) = (&message.bytes, arguments.hex);
        let content = match Content::of(bytes, contract, queue.item, hex, &mut room) {
            Ok(content) => content,
            Err(_) if arguments.json => continue,
            Err(_) => {
                let _ = writeln!(out, "{name} #{position} ({} bytes, not shown)", bytes.len());
                continue;
            }
        };
        out.push_str(&match arguments.json {
            true => Line::text(
                inspector,
                Event::Message { object: object(), position, taken, content },
            )?,
            false => format!("{name} #{position}{}\n", content.text(&message.bytes)),
        });
    }
    Ok(out)
}

/// What is wrong with the segment says more than what could not be done.
fn broken(inspector: &Inspector, error: shm_runtime::Error) -> Failure {
    match inspector.fault() {
        Some(fault) => Failure::of_fault(inspector.address(), fault),
        None => error.into(),
    }
}

fn end(arguments: &Arguments, inspector: &Inspector, ended: &'static str) -> Done {
    if arguments.json {
        show::print(&Line::text(inspector, Event::Ended { ended })?)?;
    } else if ended == "removed" {
        let address = inspector.address();
        eprintln!("{address} was removed; these were its last messages");
    }
    Ok(())
}
