//! Where there are no segments: every call of the modules that speak to the
//! operating system answers Unsupported, or that it knows nothing. Their real
//! forms are `file`, `huge`, `idfile`, `memfd`, `posix`, `sysv`, `locks` and `process`.

use super::account::AccountKind;
use super::address::Address;
use super::failure::Attempt;
use super::options::{Making, Options};
use crate::error::{Error, ErrorKind, Result};
use crate::memory::Mapping;
use std::fs::File;

fn no<T>(attempt: Attempt<'_>) -> Result<T> {
    Err(attempt.fail(ErrorKind::Unsupported, "segments need 64-bit little-endian Linux"))
}

pub(super) mod file {
    use super::{Address, Attempt, Error, ErrorKind, File, Mapping, Result, no};

    pub(in super::super) struct FileFacts {
        pub(in super::super) device: u64,
        pub(in super::super) inode: u64,
        pub(in super::super) size: u64,
        pub(in super::super) mode: u32,
        pub(in super::super) uid: u32,
        pub(in super::super) gid: u32,
        pub(in super::super) resident: u64,
        pub(in super::super) swapped: Option<u64>,
        pub(in super::super) access_time: i64,
        pub(in super::super) modify_time: i64,
        pub(in super::super) change_time: i64,
        pub(in super::super) birth_time: Option<i64>,
    }

