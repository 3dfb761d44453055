//! `shmgen stat`: all that is known about one segment.

use super::address;
use crate::about;
use crate::failure::Done;
use crate::show;
use shm_runtime::{ObjectStat, Printable, SegmentStat, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Tell all that the system and a segment know of it
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// Of no effect: whoever may read it may look at it
    #[arg(long, hide = true)]
    any_owner: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    let stat = shm_runtime::stat(&address)?;
    if arguments.json {
        show::print_json(&json::Segment::from(&stat))?;
    } else {
        show::print(&text(&stat))?;
    }
    Ok(())
}

fn text(stat: &SegmentStat) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        let _ = writeln!(out, "{key:<13} {value}");
    };
    line("address", stat.address.to_string());
    line("state", show::state(stat));
    if let Some(fault) = &stat.fault {
        line("wrong", Printable(&fault.to_string()).to_string());
    }
    kernel_lines(stat, &mut line);
    header_lines(stat, &mut line);
    if !stat.participants.is_empty() {
        out.push('\n');
        out.push_str(&participants(stat));
    }
    if !stat.objects.is_empty() {
        out.push('\n');
        out.push_str(&objects(stat));
    }
    out
}

/// What the kernel knows.
fn kernel_lines(stat: &SegmentStat, line: &mut impl FnMut(&str, String)) {
    let kernel = &stat.kernel;
    line("size", bytes(stat.size));
    if let Some(resident) = kernel.resident {
        let swapped = match kernel.swapped {
            Some(0) | None => String::new(),
            Some(swapped) => format!(", {} swapped out", bytes(swapped)),
        };
        line("resident", bytes(resident) + &swapped);
    }
    if let Some(page) = kernel.page_size {
        let huge = match kernel.huge {
            Some(huge) if huge > 0 => format!(", {} of it in huge ones", show::size(huge)),
            _ => String::new(),
        };
        line("pages", format!("of {}{huge}", show::size(page)));
    }
    line("mode", format!("{:04o}", stat.mode));
    line("owner", format!("{}:{}", show::user(stat.uid), show::group(stat.gid)));
    if let Some(seals) = &kernel.seals {
        let name = kernel.name.as_deref().unwrap_or_default();
        let seals = if seals.is_empty() { "nothing".to_owned() } else { seals.join(", ") };
        line("memfd", format!("{}, sealed: {seals}", Printable(name)));
    }
    if let (Some(id), Some(key)) = (kernel.id, kernel.key) {
        line("System V", format!("id {id}, key {key:#010x}"));
    }
    if let (Some(n), Some(locked)) = (kernel.attached, kernel.locked) {
        let locked = if locked { ", locked in memory" } else { "" };
        line("attached", format!("{n} times{locked}"));
    }
    if !stat.mapped_by.is_empty() {
        let who: Vec<String> = stat.mappers().iter().map(show::mapper).collect();
        line("mapped by", who.join(", "));
    }
    if let (Some((uid, gid)), Some(pid)) = (kernel.creator, kernel.creator_pid) {
        line("made by", format!("pid {pid} of {}:{}", show::user(uid), show::group(gid)));
    }
    if let Some(pid) = kernel.last_pid.filter(|p| *p != 0) {
        line("last used by", format!("pid {pid}"));
    }
    for (key, time) in [
        ("birth time", kernel.birth_time),
        ("attach time", kernel.attach_time),
        ("detach time", kernel.detach_time),
        ("access time", kernel.access_time),
        ("modify time", kernel.modify_time),
        ("change time", kernel.change_time),
    ] {
        if let Some(time) = time {
            line(key, show::time_seconds(time));
        }
    }
}

fn bytes(n: u64) -> String {
    format!("{} ({n} bytes)", show::size(n))
}

