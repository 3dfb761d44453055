//! `top` on a terminal.
//!
//! The terminal is given back however this ends: by a key, by a signal that can
//! be caught, by an error, by a panic.

use super::sample::{Sample, Sampler};
use super::view::{Pressed, View};
use super::{Arguments, Stop};
use crate::failure::Done;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use std::time::{Duration, Instant};

/// How long keys are waited for before signals are looked at.
const PATIENCE: Duration = Duration::from_millis(50);

pub(super) fn run(arguments: &Arguments, mut sampler: Sampler, first: Sample, stop: &Stop) -> Done {
    let mut view = View::new(first, arguments.sort, arguments.interval);
    let mut screen = Screen::open()?;
    let mut looks = 1;
    let mut next = Instant::now() + view.interval;
    screen.draw(&mut view)?;
    while !stop.is_asked() {
        if Some(looks) == arguments.count && Instant::now() >= next {
            break;
        }
        if !view.paused && Instant::now() >= next {
            view.sample = sampler.look();
            looks += 1;
            // From now on, so that a slow look is not followed by a hurry.
            next = Instant::now() + view.interval;
            screen.draw(&mut view)?;
        }
        let left = next.saturating_duration_since(Instant::now());
        if !event::poll(if view.paused { PATIENCE } else { PATIENCE.min(left) })? {
            continue;
        }
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                if view.press(key) == Pressed::Quit {
                    break;
                }
                next = next.min(Instant::now() + view.interval);
            }
            Event::Resize(..) => {}
            _ => continue,
        }
        screen.draw(&mut view)?;
    }
    Ok(())
}

/// The terminal in the state that drawing needs; given back on drop. A panic
/// gives it back before it is told, see [`ratatui::try_init`].
struct Screen(DefaultTerminal);

impl Screen {
    fn open() -> std::io::Result<Self> {
        match ratatui::try_init() {
            Ok(terminal) => Ok(Self(terminal)),
            Err(error) => {
                // It may be half done.
                let _ = ratatui::try_restore();
                Err(error)
            }
        }
    }

    fn draw(&mut self, view: &mut View) -> std::io::Result<()> {
        self.0.draw(|frame| view.draw(frame)).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // What cannot be written to cannot be given back either.
        let _ = ratatui::try_restore();
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::Screen;
    use shmgen_test_support::terminal::Terminal;
    use std::process::Command;

    /// Says that the test below is to play its part.
    const PART: &str = "SHMGEN_TEST_PANIC_ON_SCREEN";

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        if std::env::var_os(PART).is_some() {
            let mut screen = Screen::open().unwrap();
            screen.0.draw(|frame| frame.render_widget("something", frame.area())).unwrap();
            panic!("in the middle of it");
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        let name = "verbs::top::screen::tests::a_panic_gives_the_terminal_back_before_it_is_told";
        command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(PART, "1");
        let mut terminal = Terminal::start(command, 24, 80);
        assert!(!terminal.end().success());
        assert!(terminal.is_given_back(), "{:?}", terminal.text());
        let text = terminal.text();
        let (left, told) = (text.find("\u{1b}[?1049l"), text.find("in the middle of it"));
        assert!(left.is_some() && left < told, "{text:?}");
    }
}
