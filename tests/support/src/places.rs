//! Names for a test's segments, which meet no others and are removed at the end
//! whatever happens.

use shm_runtime::{Address, Segment};
use std::sync::atomic::{AtomicU32, Ordering};

/// An address whose segment is removed when this value goes.
pub struct Place(pub Address);

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Place {
    /// A POSIX name that nobody has.
    pub fn posix() -> Self {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(format!("posix:/shmgen.test.{}.{n}", std::process::id()).parse().unwrap())
    }

    /// A System V key that nobody has.
    pub fn sysv() -> Self {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let key = 0x7000_0000 | (std::process::id() & 0x000f_ffff) << 8 | n & 0xff;
        Self(format!("sysv:{key:#x}").parse().unwrap())
    }

    /// A private System V segment by an id file that nobody has.
    pub fn id_file() -> Self {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir();
        let path = folder.join(format!("shmgen.test.{}.{n}.id", std::process::id()));
        Self(format!("sysv-file:{}", path.display()).parse().unwrap())
    }

    /// One that has a name and one that has a key.
    pub fn both() -> [Self; 2] {
        [Self::posix(), Self::sysv()]
    }

    /// One of each kind that others can find.
    pub fn all() -> [Self; 3] {
        [Self::posix(), Self::sysv(), Self::id_file()]
    }

    /// As text, for other processes.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// The path of a POSIX segment's file, or of an id file.
    pub fn path(&self) -> String {
        self.text().replace("posix:", "/dev/shm").replace("sysv-file:", "")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = Segment::remove_at(&self.0);
    }
}
