//! `shmgen dump`: what is in a segment, decoded from the contract inside it.

mod follow;

use super::address;
use super::patience::interval;
use super::read::hex_lines;
use crate::about;
use crate::failure::{Done, Failure};
use crate::show;
pub(crate) use follow::Line;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::contract::{Contract, TypeExpr, Value};
use shm_runtime::json::{self, Version};
use shm_runtime::{
    Contents as Found, Inspector, ObjectStat, Options, Printable, SegmentStat, cell, queue,
};
use std::fmt::Write as _;
use std::time::Duration;

/// Show what waits in a segment, decoded, without a schema file
///
/// Nothing is consumed. The segment's own contract says what its bytes mean. With --follow it goes
/// on, and shows messages as they are committed.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools)] // one for each switch
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// Only this object
    object: Option<String>,
    /// Of no effect: whoever may read it may look at it
    #[arg(long, hide = true)]
    any_owner: bool,
    /// At most N messages of each queue, the oldest; with --follow, of those that wait
    /// already, the newest; with --hex, lines of 16 bytes
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
    /// The bytes of messages and of raw objects, in hexadecimal
    #[arg(long)]
    hex: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `dump --json` prints: objects with their contents.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Dumped {
    /// The version of this form.
    version: Version<{ json::VERSION }>,
    /// Where the segment is.
    address: String,
    /// The object that was named, or all.
    objects: Vec<Contents>,
}

/// An object as `stat --json` has it, and its contents.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Object")]
struct Contents {
    #[serde(flatten)]
    object: json::Object,
    /// Queue: the messages that wait, the oldest first, as far as `--limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Message>>,
    /// Cell: its latest value, or those of the cells of an array that were ever stored
    /// to, as far as `--limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Latest>>,
    /// Raw, with `--hex`: its bytes, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    /// Why its contents are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
}

/// A message that waits.
#[derive(Serialize, JsonSchema)]
struct Message {
    /// How many messages were pushed before it.
    position: u64,
    #[serde(flatten)]
    content: Content,
}

/// The latest value of a cell.
#[derive(Serialize, JsonSchema)]
struct Latest {
    /// Which cell of an array; 0 of a single one.
    cell: u32,
    /// How many values were ever stored into it.
    version: u64,
    #[serde(flatten)]
    content: Content,
}

/// The bytes of a message or a value, decoded or not.
#[derive(Serialize, JsonSchema)]
struct Content {
    /// It, decoded by the contract in the segment. Not with `--hex`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// With `--hex`: the bytes, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    let inspector = Inspector::open_to("decode", &address, &Options::default().trust_any_owner())?;
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
            "{address} has no object `{}`; it has {}",
            Printable(object),
            Printable(&names.join(", "))
        )));
    }
    let wanted = (0..names.len())
        .filter(|i| arguments.object.as_deref().is_none_or(|wanted| wanted == names[*i]));
    if arguments.follow {
        return follow::run(arguments, &inspector, contract, wanted.collect());
    }
    let stat = inspector.stat()?;
    let mut dump = Dump {
        arguments,
        inspector: &inspector,
        text: String::new(),
        objects: vec![],
        left: DECODED_MAX,
    };
    for index in wanted {
        match inspector.contents(index, arguments.limit)? {
            Found::Messages(messages) => dump.messages(contract, index, &messages, &stat)?,
            Found::Values(values, more) => {
                dump.values(contract, &stat.objects[index], &values, more, &stat);
            }
            other => dump.other(&stat.objects[index], other, &stat),
        }
    }
    let Dump { text, objects, .. } = dump;
    if arguments.json {
        let address = address.spelling();
        show::print_json(&Dumped { version: Version, address, objects })?;
    } else {
        show::print(&text)?;
    }
    Ok(())
}

/// More bytes were decoded than are of use to anybody.
struct TooMany;

struct Dump<'a> {
    arguments: &'a Arguments,
    inspector: &'a Inspector,
    text: String,
    objects: Vec<Contents>,
    /// Bytes of messages that are still decoded.
    left: usize,
}

/// Bytes of messages that are decoded in all: more are no use to look at, and a
/// segment must not keep whoever looks at it busy.
const DECODED_MAX: usize = 1 << 20;

