//! What the findings mean: each check looks at one thing, says whether it is
//! well, and if not, what follows from it and what to type. They read nothing
//! but what `machine` found.

use super::finding::Finding;
use super::finding::Level::{Fail, Ok, Warn};
use super::machine::{Machine, Need};
use crate::show;
use shm_runtime::{Printable, Probe};

/// What container engines give if nothing is said.
const ENGINES_DEFAULT: u64 = 64 << 20;

/// Every check that this machine lets one make.
pub(super) fn all(machine: &Machine, need: Option<&Need>) -> Vec<Finding> {
    let checks = [
        Some(kernel(machine)),
        Some(mounted(machine)),
        Some(create(machine)),
        file_size(machine, need),
        room(machine, need),
        files(machine),
        sticky(machine),
        memory(machine, need),
        cgroup(machine, need),
        shmmax(machine, need),
        shmall(machine, need),
        shmmni(machine, need),
        memlock(machine, need),
        remove_ipc(machine),
        huge(machine),
        Some(selinux(machine)),
        namespaces(machine),
        hidepid(machine),
        Some(leftovers(machine)),
    ];
    checks.into_iter().flatten().chain(calls(machine, need)).collect()
}

/// One finding for each system call that is not available, or one for all.
fn calls(machine: &Machine, need: Option<&Need>) -> Vec<Finding> {
    let is_wanted = |backend: &&str| match need {
        Some(need) => need.segments.iter().any(|s| s.kind == *backend),
        // Without a schema, what segments are by default.
        None => *backend == "posix",
    };
    let failed = |probe: &Probe| {
        let why = probe.failure.clone()?;
        let (level, means) = match probe.instead {
            Some(instead) => (Warn, instead.to_owned()),
            None => {
                let level = if probe.backends.iter().any(is_wanted) { Fail } else { Warn };
                let of = probe.backends.join(", ");
                (level, format!("Segments of these kinds cannot be created without it: {of}."))
            }
        };
        let todo = "allow it in the sandbox: docker run --security-opt seccomp=PROFILE ..";
        Some(Finding::new(probe.call, level, why).means(means).todo(todo))
    };
    let found: Vec<Finding> = machine.calls.iter().filter_map(failed).collect();
    if found.is_empty() && !machine.calls.is_empty() {
        let all = format!("all {} that segments need are available", machine.calls.len());
        return vec![Finding::new("system calls", Ok, all)];
    }
    found
}

fn file_size(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let limit = machine.file_size?;
    let found = format!("{} for one file (ulimit -f)", show::size(limit));
    let files = |need: &Need| {
        let of_files = need.segments.iter().filter(|s| !s.there && s.kind != "sysv");
        of_files.map(|s| s.size).max()
    };
    match need.map(|need| files(need).unwrap_or(0)) {
        Some(largest) if largest > limit => Some(
            Finding::new("file size", Fail, found)
                .means(format!("The largest segment of the schema has {}.", show::size(largest)))
                .todo("ulimit -f unlimited")
                .todo("docker run --ulimit fsize=-1 .."),
        ),
        None if limit < 64 << 20 => Some(
            Finding::new("file size", Warn, found)
                .means("A POSIX segment or a memfd that is larger cannot be made.")
                .todo("ulimit -f unlimited"),
        ),
        _ => Some(Finding::new("file size", Ok, found)),
    }
}

fn kernel(machine: &Machine) -> Finding {
    let Some(release) = &machine.kernel else {
        return Finding::new("kernel", Fail, "/proc cannot be read")
            .means("Without /proc no segment can be made or looked at.")
            .todo("mount -t proc proc /proc");
    };
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let found = format!("Linux {release}");
    match version {
        (0..=3, _) | (4, 0..=13) => Finding::new("kernel", Fail, found)
            .means("Attaching needs madvise(MADV_WIPEONFORK), which is there from 4.14 on."),
        (4, _) | (5, 0..=2) => Finding::new("kernel", Warn, found).means(
            "There is no pidfd_open before 5.3: whether somebody is dead is known by locks alone.",
        ),
        _ => Finding::new("kernel", Ok, found),
    }
}

