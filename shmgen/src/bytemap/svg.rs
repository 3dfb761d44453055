//! Byte maps as a picture for documents: rows of 16 bytes, a box for each
//! field, a thick line where a cache line ends.

use super::rows::{Row, rows};
use super::{CACHE_LINE, Kind, Map, Part, bytes};
use crate::width::{cells, cut};
use std::fmt::Write as _;

/// Bytes in a row.
const WIDTH: u64 = 16;
/// Size of a byte's box, and where the boxes begin.
const CELL: u64 = 56;
const ROW: u64 = 40;
const LEFT: u64 = 76;
const TOP: u64 = 64;
/// Width of a character of the names, in hundredths of a pixel.
const GLYPH: u64 = 720;
/// Fills of fields, in turn: light, so that dark text is easy to read on them.
const FILLS: [&str; 6] = ["#cfe8fc", "#d6f0d0", "#fff1c2", "#e6dbf5", "#fde0cf", "#d3eeee"];

/// A picture of some structs, one below the other.
pub fn render(maps: &[Map]) -> String {
    let mut body = String::new();
    let mut y = 0;
    for map in maps {
        y = structure(&mut body, map, y);
    }
    let (width, height) = (LEFT + WIDTH * CELL + 24, y.max(ROW));
    let names: Vec<&str> = maps.iter().map(|m| m.name.as_str()).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"monospace\" \
         font-size=\"12\">\n<title>Byte map of {}</title>\n<defs>\
         <pattern id=\"hole\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
         <rect width=\"8\" height=\"8\" fill=\"#ffffff\"/>\
         <path d=\"M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6\" stroke=\"#d98880\" stroke-width=\"1.5\"/>\
         </pattern></defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         {body}</svg>\n",
        escape(&names.join(", "))
    )
}

/// Draws a struct; where the next one begins.
fn structure(out: &mut String, map: &Map, top: u64) -> u64 {
    let lost = match map.lost() {
        0 => String::new(),
        n => format!(", {} lost to holes", bytes(n)),
    };
    text(out, LEFT, top + 28, "start", "#000000", 16, &map.name);
    let about = format!("{}, aligned to {}{lost}", bytes(map.size), map.align);
    let beside = LEFT + cells(&map.name) as u64 * 10 + 16;
    text(out, beside, top + 28, "start", "#555555", 12, &about);
    for column in 0..WIDTH {
        let x = LEFT + column * CELL + CELL / 2;
        text(out, x, top + TOP - 8, "middle", "#888888", 10, &column.to_string());
    }
    let mut y = top + TOP;
    for row in rows(map, WIDTH) {
        match row {
            Row::LeftOut { rows, part } => {
                let label = format!("{} more of {}", bytes(rows * WIDTH), part.title());
                text(out, LEFT + 8, y + ROW / 2 + 4, "start", "#555555", 12, &label);
            }
            Row::Bytes { start, parts } => {
                text(out, LEFT - 10, y + ROW / 2 + 4, "end", "#888888", 11, &start.to_string());
                let mut x = LEFT;
                for (index, part, count) in parts {
                    cell(out, part, index, (x, y), count);
                    x += count * CELL;
                }
                if start > 0 && start % CACHE_LINE == 0 {
                    let _ = writeln!(
                        out,
                        "<path d=\"M{} {y} H{}\" stroke=\"#000000\" stroke-width=\"3\"/>",
                        LEFT - 8,
                        LEFT + WIDTH * CELL + 8
                    );
                }
            }
        }
        y += ROW;
    }
    y + 24
}

/// The box of a part in one row.
fn cell(out: &mut String, part: &Part, index: usize, (x, y): (u64, u64), count: u64) {
    let fill = match part.kind {
        Kind::Field => FILLS[index % FILLS.len()],
        Kind::Reserved => "#eeeeee",
        Kind::Kept => "#f8f8f8",
        Kind::Hole => "url(#hole)",
    };
    let width = count * CELL;
    let about = format!("{} {} at {}, {}", part.title(), part.ty, part.offset, bytes(part.size));
    let about = about.replace("  ", " ");
    let _ = writeln!(
        out,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\" \
         fill=\"{fill}\" stroke=\"#444444\"/>",
        escape(&about)
    );
    let middle = x + width / 2;
    if part.kind != Kind::Hole {
        text(out, middle, y + 17, "middle", "#000000", 12, &fit(part.title(), width));
        text(out, middle, y + 32, "middle", "#555555", 10, &fit(&part.ty, width));
    }
    out.push_str("</g>\n");
}

/// As much of a text as fits.
fn fit(text: &str, width: u64) -> String {
    let room = usize::try_from((width - 6) * 100 / GLYPH).unwrap_or(usize::MAX);
    cut(text, room)
}

fn text(out: &mut String, x: u64, y: u64, anchor: &str, fill: &str, size: u64, text: &str) {
    if text.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{fill}\" \
         font-size=\"{size}\">{}</text>",
        escape(text)
    );
}

/// Text between tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
