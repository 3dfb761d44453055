//! `shmgen dump`: what is in a segment, decoded from the contract inside it.

use super::{Trust, address};
use crate::failure::{Done, Failure};
use crate::show;
use serde_json::{Value, json};
use shm_runtime::contract::{Contract, ObjectKind};
use shm_runtime::{Inspector, Printable, json as runtime_json};
use std::fmt::Write as _;

/// Show what waits in a segment, decoded, without a schema file
///
/// Nothing is consumed. The segment's own contract says what its bytes mean.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    address: String,
    /// Only this object
    object: Option<String>,
    #[command(flatten)]
    trust: Trust,
    /// At most so many messages of each queue, the oldest
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    let inspector = Inspector::open(&address, &arguments.trust.options())?;
    let Some(contract) = inspector.contract() else {
        return Err(Failure::mismatch(format!(
            "{address} carries no contract, so there is nothing to decode by: it is a bare segment \
             or another program's"
        )));
    };
    let names: Vec<&str> = contract.objects.iter().map(|o| o.name.as_str()).collect();
    if let Some(object) = &arguments.object
        && !names.contains(&object.as_str())
    {
        return Err(Failure::usage(format!(
            "{address} has no object `{object}`; it has {}",
            Printable(&names.join(", "))
        )));
    }
    let wanted = (0..names.len())
        .filter(|i| arguments.object.as_deref().is_none_or(|wanted| wanted == names[*i]));
    let mut objects = Vec::new();
    let mut text = String::new();
    for index in wanted {
        dump_queue(&inspector, contract, index, arguments.limit, &mut text, &mut objects)?;
    }
    if arguments.json {
        let whole = json!({ "version": 1, "address": address.to_string(), "objects": objects });
        show::print_json(&whole)?;
    } else {
        show::print(&text)?;
    }
    Ok(())
}

fn dump_queue(
    inspector: &Inspector,
    contract: &Contract,
    index: usize,
    limit: usize,
    text: &mut String,
    objects: &mut Vec<Value>,
) -> Done {
    let object = &contract.objects[index];
    let ObjectKind::Queue(queue) = &object.kind else {
        return Err(Failure::new(format!(
            "{} is an object of a kind that this version does not know",
            Printable(&object.name)
        )));
    };
    let messages = inspector.messages(index, limit)?;
    let depth = inspector.depth(index).unwrap_or(messages.len() as u64);
    let _ =
        writeln!(text, "{} (queue of {}), {depth} waiting", Printable(&object.name), queue.item);
    let mut decoded = Vec::new();
    for message in &messages {
        let Some(value) = contract.read(&queue.item, &message.bytes) else { continue };
        let _ = writeln!(text, "  #{} {value}", message.position);
        decoded.push(json!({
            "position": message.position,
            "value": runtime_json::value(&value),
        }));
    }
    if depth > messages.len() as u64 {
        let _ = writeln!(text, "  .. {} more (--limit)", depth - messages.len() as u64);
    }
    objects.push(json!({
        "name": object.name,
        "kind": "queue",
        "item": queue.item.to_string(),
        "depth": depth,
        "messages": decoded,
    }));
    Ok(())
}