fn mounted(machine: &Machine) -> Finding {
    const REMOUNT: &str = "mount -t tmpfs -o mode=1777 tmpfs /dev/shm";
    match &machine.shm {
        Some(mount) if mount.kind == "tmpfs" && !mount.options.iter().any(|o| o == "ro") => {
            Finding::new("/dev/shm", Ok, "a tmpfs")
        }
        Some(mount) if mount.kind == "tmpfs" => Finding::new("/dev/shm", Fail, "is read-only")
            .means("No POSIX segment can be made, and no System V segment of a schema.")
            .todo("mount -o remount,rw /dev/shm"),
        Some(mount) => Finding::new("/dev/shm", Warn, format!("is of type {}", mount.kind))
            .means("Segments may lie on a disk then, and be slow.")
            .todo(REMOUNT),
        None if machine.room.is_some() => {
            Finding::new("/dev/shm", Warn, "is no file system of its own")
                .means("Segments lie in the file system around it, which may be on a disk.")
                .todo(REMOUNT)
        }
        None => Finding::new("/dev/shm", Fail, "is not there")
            .means("There are no POSIX segments, and no System V segments of a schema.")
            .todo(format!("mkdir -p /dev/shm && {REMOUNT}")),
    }
}

fn create(machine: &Machine) -> Finding {
    match &machine.create_failure {
        None => Finding::new("create", Ok, "a POSIX segment was made and removed"),
        Some(why) => Finding::new("create", Fail, why.clone())
            .means("No POSIX segment can be made. See the text of the error for the cause."),
    }
}

fn room(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let (total, free) = machine.room?;
    let found = format!("{} in /dev/shm, {} free", show::size(total), show::size(free));
    let enlarge = |finding: Finding, bytes: u64| {
        let mib = bytes.saturating_add(bytes / 4).div_ceil(1 << 20).max(64);
        match machine.container {
            Some(_) => {
                finding.todo(format!("docker run --shm-size={mib}m ..   (or shm_size: in compose)"))
            }
            None => finding.todo(format!("mount -o remount,size={mib}m /dev/shm")),
        }
    };
    if let Some(need) = need {
        let bytes = need.posix_bytes(true);
        let total_need = need.posix_bytes(false);
        if bytes > free {
            let finding = Finding::new("room", Fail, found).means(format!(
                "The segments of the schema that are not there yet need {}.",
                show::size(bytes)
            ));
            return Some(enlarge(
                finding,
                total_need.max(total.saturating_sub(free).saturating_add(bytes)),
            ));
        }
        let found = format!("{found}; the schema needs {}", show::size(bytes));
        return Some(Finding::new("room", Ok, found));
    }
    if total <= ENGINES_DEFAULT {
        let finding = Finding::new("room", Warn, found)
            .means("64M is what container engines give if nothing is said: often too little.");
        return Some(enlarge(finding, 256 << 20));
    }
    if free < total / 10 {
        let finding = Finding::new("room", Warn, found).means("It is nearly full.");
        return Some(enlarge(finding.todo("shmgen gc"), total.saturating_mul(2)));
    }
    Some(Finding::new("room", Ok, found))
}

fn files(machine: &Machine) -> Option<Finding> {
    let left = machine.files_left.filter(|left| *left < 16)?;
    Some(
        Finding::new("files", if left == 0 { Fail } else { Warn }, format!("{left} left"))
            .means("/dev/shm has no room for more names (nr_inodes), whatever its size.")
            .todo("mount -o remount,nr_inodes=100k /dev/shm"),
    )
}

fn sticky(machine: &Machine) -> Option<Finding> {
    let mode = machine.mode?;
    let found = format!("{mode:04o}");
    let chmod = "chmod 1777 /dev/shm";
    Some(if mode & 0o002 == 0 {
        Finding::new("mode", Warn, found)
            .means("Only some users can make segments in /dev/shm.")
            .todo(chmod)
    } else if mode & 0o1000 == 0 {
        Finding::new("mode", Fail, found)
            .means("Without the sticky bit every user can remove and replace every segment.")
            .todo(chmod)
    } else {
        Finding::new("mode", Ok, format!("{found}, with the sticky bit"))
    })
}

fn memory(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let memory = machine.memory?;
    let found = format!("{} free, swap included", show::size(memory));
    match need.map(Need::bytes) {
        Some(bytes) if bytes > memory => Some(Finding::new("memory", Fail, found).means(format!(
            "The segments of the schema need {}: create takes all of it at once.",
            show::size(bytes)
        ))),
        _ => Some(Finding::new("memory", Ok, found)),
    }
}

