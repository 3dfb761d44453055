//! What is known about a segment, as data.

use crate::object::facts::Facts;
use crate::object::geometry::Geometry;
use crate::object::kind::ObjectKind;
use crate::segment::format::fault::Fault;
use crate::segment::os::address::Address;
use crate::types::fingerprint::Fingerprint;

/// What a segment is to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentState {
    /// Ours, with somebody attached who is alive, or may be.
    Live,
    /// Ours, with nobody attached.
    Orphan,
    /// Bare, or another program's.
    Foreign,
    /// Removed: only who is attached still has it.
    Removed,
    /// Not to be read by the caller: what it is cannot be determined.
    Unreadable,
    /// Ours, not ready yet.
    Initialising,
    /// It begins like one of ours, and its header makes no sense; see
    /// [`SegmentStat::fault`].
    Damaged,
}

impl SegmentState {
    /// `live`, `orphan`, `foreign`, `removed`, `unreadable`, `initialising` or
    /// `damaged`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Orphan => "orphan",
            Self::Foreign => "foreign",
            Self::Removed => "removed",
            Self::Unreadable => "unreadable",
            Self::Initialising => "initialising",
            Self::Damaged => "damaged",
        }
    }
}

/// All that is known about a segment.
#[derive(Clone, Debug)]
pub struct SegmentStat {
    /// Where it is.
    pub address: Address,
    /// What it is to an operator.
    pub state: SegmentState,
    /// Its size in bytes.
    pub size: u64,
    /// Its permissions, such as `0o640`.
    pub mode: u32,
    /// The owning user.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// What else the kernel knows.
    pub kernel: KernelStat,
    /// POSIX and memfd: the processes that have it mapped, as far as the caller may know.
    pub mapped_by: Vec<u32>,
    /// What its header says, if it is one of ours.
    pub header: Option<HeaderStat>,
    /// What is wrong with it, if it begins like one of ours and cannot be read,
    /// or not wholly.
    pub fault: Option<Fault>,
    /// Its participants, the dead included until they are swept.
    pub participants: Vec<ParticipantStat>,
    /// Whether somebody is attached who only reads, and so has no record.
    pub readers: bool,
    /// Its objects, in order.
    pub objects: Vec<ObjectStat>,
}

impl SegmentStat {
    /// How many messages wait in its objects; `None` if it is none of ours, or
    /// what lies in it cannot be determined.
    pub fn waiting(&self) -> Option<u64> {
        let told = self.header.is_some() && self.fault.is_none();
        let depths = self.objects.iter().filter_map(|o| o.facts.count("depth"));
        told.then(|| depths.fold(0, u64::saturating_add))
    }
}

/// What the kernel knows of a segment; which of it depends on the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelStat {
    /// System V: the id.
    pub id: Option<i32>,
    /// System V: the key.
    pub key: Option<u32>,
    /// System V: the uid and gid of the creator.
    pub creator: Option<(u32, u32)>,
    /// System V: the pid of the creator.
    pub creator_pid: Option<u32>,
    /// System V: the pid of the last shmat or shmdt.
    pub last_pid: Option<u32>,
    /// System V: how many times it is attached.
    pub attached: Option<u64>,
    /// System V: whether `SHM_LOCK` keeps it in memory.
    pub locked: Option<bool>,
    /// Bytes of it that are in memory now. For POSIX before Linux 6.5, and for
    /// who may not read it, with those that are swapped out.
    pub resident: Option<u64>,
    /// Bytes of it that are swapped out, where the kernel tells.
    pub swapped: Option<u64>,
    /// POSIX: when it was made, in seconds since 1970, where the kernel tells.
    pub birth_time: Option<i64>,
    /// POSIX: the last read(2) or mmap(2), in seconds since 1970.
    pub access_time: Option<i64>,
    /// POSIX: the last write(2) or change of size, in seconds since 1970; what
    /// is written through a mapping is not counted.
    pub modify_time: Option<i64>,
    /// Bytes of the pages that it is made of: more than an ordinary page's if it
    /// got huge pages of its own, as memfds and System V segments can. `None` if
    /// that cannot be determined.
    pub page_size: Option<u64>,
    /// Bytes of it that lie in huge pages, transparent ones among them, as far as
    /// those who have it mapped have come across them. `None` if nobody has, or
    /// none of them may be looked into; and in a list.
    pub huge: Option<u64>,
    /// Memfd: the name that it was made with, which leads nowhere.
    pub name: Option<String>,
    /// Memfd: its seals, without the `F_SEAL_` of fcntl(2), in lower case.
    pub seals: Option<Vec<&'static str>>,
    /// System V: the last attach, in seconds since 1970.
    pub attach_time: Option<i64>,
    /// System V: the last detach, in seconds since 1970.
    pub detach_time: Option<i64>,
    /// The last change of owner or mode, in seconds since 1970.
    pub change_time: Option<i64>,
}

/// What the header of a segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderStat {
    /// The schema's dotted name.
    pub schema: String,
    /// The schema's version.
    pub version: String,
    /// The segment's name in the schema.
    pub segment: String,
    /// The contract's fingerprint.
    pub fingerprint: Fingerprint,
    /// The version of the tool that made it.
    pub tool_version: String,
    /// When it was made, in nanoseconds since 1970.
    pub created_ns: u64,
    /// Who made it.
    pub creator: CreatorStat,
    /// Whether it was removed, so that only who is attached still has it.
    pub retired: bool,
    /// How many participant records it has.
    pub participant_records: u32,
}

/// Who made a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatorStat {
    /// Its process id, as it saw itself.
    pub pid: u32,
    /// Its user.
    pub uid: u32,
    /// The name of its program.
    pub program: String,
    /// Whether it is alive; `None` if that cannot be determined.
    pub alive: Option<bool>,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantStat {
    /// The index of its record.
    pub index: u32,
    /// Its process id, as it sees itself.
    pub pid: u32,
    /// Whether that id counts in another pid namespace than the caller's.
    pub foreign_pid_namespace: bool,
    /// Its user.
    pub uid: u32,
    /// The name of its program.
    pub program: String,
    /// The version of the schema that it was built from.
    pub version: String,
    /// When it attached, in nanoseconds since 1970.
    pub attached_ns: u64,
    /// Whether it is alive; unknown counts as alive.
    pub alive: bool,
}

/// An object of a segment.
#[derive(Clone, Debug)]
pub struct ObjectStat {
    /// Its name.
    pub name: String,
    /// The name of its kind.
    pub kind: &'static str,
    /// All that the contract says of it.
    pub def: ObjectKind,
    /// Where it lies in the segment, in bytes; `None` where directory and
    /// contract do not agree.
    pub offset: Option<u64>,
    /// The numbers of its layout; `None` as for the offset.
    pub geometry: Option<Geometry>,
    /// Its numbers by name, and who holds its roles.
    pub facts: Facts,
}

impl ObjectStat {
    /// What its numbers say, in words, where they are not told in a table: `version 3`.
    pub fn now(&self) -> String {
        self.def.now(&self.facts)
    }
}
