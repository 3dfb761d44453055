//! `shmgen dump --follow`: messages as they are committed.

use super::{Arguments, Shown};
use crate::failure::{Done, Failure};
use crate::show;
use crate::verbs::patience::Stop;
use serde_json::json;
use shm_runtime::contract::{Contract, ObjectKind, TypeExpr};
use shm_runtime::queue::Followed;
use shm_runtime::{Inspector, Printable};
use std::time::Instant;

/// How many messages are fetched before they are printed.
const STEP: usize = 256;

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
        let ObjectKind::Queue(def) = &object.kind else {
            let name = Printable(&object.name);
            eprintln!("{name} is a {}: only queues can be followed", object.kind.name());
            continue;
        };
        let (end, waiting) = inspector.end_of_queue(index).map_err(|e| broken(inspector, e))?;
        let shown = waiting.min(arguments.limit as u64);
        let queue =
            Queue { index, name: &object.name, item: &def.item, next: end.wrapping_sub(shown) };
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
        let text = lines(arguments, inspector, contract, queue, &seen);
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
    seen: &Followed,
) -> String {
    let mut out = String::new();
    let address = inspector.address();
    let mut push = |json: serde_json::Value, text: String| {
        let line = if arguments.json { show::json_line(&json) } else { text };
        out.push_str(&line);
        out.push('\n');
    };
    let name = Printable(queue.name);
    if seen.missed > 0 {
        push(
            json!({
                "version": 1,
                "address": address.spelling(),
                "object": queue.name,
                "missed": seen.missed,
            }),
            format!("{name} .. {} missed: overwritten before they were looked at", seen.missed),
        );
    }
    for (message, taken) in &seen.messages {
        let Some(shown) = Shown::of(message, contract, queue.item, arguments.hex) else { continue };
        let mut json = json!({
            "version": 1,
            "address": address.spelling(),
            "object": queue.name,
            "position": message.position,
            "taken": taken,
        });
        json[shown.key] = shown.json;
        push(json, format!("{name} #{}{}", message.position, shown.text));
    }
    out
}

/// What is wrong with the segment says more than what could not be done.
fn broken(inspector: &Inspector, error: shm_runtime::Error) -> Failure {
    match inspector.fault() {
        Some(fault) => Failure::of_fault(inspector.address(), fault),
        None => error.into(),
    }
}

fn end(arguments: &Arguments, inspector: &Inspector, why: &str) -> Done {
    let address = inspector.address();
    if arguments.json {
        let line = json!({ "version": 1, "address": address.spelling(), "ended": why });
        show::print(&format!("{line}\n"))?;
    } else if why == "removed" {
        eprintln!("{address} was removed; these were its last messages");
    }
    Ok(())
}
