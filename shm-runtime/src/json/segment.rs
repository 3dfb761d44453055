//! A segment, as `stat` tells it, and the list of them that `ls` tells.

use super::scalars::{Mode, Time, Version};
use super::{Object, VERSION, object};
use crate::segment::{
    HeaderStat, KernelStat, Mapper as MapperStat, ParticipantStat, SegmentStat, SegmentState,
};
use schemars::JsonSchema;
use serde::Serialize;

/// The segments of a machine, as `ls --json` prints them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Segments {
    /// The version of this form. Keys may be added to it; it grows when one
    /// changes its meaning.
    pub version: Version<VERSION>,
    /// The segments that the caller can see: POSIX, System V, memfds.
    pub segments: Vec<Segment>,
}

impl From<&[SegmentStat]> for Segments {
    fn from(stats: &[SegmentStat]) -> Self {
        Self { version: Version, segments: stats.iter().map(Segment::from).collect() }
    }
}

/// A segment: what the kernel knows of it, and what it says of itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Segment {
    /// Its address, in the form that commands take.
    pub address: String,
    /// What the system calls it.
    pub kind: SegmentKind,
    /// Bytes.
    pub size: u64,
    /// Its permissions, as four octal digits.
    pub mode: Mode,
    /// The owning user.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// The process that created it; null if unknown.
    pub creator: Option<Creator>,
    /// What it is to an operator.
    pub state: State,
    /// What is wrong with a segment of shmgen that cannot be read, or not
    /// wholly; null if nothing is.
    pub fault: Option<String>,
    /// The schema that it was made from; null for a segment that is not of
    /// shmgen.
    pub schema: Option<Schema>,
    /// What else the kernel knows.
    pub kernel: Kernel,
    /// POSIX and memfd: pids of the processes that have it mapped, as far as
    /// `/proc` tells the caller. Not in `top`, which does not look for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapped_by: Option<Vec<u32>>,
    /// The same, with the names of the programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mappers: Option<Vec<Mapper>>,
    /// Its participants, the dead included until they are swept.
    pub participants: Vec<Participant>,
    /// Whether a process is attached for reading only; it has no participant record.
    pub readers: bool,
    /// Its objects, in the order of its contract.
    pub objects: Vec<Object>,
    /// How many messages wait in its queues. Only of a segment of shmgen that is
    /// not damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// When it was created. Only of a segment of shmgen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// Whether it was removed: it is freed when the last process detaches. Only
    /// of a segment of shmgen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<bool>,
    /// How many participants it has room for. Only of a segment of shmgen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant_records: Option<u32>,
}

impl From<&SegmentStat> for Segment {
    fn from(stat: &SegmentStat) -> Self {
        let header = stat.header.as_ref();
        let object = |o| object::Object::of(o, &stat.participants);
        Self {
            address: stat.address.spelling(),
            kind: SegmentKind::of(stat.address.kind()),
            size: stat.size,
            mode: Mode(stat.mode),
            uid: stat.uid,
            gid: stat.gid,
            creator: header.map(Creator::from).or_else(|| Creator::of_kernel(&stat.kernel)),
            state: stat.state.into(),
            fault: stat.fault.as_ref().map(ToString::to_string),
            schema: header.map(Schema::from),
            kernel: Kernel::from(&stat.kernel),
            mapped_by: Some(stat.mapped_by.clone()),
            mappers: Some(stat.mappers().into_iter().map(Mapper::from).collect()),
            participants: stat.participants.iter().map(Participant::from).collect(),
            readers: stat.readers,
            objects: stat.objects.iter().map(object).collect(),
            waiting: stat.waiting(),
            created: header.map(|h| Time::of_ns(h.created_ns)),
            retired: header.map(|h| h.retired),
            participant_records: header.map(|h| h.participant_records),
        }
    }
}

/// What the system calls a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SegmentKind {
    /// A file in /dev/shm, see `shm_open(3)`.
    Posix,
    /// See shmget(2).
    Sysv,
    /// A file without a name, see `memfd_create(2)`.
    Memfd,
}

impl SegmentKind {
    fn of(name: &str) -> Self {
        match name {
            "sysv" => Self::Sysv,
            "memfd" => Self::Memfd,
            _ => Self::Posix,
        }
    }
}

/// What a segment is to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Of shmgen, with somebody attached who is alive, or may be.
    Live,
    /// Of shmgen, with nobody attached.
    Orphan,
    /// Bare or another program's; or of shmgen and damaged, with a `fault`.
    Foreign,
    /// Of shmgen, not ready yet.
    Initialising,
    /// Unlinked or, for System V, marked for destruction (`IPC_RMID`): it is freed
    /// when the last process detaches.
    Removed,
    /// The caller has no read permission, so its content is unknown.
    Unreadable,
}

impl From<SegmentState> for State {
    fn from(state: SegmentState) -> Self {
        match state {
            SegmentState::Live => Self::Live,
            SegmentState::Orphan => Self::Orphan,
            SegmentState::Foreign | SegmentState::Damaged => Self::Foreign,
            SegmentState::Initialising => Self::Initialising,
            SegmentState::Removed => Self::Removed,
            SegmentState::Unreadable => Self::Unreadable,
        }
    }
}

