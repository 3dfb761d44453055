//! Where there are no segments: every call of the modules that speak to the
//! operating system answers Unsupported, or that it knows nothing. Their real
//! forms are `file`, `huge`, `idfile`, `memfd`, `posix`, `sysv`, `locks` and `process`.

use crate::error::{Error, ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use std::fs::File;

fn no<T>(attempt: Attempt<'_>) -> Result<T> {
    Err(attempt.fail(ErrorKind::Unsupported, "segments need 64-bit little-endian Linux"))
}

pub(crate) mod kept {
    use super::*;

    pub(crate) struct KeptFile(File);

    impl KeptFile {
        pub(crate) fn new(_: File, attempt: Attempt<'_>) -> Result<Self> {
            no(attempt)
        }
        pub(crate) fn just_opened(&self) -> &File {
            &self.0
        }
        pub(crate) fn get(&self) -> Option<&File> {
            None
        }
        pub(crate) fn require(&self, attempt: Attempt<'_>) -> Result<&File> {
            no(attempt)
        }
    }
}

pub(crate) mod file {
    use super::{Address, Attempt, Error, ErrorKind, File, Mapping, Result, no};

    pub(crate) struct FileFacts {
        pub(crate) device: u64,
        pub(crate) inode: u64,
        pub(crate) size: u64,
        pub(crate) mode: u32,
        pub(crate) uid: u32,
        pub(crate) gid: u32,
        pub(crate) resident: u64,
        pub(crate) swapped: Option<u64>,
        pub(crate) access_time: i64,
        pub(crate) modify_time: i64,
        pub(crate) change_time: i64,
        pub(crate) birth_time: Option<i64>,
    }

    pub(crate) fn map(_: &File, _: u64, _: bool, attempt: Attempt<'_>) -> Result<Mapping> {
        no(attempt)
    }
    pub(crate) fn hold_open(_: &File, attempt: Attempt<'_>) -> Result<Mapping> {
        no(attempt)
    }
    pub(crate) fn read(_: &File, _: u64, _: &mut [u8], address: &Address) -> Result<()> {
        no(Attempt::new("read", address))
    }
    pub(crate) fn write(_: &File, _: u64, _: &[u8], attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn reopen(_: &File, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn facts(_: &File, attempt: Attempt<'_>) -> Result<FileFacts> {
        no(attempt)
    }
    pub(crate) fn keep_out_of_core(_: &Mapping, _: bool) {}
    pub(crate) fn place(_: &File) -> Result<(u64, u64)> {
        Err(Error::new(ErrorKind::Unsupported, "there are no segments here"))
    }
    pub(crate) fn set<F>(
        _: F,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn lock(_: &Mapping, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
}

pub(crate) mod huge {
    use super::{Attempt, File, Mapping, Result, no};

    pub(crate) struct Found {
        pub(crate) page: u64,
        pub(crate) huge: u64,
    }

    pub(crate) fn page() -> u64 {
        4096
    }
    pub(crate) fn prefault(_: &Mapping, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn hugetlb_page(_: &File) -> Option<u64> {
        None
    }
    pub(crate) fn seen_by(_: &[u32], _: impl Fn(&str) -> bool) -> Option<Found> {
        None
    }
}

pub(crate) mod memfd {
    use super::{Address, Attempt, File, Making, Mapping, Options, Result, no};

    pub(crate) struct Found {
        pub(crate) pid: u32,
        pub(crate) fd: i32,
    }

    pub(crate) fn make(
        _: &str,
        _: u64,
        _: &Making,
        attempt: Attempt<'_>,
    ) -> Result<(File, Mapping)> {
        no(attempt)
    }
    pub(crate) fn address(_: &File) -> Address {
        Address::Memfd(None)
    }
    pub(crate) fn open_checked(
        _: (u32, i32),
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<(File, u64)> {
        no(attempt)
    }
    pub(crate) fn peek(_: (u32, i32), attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn name(_: &File) -> Option<String> {
        None
    }
    pub(crate) fn reopen(_: &File, _: bool, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn seal_names(_: &File) -> Option<Vec<&'static str>> {
        None
    }
    pub(crate) fn check_seals(_: &File, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn retire(_: &File, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn list() -> Vec<Found> {
        Vec::new()
    }
}

pub(crate) mod posix {
    use super::{Attempt, File, Making, Mapping, Options, Result, no};

    pub(crate) enum OwnName {}

    pub(crate) type Made = (File, Option<OwnName>, Mapping);

    pub(crate) fn make(_: u64, _: &Making, attempt: Attempt<'_>) -> Result<Made> {
        no(attempt)
    }
    pub(crate) fn publish(_: &File, _: &str, _: &Making, attempt: Attempt<'_>) -> Result<String> {
        no(attempt)
    }
    pub(crate) fn open_checked(
        _: &str,
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<(File, u64)> {
        no(attempt)
    }
    pub(crate) fn peek(_: &str, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn is_unlinked(_: &File) -> bool {
        false
    }
    pub(crate) fn remove(_: &str, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn remove_this(_: &str, _: &File, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn set(
        _: &str,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn list() -> Vec<String> {
        Vec::new()
    }
}

pub(crate) mod sysv {
    pub(crate) mod idfile {
        use super::super::{Attempt, Result, no};

        pub(crate) struct IdFile {
            pub(crate) id: i32,
            pub(crate) birth_mark: u64,
            pub(crate) size: u64,
        }

        pub(crate) fn change(
            _: &str,
            _: Option<u32>,
            _: Option<u32>,
            attempt: Attempt<'_>,
        ) -> Result<()> {
            no(attempt)
        }
    }

    use super::{Address, Attempt, File, Making, Mapping, Options, Result, no};
    use idfile::IdFile;

    pub(crate) struct KernelStat {
        pub(crate) id: i32,
        pub(crate) key: u32,
        pub(crate) mode: u32,
        pub(crate) size: u64,
        pub(crate) uid: u32,
        pub(crate) gid: u32,
        pub(crate) creator_uid: u32,
        pub(crate) creator_gid: u32,
        pub(crate) creator_pid: u32,
        pub(crate) last_pid: u32,
        pub(crate) attached: u64,
        pub(crate) attach_time: i64,
        pub(crate) detach_time: i64,
        pub(crate) change_time: i64,
        pub(crate) pages: Option<super::resident::Pages>,
    }

    impl KernelStat {
        pub(crate) fn is_removed(&self) -> bool {
            false
        }
        pub(crate) fn is_locked(&self) -> bool {
            false
        }
    }

    pub(crate) fn find(_: &Address, attempt: Attempt<'_>) -> Result<i32> {
        no(attempt)
    }
    pub(crate) fn stat(_: i32, attempt: Attempt<'_>) -> Result<KernelStat> {
        no(attempt)
    }
    pub(crate) fn is_removed(_: i32) -> bool {
        false
    }
    pub(crate) fn make(
        _: &Address,
        _: u64,
        _: &Making,
        _: Option<&[u8; 512]>,
        attempt: Attempt<'_>,
    ) -> Result<(i32, Mapping)> {
        no(attempt)
    }
    pub(crate) fn discard(_: i32) {}
    pub(crate) fn attach(_: i32, _: bool, _: &Options, attempt: Attempt<'_>) -> Result<Mapping> {
        no(attempt)
    }
    pub(crate) fn change(
        _: i32,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn lock(_: i32, _: bool, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn announce(
        _: &Address,
        _: &IdFile,
        _: &Making,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn remove(_: &Address, _: i32, attempt: Attempt<'_>) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn birth_mark(_: i32) -> Result<Option<u64>> {
        Ok(None)
    }
    pub(crate) fn map(_: i32, _: bool, _: usize, attempt: Attempt<'_>) -> Result<Mapping> {
        no(attempt)
    }
    pub(crate) fn make_companion(_: i32, _: u64, _: &Making, attempt: Attempt<'_>) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn open_companion(
        _: i32,
        _: u64,
        _: bool,
        _: &Options,
        attempt: Attempt<'_>,
    ) -> Result<File> {
        no(attempt)
    }
    pub(crate) fn change_companion(
        _: i32,
        _: u64,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        no(attempt)
    }
    pub(crate) fn remove_companion(_: i32, _: u64) {}
    pub(crate) fn list() -> Vec<KernelStat> {
        Vec::new()
    }
}

pub(crate) mod resident {
    #[derive(Clone, Copy)]
    pub(crate) struct Pages {
        pub(crate) resident: u64,
        pub(crate) swapped: u64,
    }

    pub(crate) fn of_sysv(_: i32) -> Option<Pages> {
        None
    }
}

pub(crate) mod locks {
    use super::{Error, ErrorKind, File, Result};

    pub(crate) const READERS: i64 = 0;
    pub(crate) const REMOVE: i64 = 0;

    fn no<T>() -> Result<T> {
        Err(Error::new(ErrorKind::Unsupported, "there are no locks of this kind here"))
    }
    pub(crate) fn try_write(_: &File, _: i64) -> Result<bool> {
        no()
    }
    pub(crate) fn try_read(_: &File, _: i64) -> Result<bool> {
        no()
    }
    pub(crate) fn is_write_locked(_: &File, _: i64) -> bool {
        true
    }
    pub(crate) fn is_any_locked(_: &File, _: i64) -> bool {
        true
    }
}

pub(crate) mod nobody {
    pub(crate) fn is_anybody(_: u32) -> bool {
        false
    }
}

pub(crate) mod process {
    #[derive(Default)]
    pub(crate) struct Mappers;

    impl Mappers {
        pub(crate) fn find() -> Self {
            Self
        }
        pub(crate) fn of(&self, _: u64, _: u64) -> Vec<u32> {
            Vec::new()
        }
        pub(crate) fn of_sysv(&self, _: i32) -> Vec<u32> {
            Vec::new()
        }
    }

    pub(crate) fn mapped_file(_: &str) -> Option<(u64, u64)> {
        None
    }
    pub(crate) fn mapped_sysv(_: &str) -> Option<u64> {
        None
    }

    pub(crate) fn effective_uid() -> u32 {
        0
    }
    pub(crate) fn user_id(_: &str) -> Option<u32> {
        None
    }

    pub(crate) fn group_id(_: &str) -> Option<u32> {
        None
    }
    pub(crate) fn now_ns() -> u64 {
        0
    }
    pub(crate) fn program_name() -> String {
        String::new()
    }
    pub(crate) fn random() -> u64 {
        0
    }
    pub(crate) fn pid_namespace() -> u64 {
        0
    }
    pub(crate) fn pid_is_dead(_: u32) -> bool {
        false
    }
}

pub(crate) mod pidfds {
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Life {
        Runs,
        Ended,
        Unknown,
    }

    #[derive(Default)]
    pub(crate) struct Pidfds;

    impl Pidfds {
        pub(crate) fn look(&mut self) {}
        pub(crate) fn ask(&mut self, _: u32, watch: bool) -> Life {
            if watch { Life::Unknown } else { Life::Runs }
        }
        pub(crate) fn forget_the_others(&mut self) {}
    }
}