fn cgroup(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let (limit, used) = machine.cgroup?;
    let found = format!("limit {}, {} used", show::size(limit), show::size(used));
    let left = limit.saturating_sub(used);
    if let Some(bytes) = need.map(Need::bytes).filter(|b| *b > left) {
        return Some(
            Finding::new("control group", Fail, found)
                .means(format!(
                    "The segments of the schema need {}. Segments count as memory of whoever makes \
                     them; beyond the limit the kernel kills.",
                    show::size(bytes)
                ))
                .todo(format!(
                    "docker run --memory={}m ..",
                    limit.saturating_add(bytes).div_ceil(1 << 20)
                )),
        );
    }
    let total = machine.room.map_or(0, |(total, _)| total);
    if total > limit {
        return Some(Finding::new("control group", Warn, found).means(
            "/dev/shm is larger than the memory this group may use: the kernel kills somebody \
             before /dev/shm is full. Give it a size below the limit.",
        ));
    }
    Some(Finding::new("control group", Ok, found))
}

fn shmmax(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let shmmax = machine.shmmax?;
    let found = format!("{} for one System V segment", limit(shmmax));
    let largest = need.and_then(|n| n.sysv_sizes().max()).unwrap_or(0);
    if largest > shmmax {
        return Some(
            Finding::new("shmmax", Fail, found)
                .means(format!("A segment of the schema has {}.", show::size(largest)))
                .todo(format!("sysctl -w kernel.shmmax={largest}")),
        );
    }
    if shmmax < 64 << 20 {
        return Some(
            Finding::new("shmmax", Warn, found)
                .means("That is little. The kernel's own default is no limit.")
                .todo("sysctl -w kernel.shmmax=18446744073692774399"),
        );
    }
    Some(Finding::new("shmmax", Ok, found))
}

fn shmall(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let (shmall, (_, used)) = (machine.shmall?, machine.sysv?);
    let found = format!("{} for all of them, in pages; {used} used", limit(shmall));
    let pages = need
        .map_or(0, |n| n.sysv_sizes().fold(0u64, |sum, s| sum.saturating_add(s.div_ceil(4096))));
    let wanted = used.saturating_add(pages);
    if wanted > shmall {
        return Some(
            Finding::new("shmall", Fail, found)
                .means(format!("The segments of the schema need {pages} pages more."))
                .todo(format!("sysctl -w kernel.shmall={wanted}")),
        );
    }
    Some(Finding::new("shmall", Ok, found))
}

fn shmmni(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let (shmmni, (used, _)) = (machine.shmmni?, machine.sysv?);
    let found = format!("{shmmni} System V segments, {used} used");
    let wanted = used.saturating_add(need.map_or(1, |n| n.sysv_sizes().count() as u64));
    if wanted > shmmni {
        return Some(
            Finding::new("shmmni", Fail, found)
                .means("There is no room for one more System V segment, whatever its size.")
                .todo("shmgen ls   (and ipcrm what nobody needs)")
                .todo(format!("sysctl -w kernel.shmmni={}", wanted.saturating_mul(2))),
        );
    }
    Some(Finding::new("shmmni", Ok, found))
}

/// A limit that is nearly all that 64 bits can say is none.
fn limit(n: u64) -> String {
    if n > 1 << 62 { "no limit".to_owned() } else { n.to_string() }
}

fn memlock(machine: &Machine, need: Option<&Need>) -> Option<Finding> {
    let memlock = machine.memlock?;
    if memlock == u64::MAX || machine.is_root {
        let found = if machine.is_root { "root may lock all memory" } else { "no limit" };
        return Some(Finding::new("memlock", Ok, found));
    }
    let found = format!("{} can be locked", show::size(memlock));
    match need.map(Need::bytes) {
        Some(bytes) if bytes > memlock => Some(
            Finding::new("memlock", Warn, found)
                .means("lock_memory of such a segment will be refused. Nothing else needs it.")
                .todo("ulimit -l unlimited")
                .todo("docker run --ulimit memlock=-1 .."),
        ),
        _ => Some(Finding::new("memlock", Ok, found)),
    }
}

fn remove_ipc(machine: &Machine) -> Option<Finding> {
    let found = machine.remove_ipc.as_ref()?;
    let place = found.file.as_deref().unwrap_or("the default");
    let text = format!("{} ({place})", if found.on { "yes" } else { "no" });
    if !found.on || !found.for_this_user {
        let text = if found.on { format!("{text}; not for users of the system") } else { text };
        return Some(Finding::new("RemoveIPC", Ok, text));
    }
    Some(
        Finding::new("RemoveIPC", Warn, text)
            .means(
                "systemd removes all segments of a user who logs out, also those in use. Run \
                 services as a user of the system, or",
            )
            .todo("loginctl enable-linger USER")
            .todo("mkdir -p /etc/systemd/logind.conf.d")
            .todo("printf '[Login]\\nRemoveIPC=no\\n' > /etc/systemd/logind.conf.d/ipc.conf"),
    )
}

