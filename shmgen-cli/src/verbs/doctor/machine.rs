//! What there is: a look at the machine through /proc, /sys and /dev/shm. It
//! judges nothing; what cannot be read is `None`.

use nix::sys::statvfs::statvfs;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::{Address, Keep, Probe, Segment, Verdict, probe_calls, survey};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What the segments of a schema need.
#[derive(Clone, Debug, Default)]
pub(super) struct Need {
    pub(super) segments: Vec<Wanted>,
}

/// A segment of a schema.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Wanted {
    /// Its name in the schema.
    pub(super) name: String,
    /// `posix`, `sysv` or `memfd`.
    pub(super) kind: &'static str,
    /// Bytes.
    pub(super) size: u64,
    /// Whether it exists, and so needs nothing more.
    #[serde(rename = "exists")]
    pub(super) there: bool,
}

/// A file system's page, which a companion file takes.
const PAGE: u64 = 4096;

impl Need {
    /// Bytes in /dev/shm; all segments, or those that are not there yet.
    pub(super) fn posix_bytes(&self, missing_only: bool) -> u64 {
        let wanted = self.segments.iter().filter(|s| !(missing_only && s.there));
        wanted.fold(0, |sum: u64, s| {
            sum.saturating_add(match s.kind {
                "posix" => s.size,
                "sysv" => PAGE,
                _ => 0,
            })
        })
    }

    /// The sizes of System V segments that are not there yet.
    pub(super) fn sysv_sizes(&self) -> impl Iterator<Item = u64> + '_ {
        self.segments.iter().filter(|s| s.kind == "sysv" && !s.there).map(|s| s.size)
    }

    /// Bytes of memory that are still to be taken.
    pub(super) fn bytes(&self) -> u64 {
        let missing = self.segments.iter().filter(|s| !s.there);
        missing.fold(0, |sum: u64, s| sum.saturating_add(s.size))
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// The file system at /dev/shm and its options; `None` if nothing is
    /// mounted there.
    pub(super) shm: Option<Mount>,
    /// Bytes of /dev/shm, and how many of them are free.
    pub(super) room: Option<(u64, u64)>,
    /// Files that /dev/shm can still take.
    pub(super) files_left: Option<u64>,
    /// The mode of /dev/shm.
    pub(super) mode: Option<u32>,
    /// The system calls that segments need, tried.
    pub(super) calls: Vec<Probe>,
    /// Bytes that a file of a process may have; `None` for no limit.
    pub(super) file_size: Option<u64>,
    /// Why no segment could be made there, if so.
    pub(super) create_failure: Option<String>,
    /// The options of /proc.
    pub(super) proc: Option<Mount>,
    /// The kernel's release, such as `6.1.0-18-amd64`.
    pub(super) kernel: Option<String>,
    /// What logind does with the segments of a user who logs out, and whether it
    /// does so for this user.
    pub(super) remove_ipc: Option<RemoveIpc>,
    pub(super) shmmax: Option<u64>,
    pub(super) shmall: Option<u64>,
    pub(super) shmmni: Option<u64>,
    /// System V segments that there are, and their pages.
    pub(super) sysv: Option<(u64, u64)>,
    /// Bytes that a process may lock; `u64::MAX` for no limit.
    pub(super) memlock: Option<u64>,
    /// Bytes of memory and free swap.
    pub(super) memory: Option<u64>,
    /// Bytes that this control group may use, and does use.
    pub(super) cgroup: Option<(u64, u64)>,
    /// Which huge pages shared memory gets, such as `never`.
    pub(super) huge: Option<String>,
    /// Pages of 2 MiB that the machine keeps for a process that asks for them, and how many
    /// of them are free.
    pub(super) huge_pool: Option<(u64, u64)>,
    /// What `SELinux` does; `None` if the kernel has none that is on.
    pub(super) selinux: Option<Selinux>,
    /// What says that this is a container.
    pub(super) container: Option<String>,
    /// Whether the pid, IPC and user namespaces are the machine's first ones.
    pub(super) first_namespaces: Option<[bool; 3]>,
    /// Segments that nobody uses, and their bytes.
    pub(super) leftovers: (u64, u64),
    /// Segments that nobody uses and messages wait in, and how many these are.
    pub(super) waiting: (u64, u64),
    pub(super) is_root: bool,
}

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) kind: String,
    /// Those of the mount and of the file system.
    pub(super) options: Vec<String>,
}

/// `RemoveIPC` of logind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RemoveIpc {
    pub(super) on: bool,
    /// The file that says so; none if it is the default.
    pub(super) file: Option<String>,
    /// It is for users who log in, not for those of the system.
    pub(super) for_this_user: bool,
}

/// `SELinux`, as selinuxfs and the process's own label tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selinux {
    pub(super) enforcing: bool,
    /// The label of this process, `user:role:type:level`.
    pub(super) label: String,
}

