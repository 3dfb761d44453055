//! Medians and ratios, as a table or as JSON.

use crate::lab::Series;
use crate::transfer::Percentiles;
use std::fmt::Write;

/// What a ratio ought to be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(limit) => ratio <= limit,
            Self::AtLeast(limit) => ratio >= limit,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(limit) => format!("<= {limit}"),
            Self::AtLeast(limit) => format!(">= {limit}"),
        }
    }
}

/// A ratio to something else that was measured in the same rounds.
pub struct Ratio {
    pub value: f64,
    pub to: String,
    pub goal: Option<Goal>,
}

/// A line of the report.
pub struct Line {
    pub suite: &'static str,
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub ratio: Option<Ratio>,
    /// Of single ones, where they were timed.
    pub percentiles: Option<Percentiles>,
    pub kept: usize,
    pub taken: usize,
}

impl Line {
    /// The median of a series, in a unit that is made of nanoseconds.
    pub fn of(suite: &'static str, series: &Series, unit: &'static str) -> Self {
        let time = median(series.times());
        Self {
            suite,
            name: series.name.clone(),
            value: if unit == "ns" { time } else { 1e3 / time },
            unit,
            ratio: None,
            percentiles: series.percentiles(),
            kept: series.kept(),
            taken: series.taken(),
        }
    }

    /// The median of ratios that were taken round by round.
    pub fn with_ratio(mut self, ratios: Vec<f64>, to: &str, goal: Option<Goal>) -> Self {
        let kept = ratios.len();
        self.kept = self.kept.min(kept);
        self.ratio = Some(Ratio { value: median(ratios), to: to.to_owned(), goal });
        self
    }
}

/// The one in the middle; not a number if there are none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The lines as a table, a paragraph for each suite.
pub fn table(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut suite = "";
    for line in lines {
        if line.suite != suite {
            suite = line.suite;
            let _ = writeln!(
                text,
                "\n{suite:<45} {:>16}  {:<28} {:<9}   kept",
                "median", "ratio", "goal"
            );
        }
        let value = format!("{:.*} {}", decimals(line.value), line.value, line.unit);
        let (ratio, goal) = match &line.ratio {
            None => (String::new(), String::new()),
            Some(Ratio { value, to, goal }) => {
                let verdict = |goal: Goal| match value {
                    v if v.is_nan() => " not measured",
                    v if goal.is_met(*v) => "",
                    _ => " missed",
                };
                let goal = goal.map_or(String::new(), |g| g.text() + verdict(g));
                (format!("{value:.*} x {to}", decimals(*value)), goal)
            }
        };
        let kept = format!("{}/{}", line.kept, line.taken);
        let _ = write!(text, "  {:<43} {value:>16}  {ratio:<28} {goal:<16} {kept:>7}", line.name);
        if let Some([p50, p99, p999]) = line.percentiles {
            let _ = write!(text, "  p50 {p50:.0}, p99 {p99:.0}, p99.9 {p999:.0}");
        }
        text.push('\n');
    }
    text
}

/// Digits behind the point that mean something.
fn decimals(value: f64) -> usize {
    match value {
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    }
}

/// The lines as an array of objects. No text in it needs to be escaped.
pub fn json(lines: &[Line]) -> String {
    let objects = lines.iter().map(|line| {
        let mut object = format!(
            r#"{{"suite": "{}", "name": "{}", "median": {}, "unit": "{}", "kept": {}, "taken": {}"#,
            line.suite,
            line.name,
            number(line.value),
            line.unit,
            line.kept,
            line.taken
        );
        if let Some(Ratio { value, to, goal }) = &line.ratio {
            let _ = write!(object, r#", "ratio": {}, "to": "{to}""#, number(*value));
            if let Some(goal) = goal {
                let met = goal.is_met(*value);
                let _ = write!(object, r#", "goal": "{}", "met": {met}"#, goal.text());
            }
        }
        if let Some(percentiles) = line.percentiles {
            for (name, value) in ["p50", "p99", "p99.9"].into_iter().zip(percentiles) {
                let _ = write!(object, r#", "{name}": {}"#, number(value));
            }
        }
        object + "}"
    });
    format!("[\n  {}\n]\n", objects.collect::<Vec<_>>().join(",\n  "))
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.4}") } else { "null".to_owned() }
}
