//! `shmgen read`: the bytes of a segment, as they are.

use super::{Trust, address, bytes_or_none};
use crate::failure::Done;
use shm_runtime::SegmentBytes;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

/// Copy bytes out of a segment to standard output
///
/// As they are, of any segment; `dump` decodes those of a schema. On a terminal, and with --hex,
/// they are shown as numbers.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// From this byte on: 4096, 64K, 4M
    #[arg(long, value_name = "N", value_parser = bytes_or_none, default_value = "0")]
    offset: u64,
    /// How many bytes; without it, all that follow
    #[arg(long, value_name = "N", value_parser = bytes_or_none)]
    size: Option<u64>,
    /// As hexadecimal numbers, 16 to a line
    #[arg(long)]
    hex: bool,
    #[command(flatten)]
    trust: Trust,
}

/// How much is copied at once.
const STEP: usize = 1 << 20;

pub(crate) fn run(arguments: &Arguments) -> Done {
    let segment = SegmentBytes::open(&address(&arguments.address)?, &arguments.trust.options())?;
    let rest = segment.size().saturating_sub(arguments.offset);
    let size = arguments.size.unwrap_or(rest);
    segment.check(arguments.offset, size)?;
    let mut out = std::io::stdout().lock();
    // What lies in a segment must not command a terminal.
    let hex = arguments.hex || out.is_terminal();
    let mut buffer = vec![0; usize::try_from(size).map_or(STEP, |n| n.min(STEP))];
    let mut done = 0;
    while done < size {
        let n = usize::try_from(size - done).map_or(STEP, |n| n.min(STEP));
        let part = &mut buffer[..n];
        let at = arguments.offset + done;
        segment.read_at(at, part)?;
        if hex {
            out.write_all(hex_lines(at, part).as_bytes())?;
        } else {
            out.write_all(part)?;
        }
        done += n as u64;
    }
    out.flush()?;
    Ok(())
}

/// `00000010  68 65 6c 6c 6f ..  |hello..|`, a line for 16 bytes.
pub(super) fn hex_lines(offset: u64, bytes: &[u8]) -> String {
    // Offset, three for each byte, one for each as text, and what lies between.
    let mut out = String::with_capacity(bytes.len().div_ceil(16) * 80);
    for (i, line) in bytes.chunks(16).enumerate() {
        let _ = write!(out, "{:08x} ", offset + i as u64 * 16);
        for byte in line {
            out.push(' ');
            push_hex(&mut out, *byte);
        }
        (line.len()..16).for_each(|_| out.push_str("   "));
        out.push_str("  |");
        let shown = |b: u8| if b.is_ascii_graphic() || b == b' ' { char::from(b) } else { '.' };
        out.extend(line.iter().map(|b| shown(*b)));
        out.push_str("|\n");
    }
    out
}

/// The two digits of a byte. Formatting would take ten times as long, and there may be
/// many.
pub(super) fn push_hex(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::hex_lines;

    #[test]
    fn bytes_are_shown_sixteen_to_a_line_with_what_can_be_printed() {
        let shown = hex_lines(16, b"0123456789abcdef\x1b[2J");
        let mut lines = shown.lines();
        let first = "00000010  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|";
        assert_eq!(lines.next(), Some(first));
        let second = lines.next().unwrap();
        assert!(second.starts_with("00000020  1b 5b 32 4a ") && second.ends_with("|.[2J|"));
        assert_eq!(second.find('|'), first.find('|'));
        assert_eq!(hex_lines(0, b""), "");
    }
}