impl Selinux {
    /// From `/sys/fs/selinux/enforce` and `/proc/self/attr/current`.
    pub(super) fn of(enforce: &str, label: &str) -> Self {
        let label = label.trim_end_matches(['\0', '\n']).to_owned();
        Self { enforcing: enforce.trim() == "1", label }
    }

    /// The type in the label, which the policy speaks of.
    pub(super) fn domain(&self) -> &str {
        self.label.split(':').nth(2).unwrap_or(&self.label)
    }
}

impl Machine {
    pub(super) fn look() -> Self {
        let mounts = read("/proc/self/mountinfo").unwrap_or_default();
        let uid = std::fs::metadata("/proc/self").map_or(0, |m| m.uid());
        let vfs = statvfs("/dev/shm").ok();
        let (leftovers, waiting) = leftovers();
        let calls = probe_calls();
        let limits = read("/proc/self/limits");
        Self {
            file_size: limits.as_deref().and_then(|t| limit_in(t, "Max file size")),
            create_failure: create_failure(&calls),
            calls,
            shm: mount_at(&mounts, "/dev/shm"),
            room: vfs.map(|s| {
                let unit = s.fragment_size();
                (s.blocks().saturating_mul(unit), s.blocks_available().saturating_mul(unit))
            }),
            // 0 of 0 is a file system that does not count.
            files_left: vfs.filter(|s| s.files() > 0).map(|s| s.files_available()),
            mode: std::fs::metadata("/dev/shm").ok().map(|m| m.mode() & 0o7777),
            proc: mount_at(&mounts, "/proc"),
            kernel: read("/proc/sys/kernel/osrelease").map(|t| t.trim().to_owned()),
            remove_ipc: remove_ipc(uid),
            shmmax: number("/proc/sys/kernel/shmmax"),
            shmall: number("/proc/sys/kernel/shmall"),
            shmmni: number("/proc/sys/kernel/shmmni"),
            sysv: read("/proc/sysvipc/shm").map(|t| sysv_use(&t)),
            memlock: limits.as_deref().and_then(memlock),
            memory: read("/proc/meminfo").and_then(|t| memory(&t)),
            cgroup: cgroup(),
            huge: read("/sys/kernel/mm/transparent_hugepage/shmem_enabled")
                .and_then(|t| chosen(&t)),
            huge_pool: huge_pool(),
            selinux: read("/sys/fs/selinux/enforce").map(|enforce| {
                Selinux::of(&enforce, &read("/proc/self/attr/current").unwrap_or_default())
            }),
            container: container(),
            first_namespaces: first_namespaces(),
            leftovers,
            waiting,
            is_root: uid == 0,
        }
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn huge_pool() -> Option<(u64, u64)> {
    let count =
        |what: &str| number(&format!("/sys/kernel/mm/hugepages/hugepages-2048kB/{what}_hugepages"));
    Some((count("nr")?, count("free")?))
}

fn number(path: &str) -> Option<u64> {
    read(path)?.trim().parse().ok()
}

/// The last file system that was mounted at a place; see proc(5) for
/// /proc/self/mountinfo.
pub(super) fn mount_at(mountinfo: &str, place: &str) -> Option<Mount> {
    let found = mountinfo.lines().rfind(|l| l.split(' ').nth(4) == Some(place))?;
    let (of_mount, of_system) = found.split_once(" - ")?;
    let mut system = of_system.split(' ');
    let kind = system.next()?.to_owned();
    let options = [of_mount.split(' ').nth(5), system.nth(1)];
    let options = options.into_iter().flatten().flat_map(|o| o.split(',').map(str::to_owned));
    Some(Mount { kind, options: options.collect() })
}

/// Makes a small segment and takes it away again, if that can be done.
fn create_failure(calls: &[Probe]) -> Option<String> {
    let unlink = calls.iter().find(|probe| probe.call == "unlink");
    if let Some(why) = unlink.and_then(|probe| probe.failure.as_ref()) {
        return Some(format!("not tried, since it could not be removed: unlink: {why}"));
    }
    let segment = match Segment::create(&Address::Posix(String::new()), 4096) {
        Ok(segment) => segment,
        Err(error) => return Some(error.to_string()),
    };
    let failure = segment.remove().err()?.to_string();
    // Whatever stands against it, the name is this command's own.
    if let Address::Posix(name) = segment.address() {
        let prefix = std::env::var("SHM_RUNTIME_PREFIX").unwrap_or_default();
        let _ = std::fs::remove_file(format!("/dev/shm/{prefix}{name}"));
    }
    Some(failure)
}

/// What logind does, if it is there; see logind.conf(5).
fn remove_ipc(uid: u32) -> Option<RemoveIpc> {
    if !Path::new("/run/systemd/seats").exists() {
        return None;
    }
    // The first file counts that there is, then all of the folders by name.
    let roots = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];
    let main = roots.iter().map(|r| format!("{r}/logind.conf")).find(|p| Path::new(p).exists());
    let mut drops: Vec<(std::ffi::OsString, String)> = Vec::new();
    for root in roots {
        for entry in std::fs::read_dir(format!("{root}/logind.conf.d")).into_iter().flatten() {
            let Ok(entry) = entry else { continue };
            let path = entry.path().display().to_string();
            let shadowed = drops.iter().any(|(name, _)| *name == entry.file_name());
            if entry.path().extension().is_some_and(|e| e == "conf") && !shadowed {
                drops.push((entry.file_name(), path));
            }
        }
    }
    drops.sort();
    let mut found = RemoveIpc { on: true, file: None, for_this_user: uid >= 1000 };
    for path in main.into_iter().chain(drops.into_iter().map(|d| d.1)) {
        if let Some(on) = read(&path).and_then(|t| remove_ipc_in(&t)) {
            (found.on, found.file) = (on, Some(path));
        }
    }
    Some(found)
}

/// What a file of logind says of `RemoveIPC`, if it does.
pub(super) fn remove_ipc_in(text: &str) -> Option<bool> {
    let value = text.lines().filter_map(|l| l.trim().strip_prefix("RemoveIPC")).next_back()?;
    let value = value.trim_start().strip_prefix('=')?.trim().to_ascii_lowercase();
    match value.as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}

/// How many System V segments there are, and their pages.
pub(super) fn sysv_use(table: &str) -> (u64, u64) {
    let sizes =
        table.lines().skip(1).filter_map(|l| l.split_ascii_whitespace().nth(3)?.parse().ok());
    sizes.fold((0, 0), |(n, pages), size: u64| (n + 1, pages.saturating_add(size.div_ceil(PAGE))))
}

/// How much may be locked in memory; `u64::MAX` for no limit.
pub(super) fn memlock(limits: &str) -> Option<u64> {
    let is_there = limits.lines().any(|l| l.starts_with("Max locked memory"));
    is_there.then(|| limit_in(limits, "Max locked memory").unwrap_or(u64::MAX))
}

/// The soft limit in a line such as `Max locked memory  8388608  8388608  bytes`;
/// `None` for no limit.
pub(super) fn limit_in(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|l| l.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// What is available, with the swap that is free.
pub(super) fn memory(meminfo: &str) -> Option<u64> {
    let field = |name: &str| {
        let line = meminfo.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    let free = field("MemAvailable")?.saturating_add(field("SwapFree").unwrap_or(0));
    Some(free.saturating_mul(1024))
}

/// The least limit of memory of this control group and those it is in.
fn cgroup() -> Option<(u64, u64)> {
    let groups = read("/proc/self/cgroup")?;
    let mut least: Option<(u64, u64)> = None;
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let (root, limit, current) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max", "memory.current"),
            c if c.split(',').any(|c| c == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
            }
            _ => continue,
        };
        // In a container the root is its own group, whatever the path says.
        let folder = format!("{root}{path}");
        let above = Path::new(&folder).ancestors().take_while(|p| p.starts_with(root));
        for folder in above {
            let limit = number(&folder.join(limit).display().to_string());
            let used = number(&folder.join(current).display().to_string());
            // Version 1 writes a very large number for no limit.
            if let (Some(limit), Some(used)) = (limit.filter(|l| *l < 1 << 60), used)
                && least.is_none_or(|(found, _)| limit < found)
            {
                least = Some((limit, used));
            }
        }
    }
    least
}

/// The word in brackets: `always [never] deny`.
pub(super) fn chosen(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    Some(rest.split_once(']')?.0.to_owned())
}

fn container() -> Option<String> {
    let signs = [
        ("/.dockerenv", "Docker"),
        ("/run/.containerenv", "Podman"),
        ("/var/run/secrets/kubernetes.io", "Kubernetes"),
    ];
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("Kubernetes".to_owned());
    }
    let found = signs.iter().find(|(path, _)| Path::new(path).exists());
    let found = found.map(|(_, name)| (*name).to_owned());
    found.or_else(|| read("/run/systemd/container").map(|t| t.trim().to_owned()))
}

/// The inodes of a machine's first namespaces, from `linux/proc_ns.h`.
fn first_namespaces() -> Option<[bool; 3]> {
    let is = |name: &str, inode: u64| {
        std::fs::metadata(format!("/proc/self/ns/{name}")).ok().map(|m| m.ino() == inode)
    };
    Some([is("pid", 0xEFFF_FFFC)?, is("ipc", 0xEFFF_FFFF)?, is("user", 0xEFFF_FFFD)?])
}

/// What nobody uses, with its bytes; and what only messages keep, with their number.
fn leftovers() -> ((u64, u64), (u64, u64)) {
    let (mut gone, mut kept) = ((0, 0), (0, 0u64));
    for candidate in survey() {
        match candidate.verdict {
            Verdict::Leftover(_) => {
                gone = (gone.0 + 1, candidate.size.saturating_add(gone.1));
            }
            Verdict::Keep(Keep::Messages, _) => {
                kept = (kept.0 + 1, kept.1.saturating_add(candidate.waiting.unwrap_or(0)));
            }
            Verdict::Keep(..) => {}
        }
    }
    (gone, kept)
}
