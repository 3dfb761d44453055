//! The verbs of the command, one file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod create;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod dump;
pub(crate) mod explain;
pub(crate) mod gc;
pub(crate) mod generate;
pub(crate) mod init;
pub(crate) mod layout;
pub(crate) mod lock;
pub(crate) mod ls;
pub(crate) mod patience;
pub(crate) mod read;
pub(crate) mod rm;
pub(crate) mod schema;
pub(crate) mod set;
pub(crate) mod size;
pub(crate) mod stat;
pub(crate) mod top;
pub(crate) mod write;

use crate::failure::Failure;
use shm_runtime::{Address, Options};
use shmgen::diagnostics::{Diagnostics, Format, render};
use shmgen::model::{Limits, Schema};
use std::path::Path;

/// Reads a schema that must be right.
fn load(path: &Path) -> Result<Schema, Failure> {
    shmgen::check_file(path, Limits::default()).into_result().map_err(|d| wrong(&d))
}

/// A failure because of what is wrong with a schema.
fn wrong(diagnostics: &Diagnostics) -> Failure {
    Failure::schema(told(diagnostics))
}

/// Diagnostics for people.
fn told(diagnostics: &Diagnostics) -> String {
    render(diagnostics, Format::Text, crate::show::colour())
}

/// An address argument.
fn address(text: &str) -> Result<Address, Failure> {
    Ok(text.parse::<Address>()?)
}

/// The user that the kernel checks.
fn caller() -> u32 {
    nix::unistd::geteuid().as_raw()
}

/// Whom to trust when looking at segments.
#[derive(clap::Args, Debug)]
pub(crate) struct Trust {
    /// Look at it whoever it belongs to.
    #[arg(long)]
    any_owner: bool,
}

impl Trust {
    fn options(&self) -> Options {
        let options = Options::default();
        if self.any_owner { options.trust_any_owner() } else { options }
    }
}

/// Permissions as an octal number: 640, 0640 or 0o640.
fn mode(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    u32::from_str_radix(digits, 8)
        .ok()
        .filter(|m| *m <= 0o777)
        .ok_or_else(|| "permissions are an octal number up to 777, such as 640".to_owned())
}

/// A number of bytes, at least one: 4096, 64K, 4M or 1G (powers of 1024).
fn bytes(text: &str) -> Result<u64, String> {
    bytes_or_none(text)
        .ok()
        .filter(|n| *n > 0)
        .ok_or_else(|| "a size is a number of bytes, from 1 on, such as 4096, 64K or 4M".to_owned())
}

/// A number of bytes, which may be 0.
fn bytes_or_none(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let shift = match unit.trim_end_matches("iB").trim_end_matches('B') {
        "" => 0,
        "K" | "k" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err("a size is a number of bytes, such as 4096, 64K, 4M or 1G".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a size begins with a number".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "more bytes than 64 bits can count".to_owned())
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{bytes, mode};

    #[test]
    fn sizes_and_modes_are_read_as_people_write_them() {
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("4M"), Ok(4 << 20));
        assert_eq!(bytes("4MiB"), Ok(4 << 20));
        assert!(bytes("").is_err() && bytes("0").is_err() && bytes("4x").is_err());
        assert!(bytes("99999999999999G").is_err());
        assert_eq!((mode("640"), mode("0640"), mode("0o640")), (Ok(0o640), Ok(0o640), Ok(0o640)));
        assert!(mode("888").is_err() && mode("1000").is_err() && mode("").is_err());
    }
}