    pub(in super::super) fn map(
        _: &File,
        _: u64,
        _: bool,
        attempt: Attempt<'_>,
    ) -> Result<Mapping> {
        no(attempt)
    }
    pub(in super::super) fn read(_: &File, _: u64, _: &mut [u8], address: &Address) -> Result<()> {
        no(Attempt::new("read", address))
    }
    pub(in super::super) fn write(_: &File, _: u64, _: &[u8], attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn reopen(_: &File, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn facts(_: &File, attempt: Attempt<'_>) -> Result<FileFacts> {
        no(attempt)
    }
    pub(in super::super) fn place(_: &File) -> Result<(u64, u64)> {
        Err(Error::new(ErrorKind::Unsupported, "there are no segments here"))
    }
    pub(in super::super) fn set<F>(
        _: F,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn lock(_: &Mapping, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
}

pub(super) mod huge {
    use super::{Attempt, File, Mapping, Result, no};

    pub(in super::super) struct Found {
        pub(in super::super) page: u64,
        pub(in super::super) huge: u64,
    }

    pub(in super::super) fn page() -> u64 {
        4096
    }
    pub(in super::super) fn prefault(_: &Mapping, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn hugetlb_page(_: &File) -> Option<u64> {
        None
    }
    pub(in super::super) fn seen_by(_: &[u32], _: impl Fn(&str) -> bool) -> Option<Found> {
        None
    }
}

pub(super) mod idfile {
    use super::{Attempt, Result, no};

    pub(in super::super) struct IdFile {
        pub(in super::super) id: i32,
        pub(in super::super) birth_mark: u64,
        pub(in super::super) size: u64,
    }

    pub(in super::super) fn change(
        _: &str,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
}

pub(super) mod memfd {
    use super::{Address, Attempt, File, Making, Mapping, Options, Result, no};

    pub(in super::super) struct Found {
        pub(in super::super) pid: u32,
        pub(in super::super) fd: i32,
    }

    pub(in super::super) fn make(
        _: &str,
        _: u64,
        _: &Making,
        attempt: Attempt<'_>,
    ) -> Result<(File, Mapping)> {
        no(attempt)
    }
    pub(in super::super) fn address(_: &File) -> Address {
        Address::Memfd(None)
    }
    pub(in super::super) fn open_checked(
        _: (u32, i32),
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<(File, u64)> {
        no(attempt)
    }
    pub(in super::super) fn peek(_: (u32, i32), attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn name(_: &File) -> Option<String> {
        None
    }
    pub(in super::super) fn reopen(_: &File, _: bool, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn seal_names(_: &File) -> Option<Vec<&'static str>> {
        None
    }
    pub(in super::super) fn check_seals(_: &File, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn retire(_: &File, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn list() -> Vec<Found> {
        Vec::new()
    }
}

pub(super) mod posix {
    use super::{Attempt, File, Making, Mapping, Options, Result, no};

    pub(in super::super) fn make(
        _: u64,
        _: &Making,
        attempt: Attempt<'_>,
    ) -> Result<(File, Mapping)> {
        no(attempt)
    }
    pub(in super::super) fn publish(
        _: &File,
        _: &str,
        _: &Making,
        attempt: Attempt<'_>,
    ) -> Result<String> {
        no(attempt)
    }
    pub(in super::super) fn open_checked(
        _: &str,
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<(File, u64)> {
        no(attempt)
    }
    pub(in super::super) fn peek(_: &str, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn is_unlinked(_: &File) -> bool {
        false
    }
    pub(in super::super) fn remove(_: &str, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn remove_this(_: &str, _: &File, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn set(
        _: &str,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn list() -> Vec<String> {
        Vec::new()
    }
}

pub(super) mod sysv {
    use super::idfile::IdFile;
    use super::{Address, Attempt, File, Making, Mapping, Options, Result, no};

    pub(in super::super) struct KernelStat {
        pub(in super::super) id: i32,
        pub(in super::super) key: u32,
        pub(in super::super) mode: u32,
        pub(in super::super) size: u64,
        pub(in super::super) uid: u32,
        pub(in super::super) gid: u32,
        pub(in super::super) creator_uid: u32,
        pub(in super::super) creator_gid: u32,
        pub(in super::super) creator_pid: u32,
        pub(in super::super) last_pid: u32,
        pub(in super::super) attached: u64,
        pub(in super::super) attach_time: i64,
        pub(in super::super) detach_time: i64,
        pub(in super::super) change_time: i64,
        pub(in super::super) pages: Option<super::resident::Pages>,
    }

    impl KernelStat {
        pub(in super::super) fn is_locked(&self) -> bool {
            false
        }
    }

    pub(in super::super) fn find(_: &Address, attempt: Attempt<'_>) -> Result<i32> {
        no(attempt)
    }
    pub(in super::super) fn stat(_: i32, attempt: Attempt<'_>) -> Result<KernelStat> {
        no(attempt)
    }
    pub(in super::super) fn is_removed(_: i32) -> bool {
        false
    }
    pub(in super::super) fn make(
        _: &Address,
        _: u64,
        _: &Making,
        _: Option<&[u8; 512]>,
        attempt: Attempt<'_>,
    ) -> Result<(i32, Mapping)> {
        no(attempt)
    }
    pub(in super::super) fn discard(_: i32) {}
    pub(in super::super) fn attach(
        _: i32,
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<Mapping> {
        no(attempt)
    }
    pub(in super::super) fn change(
        _: i32,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn lock(_: i32, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn announce(
        _: &Address,
        _: &IdFile,
        _: &Making,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn remove(_: &Address, _: i32, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn birth_mark(_: i32) -> Result<Option<u64>> {
        Ok(None)
    }
    pub(in super::super) fn map(
        _: i32,
        _: bool,
        _: usize,
        attempt: Attempt<'_>,
    ) -> Result<Mapping> {
        no(attempt)
    }
    pub(in super::super) fn make_companion(
        _: i32,
        _: u64,
        _: &Making,
        attempt: Attempt<'_>,
    ) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn open_companion(
        _: i32,
        _: u64,
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<File> {
        no(attempt)
    }
    pub(in super::super) fn change_companion(
        _: i32,
        _: u64,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(in super::super) fn remove_companion(_: i32, _: u64) {}
    pub(in super::super) fn list() -> Vec<KernelStat> {
        Vec::new()
    }
}

pub(super) mod resident {
    #[derive(Clone, Copy)]
    pub(in super::super) struct Pages {
        pub(in super::super) resident: u64,
        pub(in super::super) swapped: u64,
    }

    pub(in super::super) fn of_sysv(_: i32) -> Option<Pages> {
        None
    }
}

pub(super) mod locks {
    use super::{Error, ErrorKind, File, Result};

    pub(in super::super) const READERS: i64 = 0;
    pub(in super::super) const REMOVE: i64 = 0;

    fn no<T>() -> Result<T> {
        Err(Error::new(ErrorKind::Unsupported, "there are no locks of this kind here"))
    }
    pub(in super::super) fn try_write(_: &File, _: i64) -> Result<bool> {
        no()
    }
    pub(in super::super) fn try_read(_: &File, _: i64) -> Result<bool> {
        no()
    }
    pub(in super::super) fn is_write_locked(_: &File, _: i64) -> bool {
        true
    }
    pub(in super::super) fn is_any_locked(_: &File, _: i64) -> bool {
        true
    }
}

pub(super) mod process {
    use super::AccountKind;

    #[derive(Default)]
    pub(in super::super) struct Mappers;

    impl Mappers {
        pub(in super::super) fn find() -> Self {
            Self
        }
        pub(in super::super) fn of(&self, _: u64, _: u64) -> Vec<u32> {
            Vec::new()
        }
        pub(in super::super) fn of_sysv(&self, _: i32) -> Vec<u32> {
            Vec::new()
        }
    }

    pub(in super::super) fn mapped_file(_: &str) -> Option<(u64, u64)> {
        None
    }
    pub(in super::super) fn mapped_sysv(_: &str) -> Option<u64> {
        None
    }

    pub(in super::super) fn effective_uid() -> u32 {
        0
    }
    pub(in super::super) fn account(_: &str, _: AccountKind) -> Option<u32> {
        None
    }
    pub(in super::super) fn now_ns() -> u64 {
        0
    }
    pub(in super::super) fn program_name() -> String {
        String::new()
    }
    pub(in super::super) fn random() -> u64 {
        0
    }
    pub(in super::super) fn pid_namespace() -> u64 {
        0
    }
    pub(in super::super) fn pid_is_dead(_: u32) -> bool {
        false
    }
}
