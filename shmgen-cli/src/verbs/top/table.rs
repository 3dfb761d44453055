//! The table that `top` shows on a screen: columns, cells, and numbers in few
//! characters.

use super::order::{Order, Row};
use super::sample::{Object, Sample};
use crate::show;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row as TableRow, Table};
use shmgen::width;

/// Draws the rows from `offset` on; the offset as it is then, and how many rows
/// there is room for.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    sample: &Sample,
    order: Order,
    reverse: bool,
    offset: usize,
) -> (usize, usize) {
    let rows = order.rows(sample, reverse);
    if rows.is_empty() {
        let text = "There is no segment of shmgen. It shows up here when it is created.";
        frame.render_widget(Paragraph::new(text).style(faint()), area);
        return (0, 1);
    }
    // The heading takes a line; the last row stays in sight.
    let visible = usize::from(area.height.saturating_sub(1)).max(1);
    let most = rows.len().saturating_sub(visible);
    let offset = offset.min(most);
    let columns = Columns::fitting(&rows, area.width);
    let by_address = order == Order::Address;
    let shown = rows.iter().enumerate().skip(offset).take(visible).map(|(n, row)| {
        // In its own order, a segment is named once, and at the top of the screen.
        let again = by_address && n > offset && rows[n - 1].0.stat.address == row.0.stat.address;
        TableRow::new(columns.of(cells(row, again, columns.address)))
    });
    let headings = COLUMNS.map(|(name, right, _)| match right {
        true => Cell::from(Line::from(name).right_aligned()),
        false => Cell::from(name),
    });
    let table = Table::new(shown.collect::<Vec<_>>(), columns.widths())
        .header(
            TableRow::new(columns.of(headings.into()))
                .style(bold().add_modifier(Modifier::UNDERLINED)),
        )
        .column_spacing(1);
    frame.render_widget(table, area);
    (offset, visible)
}

/// A cell for each of [`COLUMNS`].
fn cells(row: &Row<'_>, again: bool, width: usize) -> Vec<Cell<'static>> {
    let (segment, object) = row;
    let stat = &segment.stat;
    let mut texts = [
        width::cut(&stat.address.to_string(), width),
        show::state(stat),
        segment.alive.to_string(),
        segment.dead.to_string(),
    ];
    if again {
        texts.iter_mut().for_each(String::clear);
    }
    let [address, state, alive, dead] = texts;
    let alarm_if = |is: bool| if is { alarm() } else { Style::default() };
    let right = |text: String, style: Style| Cell::from(Line::styled(text, style).right_aligned());
    let mut cells =
        vec![Cell::from(address), Cell::from(Line::styled(state, alarm_if(stat.fault.is_some())))];
    match object {
        Some(o) => cells.extend(object_cells(o)),
        None => cells.extend((0..COLUMNS.len() - 4).map(|_| Cell::from(""))),
    }
    cells.push(right(alive, Style::default()));
    cells.push(right(dead, alarm_if(segment.dead > 0)));
    cells
}

fn object_cells(o: &Object) -> Vec<Cell<'static>> {
    let right = |text: String, style: Style| Cell::from(Line::styled(text, style).right_aligned());
    let number = |n: Option<u64>, is_news: bool| {
        let style = if is_news && n.unwrap_or(0) > 0 { alarm() } else { Style::default() };
        right(n.map_or_else(|| "-".to_owned(), short), style)
    };
    let rate =
        |r: Option<f64>| right(r.map_or_else(|| "-".to_owned(), short_rate), Style::default());
    let fill = o.fill();
    let full = fill.is_some_and(|f| f >= 0.9);
    vec![
        Cell::from(o.name.clone()),
        Cell::from(o.kind),
        right(
            o.count("depth").map_or_else(|| "-".to_owned(), short),
            if full { alarm() } else { bold() },
        ),
        Cell::from(Span::styled(bar(fill), if full { alarm() } else { Style::default() })),
        number(o.capacity, false),
        number(o.count("high_water"), false),
        rate(o.pushed),
        rate(o.popped),
        number(o.count("full"), false),
        number(o.count("dropped"), true),
        number(o.count("redelivered"), true),
        number(o.count("waiters"), false),
    ]
}

/// Headings; whether what is below them is a number; and how wide they are, 0
/// for as wide as what is in them.
const COLUMNS: [(&str, bool, usize); 16] = [
    ("ADDRESS", false, 0),
    ("STATE", false, 0),
    ("OBJECT", false, 0),
    ("KIND", false, 0),
    ("DEPTH", true, 5),
    ("FILL", false, 8),
    ("OF", true, 5),
    ("HIGH", true, 5),
    ("IN/S", true, 6),
    ("OUT/S", true, 6),
    ("FULL", true, 5),
    ("DROP", true, 5),
    ("AGAIN", true, 5),
    ("WAIT", true, 4),
    ("ALIVE", true, 5),
    ("DEAD", true, 4),
];

/// Where it is narrow, these columns go first.
const DISPENSABLE: [&str; 8] = ["KIND", "FULL", "OF", "AGAIN", "DROP", "FILL", "HIGH", "WAIT"];