/// What its header says.
fn header_lines(stat: &SegmentStat, line: &mut impl FnMut(&str, String)) {
    let Some(header) = &stat.header else { return };
    let schema = match header.schema.as_str() {
        "" => "none".to_owned(),
        schema => format!("{} {}", Printable(schema), Printable(&header.version)),
    };
    line("schema", format!("{schema}, segment {}", Printable(&header.segment)));
    line("fingerprint", header.fingerprint.to_string());
    let alive = match header.creator.alive {
        Some(true) => "alive",
        Some(false) => "gone",
        None => "unknown whether alive",
    };
    let program = Printable(&header.creator.program);
    let pid = header.creator.pid;
    let user = show::user(header.creator.uid);
    let tool = Printable(&header.tool_version);
    line("creator", format!("pid {pid} ({program}) of {user}, {alive}, shmgen {tool}"));
    line("created", show::time_ns(header.created_ns));
    if header.retired {
        line("removed", "yes; only who is attached still has it".to_owned());
    }
    let alive = stat.participants.iter().filter(|p| p.alive).count();
    let dead = stat.participants.len() - alive;
    let records = header.participant_records;
    let readers = if stat.readers { "; and somebody who only reads" } else { "" };
    if let Some(n) = stat.waiting() {
        line("waiting", if n == 1 { "1 message".to_owned() } else { format!("{n} messages") });
    }
    line("participants", format!("{alive} alive, {dead} dead, of {records} records{readers}"));
}

fn participants(stat: &SegmentStat) -> String {
    let mut roles: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for object in &stat.objects {
        for holder in &object.facts.holders {
            let waits = if holder.waits { " (waits)" } else { "" };
            let role = format!("{} of {}{waits}", holder.role, Printable(&object.name));
            roles.entry(holder.participant).or_default().push(role);
        }
    }
    let rows = stat.participants.iter().map(|p| {
        let roles = roles.remove(&p.index).unwrap_or_default();
        vec![
            show::participant(p),
            show::user(p.uid),
            Printable(&p.version).to_string(),
            show::time_ns(p.attached_ns),
            if roles.is_empty() { "-".to_owned() } else { roles.join(", ") },
        ]
    });
    show::table(&["PARTICIPANT", "USER", "VERSION", "ATTACHED", "ROLES"], &rows.collect::<Vec<_>>())
}

/// Those that this version reads, with what waits in them; then the others.
fn objects(stat: &SegmentStat) -> String {
    let rows = |row: fn(&ObjectStat) -> Option<Vec<String>>| -> Vec<Vec<String>> {
        stat.objects.iter().filter_map(row).collect()
    };
    let mut tables = Vec::new();
    let flows = rows(flow);
    if !flows.is_empty() {
        let headings = [
            "OBJECT",
            "KIND",
            "ITEM",
            "CAPACITY",
            "DEPTH",
            "HIGH",
            "IN",
            "OUT",
            "FULL",
            "DROPPED",
            "REDELIVERED",
            "WAITERS",
        ];
        tables.push(show::table(&headings, &flows));
    }
    let others = rows(other);
    if !others.is_empty() {
        tables.push(show::table(&["OBJECT", "KIND", "OF", "SIZE", "ABOUT"], &others));
    }
    tables.join("\n")
}

/// Whether it passes messages that this version reads.
fn has_flow(object: &ObjectStat) -> bool {
    object.facts.number("depth").is_some()
}

fn flow(object: &ObjectStat) -> Option<Vec<String>> {
    const NUMBERS: [&str; 8] =
        ["depth", "high_water", "in", "out", "full", "dropped", "redelivered", "waiters"];
    let capacity = object.geometry.filter(|_| has_flow(object))?.capacity;
    let mut row = vec![Printable(&object.name).to_string(), object.kind.to_owned()];
    let item = Some(about::item(object)).filter(|item| !item.is_empty());
    row.extend([item.unwrap_or_else(|| "-".to_owned()), capacity.to_string()]);
    let number = |name| object.facts.number(name).map_or("-".to_owned(), |n| n.to_string());
    row.extend(NUMBERS.map(number));
    Some(row)
}

fn other(object: &ObjectStat) -> Option<Vec<String>> {
    if has_flow(object) {
        return None;
    }
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let name = Printable(&object.name).to_string();
    let size = object.geometry.map(|g| show::size(g.size)).unwrap_or_default();
    let (item, all) = (about::item(object), about::all(object));
    Some([name, object.kind.to_owned(), item, size, all].map(or_dash).into())
}
