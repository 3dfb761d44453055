//! The processes that have a POSIX segment or a memfd mapped, by name.

use crate::segment::look::stat::SegmentStat;

/// A process that has a segment mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapper {
    /// Its process id, as the caller sees it.
    pub pid: u32,
    /// The name of its program, up to 15 bytes; empty if it is gone by now.
    pub program: String,
}

impl SegmentStat {
    /// [`mapped_by`](Self::mapped_by) with the names of the programs, as they
    /// are now. Among them are those who take part, those who only read, and
    /// those who look at it as bytes.
    pub fn mappers(&self) -> Vec<Mapper> {
        let program = |pid: &u32| {
            let comm = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
            String::from_utf8_lossy(comm.strip_suffix(b"\n").unwrap_or(&comm)).into_owned()
        };
        self.mapped_by.iter().map(|pid| Mapper { pid: *pid, program: program(pid) }).collect()
    }
}
