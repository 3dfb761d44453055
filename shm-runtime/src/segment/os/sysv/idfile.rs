//! The id file of a private System V segment. Such a segment has no key by
//! which it could be found; the file holds its id.
//!
//! One line: `shmgen.sysv ID BIRTH_MARK SIZE IPC_NAMESPACE BOOT`, the birth mark as
//! 16 hexadecimal digits, zeros for a bare segment; an earlier form, which is still
//! read, ends with the size. The file is there, whole and with mode
//! 0600, once the segment is ready, and is never changed; so whoever finds it
//! finds a segment that can be used, or one that is gone. That is determined by id,
//! birth mark and size: ids come again.
//!
//! The file of a segment that is gone is *stale*. Attaching calls it
//! `NotFound`; creating puts a new one in its place. An id counts in its IPC
//! namespace alone: what lies in another one of this boot cannot be looked for, so
//! it is `Unsupported`, and nothing is changed.

use super::kernel::KernelStat;
use super::{kernel, reap};
use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::posix::{inode, look};
use crate::segment::os::{file, limits, locks, nobody, process};
use crate::text::Printable;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag};
use nix::sys::stat::{FileStat, Mode, lstat};
use nix::unistd::{LinkatFlags, linkat, unlink};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

const WORD: &str = "shmgen.sysv";

/// No id file is longer.
const SIZE_MAX: usize = 128;

/// Where an id counts: in an IPC namespace, by its inode, of a boot.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    namespace: u64,
    boot: String,
}

impl Origin {
    /// Where the caller is, if that can be determined.
    fn here() -> Option<Self> {
        let (namespace, boot) = (process::ipc_namespace(), process::boot_id()?);
        (namespace != 0).then_some(Self { namespace, boot })
    }
}

/// What an id file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdFile {
    pub(crate) id: i32,
    /// Of a segment of ours; 0 of a bare one.
    pub(crate) birth_mark: u64,
    pub(crate) size: u64,
}

impl IdFile {
    fn parse(text: &str) -> Option<(Self, Option<Origin>)> {
        let mut words = text.strip_suffix('\n')?.split(' ');
        if words.next()? != WORD {
            return None;
        }
        let (id, mark, size) = (words.next()?, words.next()?, words.next()?);
        let found = Self {
            id: id.parse().ok().filter(|id| *id >= 0)?,
            birth_mark: u64::from_str_radix(mark, 16).ok()?,
            size: size.parse().ok()?,
        };
        let origin = match words.next() {
            None => None,
            Some(namespace) => {
                let boot = words.next().filter(|boot| process::is_boot_id(boot))?;
                let namespace = namespace.parse().ok().filter(|n| *n != 0)?;
                Some(Origin { namespace, boot: boot.to_owned() })
            }
        };
        // Only what `line` writes.
        (found.line(origin.as_ref()) == text).then_some((found, origin))
    }

    fn line(&self, origin: Option<&Origin>) -> String {
        let words = format!("{WORD} {} {:016x} {}", self.id, self.birth_mark, self.size);
        match origin {
            Some(origin) => format!("{words} {} {}\n", origin.namespace, origin.boot),
            None => words + "\n",
        }
    }

    /// What the kernel knows of the segment, if it is still there, in this IPC
    /// namespace.
    fn in_this_namespace(&self, attempt: Attempt<'_>) -> Result<Option<KernelStat>> {
        let kernel = match kernel::stat(self.id, attempt) {
            Ok(kernel) => kernel,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if kernel.is_removed() || kernel.key != 0 || kernel.size != self.size {
            return Ok(None);
        }
        let same = self.birth_mark == 0
            || match kernel::birth_mark(self.id) {
                Ok(mark) => mark == Some(self.birth_mark),
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                // What may not be looked at may be the one.
                Err(error) => return Err(attempt.wrap(error)),
            };
        Ok(same.then_some(kernel))
    }
}

/// An id file that is open.
struct Opened {
    file: File,
    stat: FileStat,
    says: IdFile,
    origin: Option<Origin>,
}

impl Opened {
    /// Whether the segment is there, for a creator: one that is removed but for
    /// the last step is taken away.
    fn is_taken(&self, attempt: Attempt<'_>) -> Result<bool> {
        let there = self.segment(attempt)?.is_some();
        Ok(there && !(self.says.birth_mark != 0 && reap::reap_retired(self.says.id)))
    }