/// The schema that a segment was made from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Schema {
    /// Its dotted name; empty for a queue that was made without a schema.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The segment's name in it.
    pub segment: String,
    /// The fingerprint of the contract: 32 hexadecimal digits.
    pub fingerprint: String,
    /// The version of the tool that made it.
    pub tool: String,
}

impl From<&HeaderStat> for Schema {
    fn from(header: &HeaderStat) -> Self {
        Self {
            name: header.schema.clone(),
            version: header.version.clone(),
            segment: header.segment.clone(),
            fingerprint: header.fingerprint.to_string(),
            tool: header.tool_version.clone(),
        }
    }
}

/// The process that created a segment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Creator {
    /// Its process id in its own pid namespace.
    pub pid: Option<u32>,
    /// Its user.
    pub uid: u32,
    /// The name of its program; null if only the kernel knows of it.
    pub program: Option<String>,
    /// Whether it is alive; null if that is unknown.
    pub alive: Option<bool>,
}

impl From<&HeaderStat> for Creator {
    fn from(header: &HeaderStat) -> Self {
        let creator = &header.creator;
        Self {
            pid: Some(creator.pid),
            uid: creator.uid,
            program: Some(creator.program.clone()),
            alive: creator.alive,
        }
    }
}

impl Creator {
    /// Of a System V segment that is not ours, the kernel knows the creator.
    fn of_kernel(kernel: &KernelStat) -> Option<Self> {
        let (uid, _) = kernel.creator?;
        Some(Self { pid: kernel.creator_pid, uid, program: None, alive: None })
    }
}

/// What the kernel knows of a segment. What it does not tell is missing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Kernel {
    /// System V: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i32>,
    /// System V: its key, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// System V: the user who created it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_uid: Option<u32>,
    /// System V: the group of the creator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_gid: Option<u32>,
    /// System V: the pid of the creator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_pid: Option<u32>,
    /// System V: the pid of the last attach or detach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_pid: Option<u32>,
    /// System V: how many times it is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached: Option<u64>,
    /// System V: whether it is locked in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Bytes of it that are in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident: Option<u64>,
    /// Bytes of it that are swapped out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swapped: Option<u64>,
    /// POSIX and memfd: when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_time: Option<Time>,
    /// POSIX and memfd: the last `read(2)` or `mmap(2)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_time: Option<Time>,
    /// POSIX and memfd: the last `write(2)` or change of size; what is written
    /// through a mapping is not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modify_time: Option<Time>,
    /// Bytes of the pages that it is made of: more than an ordinary page's if it
    /// got huge pages of its own. `ls` does not know it of System V segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u64>,
    /// Bytes of it that lie in huge pages, transparent ones among them, as far
    /// as processes that map it have touched them. Missing in `ls`, and if the
    /// caller may not look into any of these processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub huge: Option<u64>,
    /// Memfd: the name that it was created with; not an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Memfd: its seals, such as `shrink`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seals: Option<Vec<&'static str>>,
    /// System V: the last attach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach_time: Option<Time>,
    /// System V: the last detach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detach_time: Option<Time>,
    /// The last change of owner or mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_time: Option<Time>,
}

impl From<&KernelStat> for Kernel {
    fn from(kernel: &KernelStat) -> Self {
        let time = |seconds: Option<i64>| seconds.map(Time::of_seconds);
        Self {
            id: kernel.id,
            key: kernel.key.map(|key| format!("{key:#010x}")),
            creator_uid: kernel.creator.map(|(uid, _)| uid),
            creator_gid: kernel.creator.map(|(_, gid)| gid),
            creator_pid: kernel.creator_pid,
            last_pid: kernel.last_pid,
            attached: kernel.attached,
            locked: kernel.locked,
            resident: kernel.resident,
            swapped: kernel.swapped,
            birth_time: time(kernel.birth_time),
            access_time: time(kernel.access_time),
            modify_time: time(kernel.modify_time),
            page_size: kernel.page_size,
            huge: kernel.huge,
            name: kernel.name.clone(),
            seals: kernel.seals.clone(),
            attach_time: time(kernel.attach_time),
            detach_time: time(kernel.detach_time),
            change_time: time(kernel.change_time),
        }
    }
}

/// A process that has a segment mapped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Mapper {
    /// Its process id, as the caller sees it.
    pub pid: u32,
    /// The name of its program; empty if it is gone by now.
    pub program: String,
}

impl From<MapperStat> for Mapper {
    fn from(mapper: MapperStat) -> Self {
        Self { pid: mapper.pid, program: mapper.program }
    }
}

/// Somebody who takes part in a segment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Participant {
    /// The index of its record.
    pub index: u32,
    /// Its process id in its own pid namespace.
    pub pid: u32,
    /// Whether that id counts in another pid namespace than the caller's.
    pub foreign_pid_namespace: bool,
    /// Its user.
    pub uid: u32,
    /// The name of its program.
    pub program: String,
    /// The version of the schema that it was built from.
    pub version: String,
    /// When it attached.
    pub attached: Time,
    /// Whether it is alive; also true if that is unknown.
    pub alive: bool,
}

impl From<&ParticipantStat> for Participant {
    fn from(p: &ParticipantStat) -> Self {
        Self {
            index: p.index,
            pid: p.pid,
            foreign_pid_namespace: p.foreign_pid_namespace,
            uid: p.uid,
            program: p.program.clone(),
            version: p.version.clone(),
            attached: Time::of_ns(p.attached_ns),
            alive: p.alive,
        }
    }
}
