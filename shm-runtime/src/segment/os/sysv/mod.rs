//! System V segments: shmget and its family (shmget(2), shmat(2), shmctl(2)),
//! which nix does not have.
//!
//! Those of ours have a companion file; see `companion`. Private ones are found
//! by an id file; see `idfile`.

mod companion;
mod find;
pub(crate) mod idfile;
mod kernel;
mod key;
mod life;
mod named;
mod reap;

pub(crate) use companion::{
    change_companion, companion_path, make_companion, open_companion, parse_companion,
    remove_companion,
};
pub(crate) use find::find;
pub(crate) use kernel::{
    KernelStat, attach, birth_mark, change, discard, is_removed, list, lock, map, stat,
};
pub(crate) use life::{announce, is_stillborn, make, remove};
pub(crate) use named::named;
