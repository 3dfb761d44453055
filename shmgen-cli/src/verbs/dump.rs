//! `shmgen dump`: what is in a segment, decoded from the contract inside it.

mod follow;

use super::address;
use super::patience::interval;
use super::read::{hex_lines, push_hex};
use crate::about;
use crate::failure::{Done, Failure};
use crate::show;
pub(crate) use follow::Line;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::contract::{Contract, TypeExpr, Unread, Value};
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
        left: Left { bytes: DECODED_MAX, room: VALUES_MAX },
    };
    for index in wanted {
        let item = contract.objects[index].kind.item();
        let size = item.and_then(|item| contract.size_and_align(item)).map_or(0, |(size, _)| size);
        match inspector.contents(index, dump.limit(size))? {
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

struct Dump<'a> {
    arguments: &'a Arguments,
    inspector: &'a Inspector,
    text: String,
    objects: Vec<Contents>,
    left: Left,
}

/// Bytes of messages that are decoded in all: more are no use to look at, and a
/// segment must not keep whoever looks at it busy.
const DECODED_MAX: usize = 1 << 20;
/// What each takes of these at least.
const LEAST: usize = 16;
/// Bytes of memory for the values that are shown at once: a contract may give long
/// names to what a single byte tells.
const VALUES_MAX: usize = 16 << 20;

/// What is still shown.
struct Left {
    /// How many bytes of messages.
    bytes: usize,
    /// Values that take so much memory.
    room: usize,
}

impl Dump<'_> {
    /// How many messages of `size` bytes, or lines of raw bytes, are fetched: one more
    /// than is shown, so that it is noticed that there are more.
    fn limit(&self, size: u64) -> usize {
        let each = usize::try_from(size).unwrap_or(usize::MAX).max(LEAST);
        self.arguments.limit.min(self.left.bytes / each + 1)
    }

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
                Ok(content) => decoded.push(Message { position: *position, content }),
                Err(why) => too_many |= why == Unread::TooMuch,
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
                Ok(content) => {
                    decoded.push(Latest { cell: *cell, version: *version, content });
                }
                Err(why) => too_many |= why == Unread::TooMuch,
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
    /// before.
    fn decode(
        &mut self,
        label: &str,
        bytes: &[u8],
        contract: &Contract,
        item: &TypeExpr,
    ) -> Result<Content, Unread> {
        let len = bytes.len();
        let content = self.left.takes(len).and_then(|()| {
            Content::of(bytes, contract, item, self.arguments.hex, &mut self.left.room)
        });
        match &content {
            Ok(content) => {
                let _ = writeln!(self.text, "  {label}{}", content.text(bytes));
            }
            Err(Unread::TooMuch) => {
                let _ = writeln!(self.text, "  {label} ({len} bytes, not shown)");
            }
            Err(Unread::Foreign) => {}
        }
        content
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
                self.left.bytes = self.left.bytes.saturating_sub(bytes.len());
                self.text.push_str(&indented(&bytes, 2));
                if more > 0 {
                    let _ = writeln!(self.text, "  .. {more} bytes more (--limit)");
                }
                contents.hex = Some(hex(&bytes));
            }
            Found::Bytes(bytes, _) if bytes.is_empty() => {}
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
        push_hex(&mut text, *byte);
    }
    text
}

impl Contents {
    fn of(object: json::Object) -> Self {
        Self { object, messages: None, values: None, hex: None, remark: None }
    }
}

impl Left {
    /// Takes what a message of `len` bytes takes.
    fn takes(&mut self, len: usize) -> Result<(), Unread> {
        let left = self.bytes.checked_sub(len.max(LEAST));
        self.bytes = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Unread::TooMuch)
    }
}

impl Content {
    fn of(
        bytes: &[u8],
        contract: &Contract,
        item: &TypeExpr,
        as_hex: bool,
        room: &mut usize,
    ) -> Result<Self, Unread> {
        Ok(match as_hex {
            true => Self { value: None, hex: Some(hex(bytes)) },
            false => Self { value: Some(contract.read_within(item, bytes, room)?), hex: None },
        })
    }

    /// What follows its position: with a space before it, or lines of its own.
    fn text(&self, bytes: &[u8]) -> String {
        match &self.value {
            Some(value) => format!(" {value}"),
            None => format!("\n{}", indented(bytes, 4).trim_end()),
        }
    }
}
