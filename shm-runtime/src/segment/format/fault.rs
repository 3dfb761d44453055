//! What is wrong with a segment that begins like one of ours and cannot be
//! read, or not wholly: for those who look at it and for those who attach.

use crate::error::ErrorKind;
use crate::segment::format::directory::Misplaced;
use crate::segment::format::header::{FORMAT_MAJOR, Header, HeaderFault};
use crate::text::{Printable, bytes};
use crate::types::fingerprint::Fingerprint;
use crate::types::read::DecodeError;
use std::fmt;

/// Why a segment of ours cannot be read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: ErrorKind,
    text: String,
}

impl Fault {
    /// Its own numbers do not fit together.
    pub(crate) fn damage(text: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Corrupt, text: text.into() }
    }

    /// Why the contract that lies in a segment, in these bytes, cannot be read. One
    /// with the fingerprint that the header gives is as it was written: what is not
    /// known of it is no damage.
    pub(crate) fn of_contract(error: &DecodeError, header: &Header, bytes: &[u8]) -> Self {
        match error.unknown() {
            Some(what) if Fingerprint::of_bytes(bytes) == header.fingerprint => Self {
                kind: ErrorKind::Mismatch,
                text: format!(
                    "it was made by a newer shmgen ({}, this is {}): its contract has {}, which \
                     this version does not know; update this program's shmgen",
                    Printable(&header.tool_version),
                    env!("CARGO_PKG_VERSION"),
                    Printable(what),
                ),
            },
            _ => Self::damage(error.to_string()),
        }
    }

    /// Why the directory cannot be used: what is wrong, with the object that it is
    /// wrong with.
    pub(crate) fn of_directory(wrong: &Misplaced, header: &Header, what: &str) -> Self {
        if !wrong.newer {
            return Self::damage(format!("its directory is damaged: {what}"));
        }
        let text = format!(
            "it was made by a newer shmgen ({}, this is {}): {what}, which this version does not \
             know; update this program's shmgen",
            Printable(&header.tool_version),
            env!("CARGO_PKG_VERSION"),
        );
        Self { kind: ErrorKind::Mismatch, text }
    }

    /// Why the first bytes of a segment of this size are no header that this
    /// version can use.
    pub(crate) fn of_header(fault: &HeaderFault, size: u64) -> Self {
        let mismatch = |text: String| Self { kind: ErrorKind::Mismatch, text };
        match fault {
            HeaderFault::Foreign => mismatch(format!(
                "it is a bare segment of {} or another program's: it has no header of ours, so no \
                 schema to compare",
                bytes(size)
            )),
            HeaderFault::ByteOrder => {
                mismatch("it was made on a machine of the other byte order".to_owned())
            }
            HeaderFault::Format(major, minor) => mismatch(format!(
                "it has segment format {major}.{minor}, this program reads {FORMAT_MAJOR}.x; build \
                 both with the same major version of shmgen"
            )),
            HeaderFault::Damaged(what) => Self::damage(format!("its header is damaged: {what}")),
        }
    }

    /// [`Corrupt`](ErrorKind::Corrupt), or [`Mismatch`](ErrorKind::Mismatch) for
    /// one that another version or another machine can read.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
