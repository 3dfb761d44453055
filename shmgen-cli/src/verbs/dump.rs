//! `shmgen dump`: what is in a segment, decoded from the contract inside it.

mod follow;

use super::patience::interval;
use super::read::hex_lines;
use super::{Trust, address};
use crate::failure::{Done, Failure};
use crate::show;
use serde_json::{Value, json};
use shm_runtime::contract::{Contract, ObjectKind, TypeExpr};
use shm_runtime::{Inspector, Message, Printable, json as runtime_json};
use std::fmt::Write as _;
use std::time::Duration;

/// Show what waits in a segment, decoded, without a schema file
///
/// Nothing is consumed. The segment's own contract says what its bytes mean. With --follow it goes
/// on, and shows messages as they are committed.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID
    address: String,
    /// Only this object
    object: Option<String>,
    #[command(flatten)]
    trust: Trust,
    /// At most so many messages of each queue, the oldest; with --follow, of those that wait
    /// already, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Go on with new messages until the segment is removed, or interrupted (Ctrl-C)
    #[arg(short, long)]
    follow: bool,
    /// With --follow, look so often: 0.5, 20ms
    #[arg(
        short,
        long,
        value_name = "TIME",
        value_parser = interval,
        default_value = "20ms",
        requires = "follow"
    )]
    interval: Duration,
    /// The bytes of messages, not decoded
    #[arg(long)]
    hex: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    let inspector = Inspector::open_to("decode", &address, &arguments.trust.options())?;
    let Some(contract) = inspector.contract() else {
        return Err(match inspector.fault() {
            Some(fault) => Failure::of_fault(&address, fault),
            None => Failure::mismatch(format!(
                "{address} carries no contract, so there is nothing to decode by: it is a bare \
                 segment or another program's"
            )),
        });
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
    if arguments.follow {
        return follow::run(arguments, &inspector, contract, wanted.collect());
    }
    let mut objects = Vec::new();
    let mut text = String::new();
    for index in wanted {
        dump_queue(&inspector, contract, index, arguments, &mut text, &mut objects)?;
    }
    if arguments.json {
        let whole = json!({ "version": 1, "address": address.spelling(), "objects": objects });
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
    arguments: &Arguments,
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
    let messages =
        inspector.messages(index, arguments.limit).map_err(|error| match inspector.fault() {
            Some(fault) => Failure::of_fault(inspector.address(), fault),
            None => error.into(),
        })?;
    let depth = inspector.depth(index).unwrap_or(messages.len() as u64);
    let _ =
        writeln!(text, "{} (queue of {}), {depth} waiting", Printable(&object.name), queue.item);
    let mut decoded = Vec::new();
    for message in &messages {
        let Some(shown) = Shown::of(message, contract, &queue.item, arguments.hex) else {
            continue;
        };
        let _ = writeln!(text, "  #{}{}", message.position, shown.text);
        let mut json = json!({ "position": message.position });
        json[shown.key] = shown.json;
        decoded.push(json);
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

/// A message as it is shown.
struct Shown {
    /// What follows its position: with a space before it, or lines of its own.
    text: String,
    /// In JSON, `value` or `bytes`.
    key: &'static str,
    json: Value,
}

impl Shown {
    /// `None` if the contract does not say how to read it.
    fn of(message: &Message, contract: &Contract, item: &TypeExpr, hex: bool) -> Option<Self> {
        if hex {
            let lines = hex_lines(0, &message.bytes);
            let text = lines.lines().fold(String::new(), |all, line| all + "\n    " + line);
            let digits = message.bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
            return Some(Self { text, key: "bytes", json: digits.into() });
        }
        let value = contract.read(item, &message.bytes)?;
        let json = runtime_json::value(&value);
        Some(Self { text: format!(" {value}"), key: "value", json })
    }
}
