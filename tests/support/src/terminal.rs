//! A terminal for a program: what it writes there, keys for it, and whether the
//! terminal is as it was before.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program on a terminal; killed when this value goes.
pub struct Terminal {
    pub child: Child,
    master: File,
    /// The program's side, kept so that its settings can be asked afterwards.
    slave: File,
    size: (usize, usize),
    /// All that was written there.
    pub written: Vec<u8>,
}

fn show(grid: &[Vec<char>]) -> String {
    grid.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned() + "\n").collect()
}

impl Terminal {
    /// Starts a program on a terminal of this size.
    pub fn start(command: Command, rows: u16, columns: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let slave = File::from(pty.slave);
        let end = || Stdio::from(slave.try_clone().unwrap());
        // The terminal is that of its session, so that keys make signals. setsid(1)
        // becomes the program, with its pid.
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        session.stdin(end()).stdout(end()).stderr(end()).env("TERM", "xterm-256color");
        let child = session.spawn().unwrap();
        let size = (rows.into(), columns.into());
        Self { child, master: File::from(pty.master), slave, size, written: Vec::new() }
    }

    /// What was written so far, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }

    /// Reads what is written meanwhile; `false` if nothing came in that time.
    fn listen(&mut self, patience: Duration) -> bool {
        let mut fds = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        let patience = PollTimeout::try_from(patience).unwrap();
        if poll(&mut fds, patience).unwrap_or(0) == 0 {
            return false;
        }
        let mut buffer = [0; 65_536];
        match self.master.read(&mut buffer) {
            Ok(n) => self.written.extend_from_slice(&buffer[..n]),
            Err(_) => return false,
        }
        true
    }

    /// What is to be seen: the lines of the screen. Of what a program can write it
    /// knows text, where the cursor goes, and clearing all.
    pub fn screen(&self) -> String {
        let (rows, columns) = self.size;
        let mut grid = vec![vec![' '; columns]; rows];
        let (mut row, mut column) = (0, 0);
        let text = self.text();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\u{1b}' => {
                    if chars.next() != Some('[') {
                        continue;
                    }
                    let mut codes = String::new();
                    let command = loop {
                        match chars.next() {
                            Some(c) if c.is_ascii_alphabetic() => break c,
                            Some(c) => codes.push(c),
                            None => return show(&grid), // the rest is on its way
                        }
                    };
                    let numbers: Vec<usize> =
                        codes.split(';').map(|n| n.parse().unwrap_or(1)).collect();
                    match command {
                        'H' => {
                            (row, column) = (numbers[0] - 1, numbers.get(1).map_or(0, |n| n - 1))
                        }
                        'J' => grid.iter_mut().for_each(|line| line.fill(' ')),
                        _ => {}
                    }
                }
                '\r' => column = 0,
                '\n' => row += 1,
                c => {
                    if let Some(cell) = grid.get_mut(row).and_then(|line| line.get_mut(column)) {
                        *cell = c;
                    }
                    column += 1;
                }
            }
        }
        show(&grid)
    }

    /// Waits until the screen is so.
    pub fn sees(&mut self, what: &str, so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !so(&self.screen()) {
            let late = start.elapsed() > Duration::from_secs(20);
            assert!(!late, "no {what} on\n{}", self.screen());
            self.listen(Duration::from_millis(20));
        }
    }

    /// Waits until what was written is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !so(&self.text()) {
            let late = start.elapsed() > Duration::from_secs(20);
            assert!(!late, "no {what} in {:?}", self.text());
            self.listen(Duration::from_millis(20));
        }
    }

    /// Reads what is written for so long.
    pub fn watch(&mut self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time {
            self.listen(Duration::from_millis(20));
        }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end of the program, and hears what it says last.
    pub fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            self.listen(Duration::from_millis(10));
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it does not end: {}", self.text());
        };
        while self.listen(Duration::from_millis(50)) {}
        status
    }

    /// Whether lines are edited and keys are echoed, as in a shell.
    pub fn is_cooked(&self) -> bool {
        let flags = tcgetattr(&self.slave).unwrap().local_flags;
        flags.contains(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG)
    }

    /// Whether the screen that was there before is there again, and the cursor.
    pub fn is_given_back(&self) -> bool {
        let text = self.text();
        let last = |yes: &str, no: &str| text.rfind(yes) >= text.rfind(no);
        self.is_cooked()
            && last("\u{1b}[?1049l", "\u{1b}[?1049h")
            && last("\u{1b}[?25h", "\u{1b}[?25l")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
