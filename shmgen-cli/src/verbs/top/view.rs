//! What `top` shows on a screen, and what keys do to it.

use super::order::Order;
use super::sample::Sample;
use super::table::{self, alarm, bold, faint};
use crate::show;
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use shm_runtime::Printable;
use std::time::Duration;

/// The steps that + and - take.
const STEPS: [Duration; 8] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(60),
];

/// What is shown, and how.
pub(super) struct View {
    pub(super) sample: Sample,
    order: Order,
    reverse: bool,
    pub(super) paused: bool,
    help: bool,
    pub(super) interval: Duration,
    /// The first row that is shown.
    offset: usize,
    /// How many there is room for.
    page: usize,
}

/// What a key asked for.
#[derive(PartialEq, Eq)]
pub(super) enum Pressed {
    Quit,
    Something,
}

const HELP: [(&str, &str); 8] = [
    ("q, Esc, Ctrl-C", "quit"),
    ("s", "sort by the next column: address, depth, fill, in, out"),
    ("r", "reverse the order"),
    ("p, Space", "pause, and go on"),
    ("+, -", "look less often, more often"),
    ("Up, Down, PgUp, PgDn, Home, End", "scroll"),
    ("h, ?", "this help, and back"),
    ("", "HIGH is sampled; IN and OUT are messages a second between two looks"),
];

impl View {
    pub(super) fn new(sample: Sample, order: Order, interval: Duration) -> Self {
        let (reverse, paused, help) = (false, false, false);
        Self { sample, order, reverse, paused, help, interval, offset: 0, page: 1 }
    }

    /// Does what a key asks for.
    pub(super) fn press(&mut self, key: KeyEvent) -> Pressed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return Pressed::Quit,
            KeyCode::Char('q') => return Pressed::Quit,
            KeyCode::Esc if !self.help => return Pressed::Quit,
            KeyCode::Esc => self.help = false,
            KeyCode::Char('s') => self.order = self.order.next(),
            KeyCode::Char('r') => self.reverse = !self.reverse,
            KeyCode::Char('p' | ' ') => self.paused = !self.paused,
            KeyCode::Char('h' | '?') => self.help = !self.help,
            KeyCode::Char('+' | '=') => self.step(|now| STEPS.into_iter().find(|s| *s > now)),
            KeyCode::Char('-') => self.step(|now| STEPS.into_iter().rfind(|s| *s < now)),
            KeyCode::Down | KeyCode::Char('j') => self.offset = self.offset.saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => self.offset = self.offset.saturating_sub(1),
            KeyCode::PageDown => self.offset = self.offset.saturating_add(self.page),
            KeyCode::PageUp => self.offset = self.offset.saturating_sub(self.page),
            KeyCode::Home => self.offset = 0,
            KeyCode::End => self.offset = usize::MAX,
            _ => {}
        }
        Pressed::Something
    }

    fn step(&mut self, find: impl Fn(Duration) -> Option<Duration>) {
        self.interval = find(self.interval).unwrap_or(self.interval);
    }

    pub(super) fn draw(&mut self, frame: &mut Frame<'_>) {
        let gone = u16::try_from(self.sample.gone.len()).unwrap_or(u16::MAX);
        let [title, body, missing, keys] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(gone.min(3)),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        frame.render_widget(Paragraph::new(self.title()), title);
        if self.help {
            Self::draw_help(frame, body);
        } else {
            (self.offset, self.page) =
                table::draw(frame, body, &self.sample, self.order, self.reverse, self.offset);
        }
        let lines: Vec<Line<'_>> = self
            .sample
            .gone
            .iter()
            .map(|e| Line::styled(Printable(&e.to_string()).to_string(), alarm()))
            .collect();
        frame.render_widget(Paragraph::new(lines), missing);
        let keys_line = " q quit  s sort  r reverse  p pause  + - interval  h help ";
        frame.render_widget(Paragraph::new(keys_line).style(faint()), keys);
    }

    fn title(&self) -> Line<'static> {
        let segments = self.sample.segments.len();
        let objects: usize = self.sample.segments.iter().map(|s| s.objects.len()).sum();
        let direction = if self.reverse { ", reversed" } else { "" };
        let text = format!(
            "shmgen top  {}  {}, {}  every {}  by {}{direction}",
            self.sample.time.strftime("%H:%M:%SZ"),
            show::count(segments, "segment"),
            show::count(objects, "object"),
            seconds(self.interval),
            self.order.name(),
        );
        let mut spans = vec![Span::styled(text, bold())];
        if self.paused {
            spans.push(Span::styled("  paused", bold().add_modifier(Modifier::REVERSED)));
        }
        Line::from(spans)
    }

    fn draw_help(frame: &mut Frame<'_>, area: Rect) {
        let lines: Vec<Line<'_>> = HELP
            .iter()
            .map(|(keys, what)| {
                Line::from(vec![
                    Span::styled(format!("  {keys:<33}"), bold()),
                    Span::raw((*what).to_owned()),
                ])
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), area);
    }
}

fn seconds(interval: Duration) -> String {
    match interval.as_millis() {
        ms if ms % 1000 == 0 => format!("{} s", ms / 1000),
        ms => format!("{ms} ms"),
    }
}