    /// What the kernel knows of the segment, if it is still there.
    fn segment(&self, attempt: Attempt<'_>) -> Result<Option<KernelStat>> {
        if let (Some(origin), Some(here)) = (&self.origin, Origin::here()) {
            if origin.boot == here.boot && origin.namespace != here.namespace {
                let why = "its segment lies in another IPC namespace (of a container, or of a \
                           service with PrivateIPC=yes), and its id is valid only there; nothing \
                           was changed; join that namespace (nsenter --ipc, docker run --ipc), \
                           or delete its id file if that namespace is gone";
                return Err(attempt.fail(ErrorKind::Unsupported, why));
            }
            // No segment outlives its boot, and a bare one has nothing to be known by.
            if origin.boot != here.boot && self.says.birth_mark == 0 {
                return Ok(None);
            }
        }
        self.says.in_this_namespace(attempt)
    }
}

fn read(path: &str, access: OFlag, attempt: Attempt<'_>) -> Result<Opened> {
    let (peek, stat) = look(path, "an id file", attempt)?;
    let fail = |why: &str| {
        let path = Printable(path);
        let why = format!("`{path}` {why}, so it is no id file of shmgen; nothing was changed");
        Err(attempt.fail(ErrorKind::Corrupt, why))
    };
    match usize::try_from(stat.st_size) {
        Ok(1..=SIZE_MAX) => {}
        Ok(0) => return fail("is empty"),
        _ => return fail("is longer than 128 bytes"),
    }
    // The very file that was looked at: the name may be given to another one at
    // any moment.
    let seen = format!("/proc/self/fd/{}", peek.as_raw_fd());
    let flags = access | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = open(&seen, flags, Mode::empty()).map(File::from).map_err(|e| match e {
        Errno::EWOULDBLOCK => attempt
            .fail(ErrorKind::Busy, "somebody holds a lease on its id file (fcntl F_SETLEASE)")
            .with_os(e as i32),
        Errno::ENOENT => attempt.fail(ErrorKind::Unsupported, "reading its id file needs /proc"),
        e => attempt.os("open of its id file", e),
    })?;
    let mut bytes = [0; SIZE_MAX];
    let read = file.read_at(&mut bytes, 0).map_err(|e| {
        attempt.os("read of its id file", Errno::from_raw(e.raw_os_error().unwrap_or(0)))
    })?;
    let says = std::str::from_utf8(&bytes[..read]).ok().and_then(IdFile::parse);
    match says {
        Some((says, origin)) => Ok(Opened { file, stat, says, origin }),
        None => fail("says something else"),
    }
}

/// The id that the file at a path leads to.
pub(crate) fn find(path: &str, attempt: Attempt<'_>) -> Result<i32> {
    let opened = read(path, OFlag::O_RDONLY, attempt)?;
    let Some(kernel) = opened.segment(attempt)? else {
        let why = format!(
            "its id file is stale: segment {} is gone, or is another one by now",
            opened.says.id
        );
        return Err(attempt.fail(ErrorKind::NotFound, why));
    };
    // Else who can write the folder could send its readers to a segment of
    // their own choice among those that belong to others.
    let (writer, me) = (opened.stat.st_uid, process::effective_uid());
    let known = !nobody::is_anybody(writer) || (writer == me && nobody::owns(&opened.file));
    if writer != 0 && !(known && (writer == me || writer == kernel.uid)) {
        let why = format!(
            "its id file belongs to uid {writer}, who is neither root nor you (uid {me}) nor the \
             segment's owner (uid {})",
            kernel.uid
        );
        return Err(attempt.fail(ErrorKind::Permission, why));
    }
    Ok(opened.says.id)
}

/// Refuses to create where an id file leads to a segment, or where something
/// else lies in its place.
pub(crate) fn check_free(path: &str, attempt: Attempt<'_>) -> Result<()> {
    match read(path, OFlag::O_RDONLY, attempt) {
        Ok(opened) if opened.is_taken(attempt)? => Err(attempt.os("open", Errno::EEXIST)),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes the id file of a segment that is ready. It appears whole; an existing
/// one is replaced only if it is stale.
pub(crate) fn publish(
    path: &str,
    says: &IdFile,
    making: &Making,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<()> {
    let fail = |e: Errno| match e {
        Errno::ENOENT => {
            let why = format!("there is no folder for its id file `{}`", Printable(path));
            attempt.fail(ErrorKind::NotFound, why).with_os(e as i32)
        }
        e => attempt.os("open of its id file", e),
    };
    let folder = match Path::new(path).parent().and_then(Path::to_str) {
        Some("") | None => ".",
        Some(folder) => folder,
    };
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    let mode = Mode::from_bits_truncate(0o600);
    // Nameless where the file system can do that, so that nobody who is killed
    // leaves a piece of it behind.
    let (file, named) = match open(folder, flags, mode) {
        Ok(file) => (file, None),
        Err(Errno::EOPNOTSUPP | Errno::EISDIR) => {
            let name = format!("{path}.{:016x}", process::random());
            let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_RDWR | OFlag::O_CLOEXEC;
            (open(&name, flags, mode).map_err(fail)?, Some(name))
        }
        Err(e) => return Err(fail(e)),
    };
    let file = File::from(file);
    let done = write(&file, says, making, attempt).and_then(|()| {
        let from = match &named {
            Some(name) => name.clone(),
            None => format!("/proc/self/fd/{}", file.as_raw_fd()),
        };
        link(&from, path, options, attempt)
    });
    if let Some(name) = named {
        let _ = unlink(name.as_str());
    }
    done
}

fn write(file: &File, says: &IdFile, making: &Making, attempt: Attempt<'_>) -> Result<()> {
    // Whoever may use the segment by this file is its owner.
    file::give(file, &Making { mode: 0o600, ..*making }, attempt)?;
    let line = says.line(Origin::here().as_ref());
    limits::file_size(line.len() as u64, attempt)?;
    let written = file.write_all_at(line.as_bytes(), 0).and_then(|()| file.sync_data());
    written.map_err(|e| match e.raw_os_error() {
        Some(errno) => attempt.os("write of its id file", Errno::from_raw(errno)),
        None => attempt.fail(ErrorKind::Os, e.to_string()),
    })
}

/// Gives the file its name; the name is taken from a stale one.
fn link(from: &str, path: &str, options: &Options, attempt: Attempt<'_>) -> Result<()> {
    for _ in 0..100 {
        match linkat(AT_FDCWD, from, AT_FDCWD, path, LinkatFlags::AT_SYMLINK_FOLLOW) {
            Ok(()) => return Ok(()),
            Err(Errno::EEXIST) => {}
            Err(Errno::ENOENT) => {
                let why = "giving its id file a name needs /proc, which is not mounted";
                return Err(attempt.fail(ErrorKind::Unsupported, why));
            }
            Err(e) => return Err(attempt.os("linkat of its id file", e)),
        }
        let found = match read(path, OFlag::O_RDWR, attempt) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if found.is_taken(attempt)? {
            return Err(attempt.os("linkat", Errno::EEXIST));
        }
        options.check_owner(found.stat.st_uid, || nobody::owns(&found.file), attempt)?;
        take_away(path, &found, attempt)?;
    }
    Err(attempt.fail(ErrorKind::Busy, "others are replacing its id file all the time"))
}

/// Unlinks a path if it still leads to the id file that was opened for writing;
/// under a lock on that file, else a late one would take its successor away.
fn take_away(path: &str, found: &Opened, attempt: Attempt<'_>) -> Result<()> {
    if !locks::try_write(&found.file, locks::REMOVE).map_err(|e| attempt.wrap(e))? {
        std::thread::sleep(Duration::from_millis(1));
        return Ok(());
    }
    if lstat(path).is_ok_and(|now| inode(&now) == inode(&found.stat)) {
        unlink(path).map_err(|e| attempt.os("unlink of its id file", e))?;
    }
    Ok(())
}

/// Deletes the id file of a segment that was removed, unless it is another
/// one's by now.
pub(crate) fn remove(path: &str, id: i32, attempt: Attempt<'_>) -> Result<()> {
    let left = |error: Error| error.map_message(|why| format!("{why} (the segment is removed)"));
    for _ in 0..100 {
        let found = match read(path, OFlag::O_RDWR, attempt) {
            Ok(found) => found,
            // It is gone, or something else lies in its place.
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Corrupt) => return Ok(()),
            Err(e) => return Err(left(e)),
        };
        if found.says.id != id || found.segment(attempt)?.is_some() {
            return Ok(());
        }
        take_away(path, &found, attempt).map_err(left)?;
    }
    Err(left(attempt.fail(ErrorKind::Busy, "others are replacing its id file all the time")))
}

/// Gives the id file to the segment's new owner; the mode stays.
pub(crate) fn change(
    path: &str,
    uid: Option<u32>,
    gid: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let opened = read(path, OFlag::O_RDONLY, attempt)?;
    file::set(&opened.file, uid, gid, None, attempt)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{IdFile, Origin};

    #[test]
    fn only_what_is_written_is_read() {
        let file = IdFile { id: 32768, birth_mark: 0x0123_4567_89ab_cdef, size: 4096 };
        let line = "shmgen.sysv 32768 0123456789abcdef 4096\n";
        assert_eq!(file.line(None), line);
        assert_eq!(IdFile::parse(line), Some((file, None)));
        let boot = "0123456e-89ab-cdef-0123-456789abcdef";
        let origin = Origin { namespace: 4_026_531_839, boot: boot.to_owned() };
        let second = format!("{} 4026531839 {boot}\n", line.trim_end());
        assert_eq!(file.line(Some(&origin)), second);
        assert_eq!(IdFile::parse(&second), Some((file, Some(origin))));
        let longest = IdFile { id: i32::MAX, birth_mark: u64::MAX, size: u64::MAX };
        let far = Origin { namespace: u64::MAX, boot: boot.to_owned() };
        assert!(longest.line(Some(&far)).len() <= super::SIZE_MAX);
        for bad in [
            second.replace(boot, ""),
            second.replace(boot, &boot.to_uppercase()),
            second.replace(boot, &boot[1..]),
            second.replace("4026531839", "0"),
            second.replace("4026531839", "04026531839"),
            second.replace('\n', " 1\n"),
        ] {
            assert_eq!(IdFile::parse(&bad), None, "{bad:?}");
        }
        for bad in [
            "",
            "\n",
            "shmgen.sysv 32768 0123456789abcdef 4096",
            "shmgen.sysv 32768 0123456789abcdef 4096\n\n",
            "shmgen.sysv 32768 0123456789abcdef 4096 \n",
            "shmgen.sysv  32768 0123456789abcdef 4096\n",
            "shmgen.sysv 032768 0123456789abcdef 4096\n",
            "shmgen.sysv +32768 0123456789abcdef 4096\n",
            "shmgen.sysv -1 0123456789abcdef 4096\n",
            "shmgen.sysv 32768 0123456789ABCDEF 4096\n",
            "shmgen.sysv 32768 123456789abcdef 4096\n",
            "shmgen.sysv 99999999999 0123456789abcdef 4096\n",
            "shmgen.sysv 32768 0123456789abcdef 18446744073709551616\n",
            "shmgen.posix 32768 0123456789abcdef 4096\n",
        ] {
            assert_eq!(IdFile::parse(bad), None, "{bad:?}");
        }
    }
}