impl Dump<'_> {
    /// An object whose messages this version reads.
    fn messages(
        &mut self,
        contract: &Contract,
        index: usize,
        messages: &[queue::Message],
        stat: &SegmentStat,
    ) -> Done {
        let object = &contract.objects[index];
        let Some(item) = object.kind.item() else { return Ok(()) };
        // As it is now: what was reported before may have been taken since.
        let now = self.inspector.object_stat_among(index, &stat.participants)?;
        let depth = now.facts.count("depth").unwrap_or(messages.len() as u64);
        let _ = writeln!(
            self.text,
            "{} ({} of {item}), {depth} waiting",
            Printable(&object.name),
            object.kind.name()
        );
        let mut decoded = Vec::new();
        let mut too_many = false;
        for queue::Message { position, bytes } in messages {
            match self.decode(&format!("#{position}"), bytes, contract, item) {
                Ok(Some(content)) => decoded.push(Message { position: *position, content }),
                Ok(None) => {}
                Err(TooMany) => too_many = true,
            }
        }
        self.more(depth.saturating_sub(messages.len() as u64));
        let mut contents = Contents {
            messages: Some(decoded),
            ..Contents::of(json::Object::of(&now, &stat.participants))
        };
        self.remark_too_many(too_many, &mut contents);
        self.objects.push(contents);
        Ok(())
    }

    /// A cell, or an array of them: the latest values.
    fn values(
        &mut self,
        contract: &Contract,
        object: &ObjectStat,
        values: &[cell::Latest],
        more: u64,
        stat: &SegmentStat,
    ) {
        let Some(item) = object.def.item() else { return };
        self.title(object, &about::all(object));
        let is_array = object.geometry.is_some_and(|g| g.lanes != 0);
        let mut decoded = Vec::new();
        let mut too_many = false;
        for cell::Latest { cell, version, bytes } in values {
            let label = match is_array {
                true => format!("[{cell}] #{version}"),
                false => format!("#{version}"),
            };
            match self.decode(&label, bytes, contract, item) {
                Ok(Some(content)) => {
                    decoded.push(Latest { cell: *cell, version: *version, content });
                }
                Ok(None) => {}
                Err(TooMany) => too_many = true,
            }
        }
        self.more(more);
        let mut contents = Contents {
            values: Some(decoded),
            ..Contents::of(json::Object::of(object, &stat.participants))
        };
        self.remark_too_many(too_many, &mut contents);
        self.objects.push(contents);
    }

    /// Decodes and tells some bytes behind a label, unless there were too many of them
    /// before. `None` if the contract does not say how to read them.
    fn decode(
        &mut self,
        label: &str,
        bytes: &[u8],
        contract: &Contract,
        item: &TypeExpr,
    ) -> Result<Option<Content>, TooMany> {
        let len = bytes.len();
        if len > self.left {
            let _ = writeln!(self.text, "  {label} ({len} bytes, not shown)");
            return Err(TooMany);
        }
        self.left -= len;
        let content = Content::of(bytes, contract, item, self.arguments.hex);
        if let Some(content) = &content {
            let _ = writeln!(self.text, "  {label}{}", content.text(bytes));
        }
        Ok(content)
    }

    /// Tells of what there is beyond the limit.
    fn more(&mut self, n: u64) {
        if n > 0 {
            let _ = writeln!(self.text, "  .. {n} more (--limit)");
        }
    }

    fn remark_too_many(&mut self, too_many: bool, contents: &mut Contents) {
        if too_many {
            let remark = format!(
                "no more than {} of messages are shown; name one object, or lower --limit",
                show::size(DECODED_MAX as u64)
            );
            self.remark(contents, &remark);
        }
    }

    /// `latest (cell of Config), version 3`
    fn title(&mut self, object: &ObjectStat, about: &str) {
        let of = object.def.item().map(|item| format!(" of {}", Printable(&item.to_string())));
        let (name, of) = (Printable(&object.name), of.unwrap_or_default());
        let comma = if about.is_empty() { "" } else { ", " };
        let _ = writeln!(self.text, "{name} ({}{of}){comma}{about}", object.kind);
    }

    /// Any other object: what is known about it, and whether there is more that this
    /// version does not read.
    fn other(&mut self, object: &ObjectStat, found: Found, stat: &SegmentStat) {
        let mut contents = Contents::of(json::Object::of(object, &stat.participants));
        let numbers = &object.facts.numbers;
        let about = match &found {
            // Their values are reported below, one by one.
            Found::Named => format!("{} of them", numbers.len()),
            _ => about::all(object),
        };
        self.title(object, &about);
        match found {
            Found::Named => {
                for (name, number) in numbers {
                    let _ = writeln!(self.text, "  {} {number}", Printable(name));
                }
            }
            Found::Bytes(bytes, more) if self.arguments.hex => {
                self.text.push_str(&indented(&bytes, 2));
                if more > 0 {
                    let _ = writeln!(self.text, "  .. {more} bytes more (--limit)");
                }
                contents.hex = Some(hex(&bytes));
            }
            Found::Bytes(..) => self.remark(&mut contents, "--hex shows the bytes"),
            // The words that were reported are all there is.
            Found::Numbers => {}
            _ => {
                let remark = format!(
                    "this version of shmgen does not read the contents of a {}",
                    object.kind
                );
                self.remark(&mut contents, &remark);
            }
        }
        self.objects.push(contents);
    }

    fn remark(&mut self, contents: &mut Contents, remark: &str) {
        let _ = writeln!(self.text, "  ({remark})");
        contents.remark = Some(remark.to_owned());
    }
}

/// As [`hex_lines`], each behind this many spaces.
fn indented(bytes: &[u8], by: usize) -> String {
    let lines = hex_lines(0, bytes);
    lines.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Contents {
    fn of(object: json::Object) -> Self {
        Self { object, messages: None, values: None, hex: None, remark: None }
    }
}

impl Content {
    /// `None` if the contract does not say how to read it.
    fn of(bytes: &[u8], contract: &Contract, item: &TypeExpr, as_hex: bool) -> Option<Self> {
        match as_hex {
            true => Some(Self { value: None, hex: Some(hex(bytes)) }),
            false => Some(Self { value: Some(contract.read(item, bytes)?), hex: None }),
        }
    }

    /// What follows its position: with a space before it, or lines of its own.
    fn text(&self, bytes: &[u8]) -> String {
        match &self.value {
            Some(value) => format!(" {value}"),
            None => format!("\n{}", indented(bytes, 4).trim_end()),
        }
    }
}