/// The columns for which there is room.
struct Columns {
    kept: Vec<usize>,
    widths: [usize; COLUMNS.len()],
    /// The width of the first one.
    address: usize,
}

impl Columns {
    fn fitting(rows: &[Row<'_>], room: u16) -> Self {
        let longest = |heading: &str, text: &dyn Fn(&Row<'_>) -> String| {
            let texts = rows.iter().map(|row| width::cells(&text(row)));
            texts.max().unwrap_or(0).max(heading.len())
        };
        let mut widths = COLUMNS.map(|(_, _, width)| width);
        let address = longest("ADDRESS", &|row| row.0.stat.address.to_string());
        widths[1] = longest("STATE", &|row| show::state(&row.0.stat));
        let name = |row: &Row<'_>| row.1.map_or_else(String::new, |o| o.name.clone());
        widths[2] = longest("OBJECT", &name).min(24);
        widths[3] = longest("KIND", &|row| row.1.map_or("", |o| o.kind).to_owned());
        let mut kept: Vec<usize> = (0..COLUMNS.len()).collect();
        let wanted = address.min(28);
        for name in DISPENSABLE {
            let others: usize = kept.iter().map(|c| widths[*c] + 1).sum();
            if others + wanted <= usize::from(room) {
                break;
            }
            kept.retain(|c| COLUMNS[*c].0 != name);
        }
        let others: usize = kept.iter().map(|c| widths[*c] + 1).sum();
        widths[0] = usize::from(room).saturating_sub(others).clamp(1, address);
        Self { kept, widths, address: widths[0] }
    }

    fn widths(&self) -> Vec<Constraint> {
        let width = |c: &usize| u16::try_from(self.widths[*c]).unwrap_or(u16::MAX);
        self.kept.iter().map(|c| Constraint::Length(width(c))).collect()
    }

    /// Of a cell for each column, those that are kept.
    fn of(&self, cells: Vec<Cell<'static>>) -> Vec<Cell<'static>> {
        let all = cells.into_iter().enumerate();
        all.filter(|(c, _)| self.kept.contains(c)).map(|(_, cell)| cell).collect()
    }
}

/// A bar of eight characters.
fn bar(fill: Option<f64>) -> String {
    let Some(fill) = fill else { return String::new() };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0 to 64
    let eighths = (fill.clamp(0.0, 1.0) * 64.0).ceil() as usize;
    let mut out = "█".repeat(eighths / 8);
    out.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
    out
}

/// A number in five characters: `12345`, `1.23M`.
fn short(n: u64) -> String {
    if n < 100_000 {
        return n.to_string();
    }
    #[allow(clippy::cast_precision_loss)] // three digits are shown
    scaled(n as f64)
}

/// The same of a rate.
fn short_rate(n: f64) -> String {
    match n {
        0.0 => "0".to_owned(),
        n if n < 100.0 => format!("{n:.1}"),
        n if n < 100_000.0 => format!("{n:.0}"),
        n => scaled(n),
    }
}

fn scaled(mut n: f64) -> String {
    let mut unit = "";
    for next in ["K", "M", "G", "T", "P", "E"] {
        if n < 999.5 {
            break;
        }
        (n, unit) = (n / 1000.0, next);
    }
    match n {
        n if n < 9.995 => format!("{n:.2}{unit}"),
        n if n < 99.95 => format!("{n:.1}{unit}"),
        n => format!("{n:.0}{unit}"),
    }
}

/// What should be looked at. The terminal's library leaves the colour out where
/// `NO_COLOR` asks for it.
pub(super) fn alarm() -> Style {
    bold().fg(Color::Red)
}

pub(super) fn bold() -> Style {
    Style::default().add_modifier(Modifier::BOLD)
}

pub(super) fn faint() -> Style {
    Style::default().add_modifier(Modifier::DIM)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{bar, scaled, short, short_rate};

    #[test]
    fn numbers_take_no_more_room_than_there_is() {
        for (n, text) in [
            (0, "0"),
            (99_999, "99999"),
            (100_000, "100K"),
            (999_499, "999K"),
            (999_500, "1.00M"),
            (1_234_567, "1.23M"),
            (98_765_432, "98.8M"),
            (u64::MAX, "18.4E"),
        ] {
            assert_eq!(short(n), text);
        }
        for (n, text) in
            [(0.0, "0"), (0.04, "0.0"), (7.25, "7.2"), (1234.5, "1234"), (1e6, "1.00M")]
        {
            assert_eq!(short_rate(n), text);
        }
        for exponent in 0..19 {
            for factor in [1.0, 9.994, 9.996, 99.94, 99.96, 999.4] {
                let text = scaled(factor * 10f64.powi(exponent));
                assert!(text.len() <= 5, "{text}");
            }
        }
    }

    #[test]
    fn a_bar_is_empty_only_where_nothing_waits() {
        assert_eq!((bar(None), bar(Some(0.0))), (String::new(), String::new()));
        assert_eq!(bar(Some(0.001)), "▏");
        assert_eq!(bar(Some(0.5)), "████");
        assert_eq!(bar(Some(1.0)), "████████");
        assert_eq!(bar(Some(7.0)), "████████");
        assert_eq!(bar(Some(0.999)), "████████");
    }
}
