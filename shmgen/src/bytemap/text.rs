//! A byte map for a terminal: a row for each cache line with a letter for each
//! byte, and a table that says what the letters are.

use super::rows::{Row, rows};
use super::{CACHE_LINE, Kind, Map, Part, bytes};
use crate::width::{cells, padded};
use std::fmt::Write as _;

/// Letters for fields; after the last one the first comes again.
const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Colours of fields, in turn: cyan, green, yellow, blue, magenta.
const COLOURS: [u8; 5] = [36, 32, 33, 34, 35];

/// The map of a struct as text, with colour if that is asked for.
pub fn render(map: &Map, colour: bool) -> String {
    let pen = Pen { colour };
    let letters = letters(map);
    let mut out = String::new();
    let lines = match map.cache_lines() {
        1 => "1 cache line".to_owned(),
        n => format!("{n} cache lines"),
    };
    let _ = writeln!(
        out,
        "{}  {}, aligned to {}, {lines}\n",
        pen.bold(&map.name),
        bytes(map.size),
        map.align
    );
    rows_of_bytes(&mut out, map, &letters, &pen);
    out.push('\n');
    table(&mut out, map, &letters, &pen);
    out.push('\n');
    summary(&mut out, map);
    out
}

/// Only the rows of bytes, without colour.
pub fn picture(map: &Map) -> String {
    let mut out = String::new();
    rows_of_bytes(&mut out, map, &letters(map), &Pen { colour: false });
    out
}

/// What stands for each part in the picture.
pub fn marks(map: &Map) -> Vec<char> {
    let letters = letters(map);
    map.parts.iter().zip(letters).map(|(part, number)| letter(part.kind, number)).collect()
}

struct Pen {
    colour: bool,
}

impl Pen {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn part(&self, kind: Kind, letter: usize, text: &str) -> String {
        match kind {
            Kind::Field => self.paint(&COLOURS[letter % COLOURS.len()].to_string(), text),
            Kind::Reserved | Kind::Kept => self.paint("2", text),
            Kind::Hole => self.paint("31", text),
        }
    }
}

/// The number of each part's letter; fields only are counted.
fn letters(map: &Map) -> Vec<usize> {
    let mut next = 0;
    let number = |p: &Part| {
        let this = next;
        next += usize::from(p.kind == Kind::Field);
        this
    };
    map.parts.iter().map(number).collect()
}

fn letter(kind: Kind, number: usize) -> char {
    match kind {
        Kind::Field => char::from(LETTERS[number % LETTERS.len()]),
        Kind::Reserved => '-',
        Kind::Hole => '·',
        Kind::Kept => '+',
    }
}

/// A row for each cache line, in groups of 8 bytes.
fn rows_of_bytes(out: &mut String, map: &Map, letters: &[usize], pen: &Pen) {
    let width = map.size.to_string().len().max(4);
    for row in rows(map, CACHE_LINE) {
        let (start, parts) = match row {
            Row::Bytes { start, parts } => (start, parts),
            Row::LeftOut { rows, part } => {
                let lines = if rows == 1 { "line" } else { "lines" };
                let _ = writeln!(out, "  {:>width$}  .. {rows} {lines} of {}", "", part.title());
                continue;
            }
        };
        let mut cells = String::new();
        let mut column = 0;
        for (index, part, count) in parts {
            let number = letters[index];
            let mut run = String::new();
            for _ in 0..count {
                if column > 0 && column % 8 == 0 {
                    run.push(' ');
                }
                run.push(letter(part.kind, number));
                column += 1;
            }
            cells.push_str(&pen.part(part.kind, number, &run));
        }
        let _ = writeln!(out, "  {start:>width$}  {cells}");
    }
}

fn table(out: &mut String, map: &Map, letters: &[usize], pen: &Pen) {
    let offsets = map.size.to_string().len().max("offset".len());
    let sizes = map.size.to_string().len().max("size".len());
    let longest = |text: fn(&Part) -> &str, least: usize| {
        map.parts.iter().map(|p| cells(text(p))).max().unwrap_or(0).max(least)
    };
    let types = longest(|p| &p.ty, "type".len());
    let names = longest(Part::title, "field".len());
    let heading = format!(
        "     {:>offsets$}  {:>sizes$}  {:<types$}  {:<names$}  cache line",
        "offset", "size", "type", "field"
    );
    let _ = writeln!(out, "{}", pen.bold(&heading));
    for (part, number) in map.parts.iter().zip(letters) {
        let (first, last) = part.cache_lines();
        let mut lines =
            if first == last { first.to_string() } else { format!("{first} to {last}") };
        if part.kind == Kind::Field && part.straddles() {
            lines.push_str(", would fit into one");
        }
        let mark = letter(part.kind, *number).to_string();
        let row = format!(
            "{:>offsets$}  {:>sizes$}  {}  {}  {lines}",
            part.offset,
            part.size,
            padded(&part.ty, types),
            padded(part.title(), names)
        );
        let row = if part.kind == Kind::Field { row } else { pen.part(part.kind, *number, &row) };
        let _ = writeln!(out, "  {}  {row}", pen.part(part.kind, *number, &mark));
    }
}

fn summary(out: &mut String, map: &Map) {
    let holes = map.holes().count();
    let _ = match holes {
        0 => writeln!(out, "no holes"),
        1 => writeln!(out, "{} lost in 1 hole", bytes(map.lost())),
        n => writeln!(out, "{} lost in {n} holes", bytes(map.lost())),
    };
    if map.kept() > 0 {
        let _ = writeln!(out, "{} kept free for later versions", bytes(map.kept()));
    }
    if let Some(reorder) = &map.reorder {
        let _ =
            writeln!(out, "{} in this order, {} less:", bytes(reorder.size), bytes(reorder.saves));
        let mut line = String::new();
        for (i, field) in reorder.fields.iter().enumerate() {
            let last = i + 1 == reorder.fields.len();
            let word = format!("{field}{}", if last { "" } else { "," });
            if !line.is_empty() && cells(&line) + 1 + cells(&word) > 76 {
                let _ = writeln!(out, "  {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        let _ = writeln!(out, "  {line}");
    }
}
