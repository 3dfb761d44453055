//! How things are shown to people: tables, sizes, times, names of users.

use jiff::Timestamp;
use nix::unistd::{Gid, Group, Uid, User};
use serde::Serialize;
use shm_runtime::{
    Address, ErrorKind, Mapper, ParticipantStat, Printable, SegmentStat, SegmentState,
};
use shmgen::width::cells;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

/// Writes text to stdout; an error, not a panic, where nobody reads it.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes JSON to stdout, with a line end.
pub(crate) fn print_json(value: &impl Serialize) -> std::io::Result<()> {
    print(&(fit_json(&serde_json::to_string_pretty(value)?) + "\n"))
}

/// A value as a line of JSON, with its end.
pub(crate) fn json_line(value: &impl Serialize) -> std::io::Result<String> {
    Ok(fit_json(&serde_json::to_string(value)?) + "\n")
}

/// The same JSON, fit for a terminal: JSON lets some characters stand in a string
/// that a terminal obeys. They are written as `\u009b`, which means the same.
fn fit_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for (n, line) in json.split('\n').enumerate() {
        // A line end never stands in a string.
        if n > 0 {
            out.push('\n');
        }
        if line.bytes().all(|b| matches!(b, b' '..=b'~')) {
            out.push_str(line);
            continue;
        }
        for c in line.chars() {
            if Printable::escapes(c) {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            } else {
                out.push(c);
            }
        }
    }
    out
}

/// Whether messages on stderr may have colour.
pub(crate) fn colour() -> bool {
    colour_on(&std::io::stderr())
}

/// Whether what is written there may have colour.
pub(crate) fn colour_on(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// A table without lines, in the manner of `lsipc`.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cells(cell)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cells(cell).max(*width);
        }
    }
    let mut out = String::new();
    let mut line = |row: &mut dyn Iterator<Item = &str>| {
        let mut spaces = 0;
        for (width, cell) in widths.iter().zip(row) {
            if !cell.is_empty() {
                out.extend(std::iter::repeat_n(' ', spaces));
                out.push_str(cell);
                spaces = 0;
            }
            // Two to the next column; none behind the last.
            spaces += width - cells(cell) + 2;
        }
        out.push('\n');
    };
    line(&mut header.iter().copied());
    rows.iter().for_each(|row| line(&mut row.iter().map(String::as_str)));
    out
}

/// Bytes as people say them: `512`, `4.0K`, `1.5M`.
pub(crate) fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // one decimal is shown
    let mut n = bytes as f64;
    if bytes < 1024 {
        return bytes.to_string();
    }
    for unit in ["K", "M", "G", "T"] {
        n /= 1024.0;
        if n < 1024.0 || unit == "T" {
            return if n < 10.0 { format!("{n:.1}{unit}") } else { format!("{n:.0}{unit}") };
        }
    }
    bytes.to_string()
}

/// A user's name, or its number where it has none.
pub(crate) fn user(uid: u32) -> String {
    let found = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    found.map_or_else(|| uid.to_string(), |user| Printable(&user.name).to_string())
}

/// A group's name, or its number where it has none.
pub(crate) fn group(gid: u32) -> String {
    let found = Group::from_gid(Gid::from_raw(gid)).ok().flatten();
    found.map_or_else(|| gid.to_string(), |group| Printable(&group.name).to_string())
}

/// A time, in UTC.
pub(crate) fn time_ns(ns: u64) -> String {
    let seconds = i64::try_from(ns / 1_000_000_000).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "-".to_owned(), |t| t.to_string())
}

/// A time in seconds since 1970, in UTC; 0 is never.
pub(crate) fn time_seconds(seconds: i64) -> String {
    match seconds {
        0 => "never".to_owned(),
        _ => Timestamp::from_second(seconds).map_or_else(|_| "-".to_owned(), |t| t.to_string()),
    }
}

/// An address: for a program as it is written, for a terminal made printable.
pub(crate) fn address(address: &Address) -> String {
    match std::io::stdout().is_terminal() {
        true => address.to_string(),
        false => address.spelling(),
    }
}

/// What a segment is to an operator, and whether something is wrong with it.
pub(crate) fn state(stat: &SegmentStat) -> String {
    let name = stat.state.name();
    match &stat.fault {
        Some(fault)
            if fault.kind() == ErrorKind::Corrupt && stat.state != SegmentState::Damaged =>
        {
            format!("{name}, damaged")
        }
        Some(fault) if fault.kind() == ErrorKind::Mismatch && stat.header.is_some() => {
            format!("{name}, of a newer shmgen")
        }
        _ => name.to_owned(),
    }
}

/// `812 (engine)`.
pub(crate) fn mapper(m: &Mapper) -> String {
    if m.program.is_empty() {
        return m.pid.to_string();
    }
    format!("{} ({})", m.pid, Printable(&m.program))
}

/// `812 (engine)`, with what is to be said of it.
pub(crate) fn participant(p: &ParticipantStat) -> String {
    let mut out = p.pid.to_string();
    if !p.program.is_empty() {
        out = format!("{out} ({})", Printable(&p.program));
    }
    if p.foreign_pid_namespace {
        out.push_str(" in another pid namespace");
    }
    if !p.alive {
        out.push_str(", dead");
    }
    out
}

/// Seconds as people say them, in the greatest unit that fits: `90 s`, `3 days`.
pub(crate) fn age(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// This many of something: `1 segment`, `2 segments`.
pub(crate) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{fit_json, group, table, user};
    use serde_json::{Value, json};

    #[test]
    fn who_has_no_name_goes_by_the_number() {
        assert_eq!((user(0), group(0)), ("root".to_owned(), "root".to_owned()));
        assert_eq!(user(4_294_967_190), "4294967190");
        assert_eq!(group(4_294_967_190), "4294967190");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_on_a_terminal() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["価格", "", "x"]), row(["a", "longer", ""])];
        let shown = "A     B       C\n価格          x\na     longer\n";
        assert_eq!(table(&["A", "B", "C"], &rows), shown);
    }

    #[test]
    fn json_is_the_same_and_commands_no_terminal() {
        let value = json!({ "name": "a\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\n\u{85}é" });
        let text = fit_json(&format!("{value:#}\n"));
        assert!(text.contains("\\u001b[2J\\u009b31m\\u007f\\u202e\\n\\u0085é"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