fn huge(machine: &Machine) -> Option<Finding> {
    let huge = machine.huge.as_deref()?;
    let option =
        machine.shm.as_ref().and_then(|m| m.options.iter().find(|o| o.starts_with("huge=")));
    let found = match option {
        Some(option) => format!("/dev/shm: {option}; System V: {huge}"),
        None => format!("/dev/shm: never; System V: {huge}"),
    };
    let found = match machine.huge_pool {
        Some((all, free)) => {
            format!("{found}; {all} of 2M kept for processes that ask, {free} free")
        }
        None => found,
    };
    Some(Finding::new("huge pages", Ok, found).means(
        "Segments of many megabytes can gain by them: pages = \"2M\" in the schema asks for them. \
         System V segments and memfds take them first from those that are kept (sysctl \
         vm.nr_hugepages=N).",
    ))
}

/// Types of processes that the policy lets do what modes allow.
const UNCONFINED: [&str; 3] = ["unconfined_t", "spc_t", "unconfined_service_t"];

fn selinux(machine: &Machine) -> Finding {
    let Some(found) = &machine.selinux else {
        return Finding::new("SELinux", Ok, "not in use");
    };
    let how = if found.enforcing { "enforcing" } else { "permissive" };
    let text = format!("{how}; this process is {}", Printable(&found.label));
    if !found.enforcing || UNCONFINED.contains(&found.domain()) {
        return Finding::new("SELinux", Ok, text);
    }
    Finding::new("SELinux", Warn, text)
        .means(
            "A process of another type or level may be refused a segment whose mode lets it in: \
             EACCES, which is reported as a lack of permission. See the labels, and what was refused. \
             Containers that share segments need the same level:",
        )
        .todo("ls -Z /dev/shm")
        .todo("ausearch -m AVC -ts recent")
        .todo("docker run --security-opt label=level:s0:c100,c200 ..   (each with the same)")
}

fn namespaces(machine: &Machine) -> Option<Finding> {
    let [pid, ipc, user] = machine.first_namespaces?;
    let own = |first: bool| if first { "the machine's" } else { "own" };
    let found = format!("pid {}, IPC {}, user {}", own(pid), own(ipc), own(user));
    let found = match &machine.container {
        Some(name) => format!("in a container ({name}): {found}"),
        None => found,
    };
    if machine.container.is_none() && ipc {
        return Some(Finding::new("namespaces", Ok, found));
    }
    let means = if ipc {
        "System V segments are shared with the whole machine; POSIX ones if /dev/shm is."
    } else {
        "Segments are shared with nobody outside, unless others join this IPC namespace."
    };
    let finding = Finding::new("namespaces", Warn, found).means(means);
    if ipc {
        return Some(finding);
    }
    Some(
        finding.todo(
            "docker run --ipc=shareable --name first ..; docker run --ipc=container:first ..",
        ),
    )
}

fn hidepid(machine: &Machine) -> Option<Finding> {
    let proc = machine.proc.as_ref()?;
    let option = proc.options.iter().find(|o| o.starts_with("hidepid="))?;
    if machine.is_root || option == "hidepid=0" || option == "hidepid=off" {
        return None;
    }
    Some(Finding::new("/proc", Warn, option.clone()).means(
        "Other users' processes are out of sight, so that ls cannot say who has a POSIX segment \
         mapped. A process that takes part in a segment of a schema is seen all the same.",
    ))
}

fn leftovers(machine: &Machine) -> Finding {
    let ((n, bytes), (kept, messages)) = (machine.leftovers, machine.waiting);
    let mut found = Vec::new();
    if n > 0 {
        found.push(format!("{n} that nobody uses, {}", show::size(bytes)));
    }
    if kept > 0 {
        found.push(format!("{kept} that nobody uses, with {messages} messages that wait"));
    }
    if found.is_empty() {
        return Finding::new("leftovers", Ok, "none");
    }
    let todo = match (n, kept) {
        (_, 0) => "shmgen gc",
        _ => "shmgen gc; with --drop-messages also those in which messages wait",
    };
    Finding::new("leftovers", Warn, found.join("; "))
        .means("They take memory until somebody removes them.")
        .todo(todo)
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
