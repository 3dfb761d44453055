//! Structures that no one here designed: those of the Linux kernel and of glibc,
//! written as a schema, against what the compilers say of the real headers.

use shmgen::model::{Limits, Member, Schema, Struct, TypeDecl};
use shmgen_test_support::tools;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADERS: &str = "\
#define _GNU_SOURCE 1
#include <stddef.h>
#include <sys/types.h>
#include <sys/time.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <linux/if_xdp.h>
#include <linux/input.h>
#include <linux/io_uring.h>
#include <linux/tcp.h>
#include <linux/videodev2.h>
#include \"uapi.h\"
";

/// The schema's struct, the real one, and whether later kernels may add fields
/// behind the last one.
const STRUCTS: [(&str, &str, bool); 19] = [
    ("Timeval", "struct timeval", false),
    ("Timespec", "struct timespec", false),
    ("InputEvent", "struct input_event", false),
    ("TcpInfo", "struct tcp_info", true),
    ("IpcPerm", "struct ipc_perm", false),
    ("ShmidDs", "struct shmid_ds", false),
    ("Stat", "struct stat", false),
    ("StatxTimestamp", "struct statx_timestamp", false),
    ("Statx", "struct statx", false),
    ("SqringOffsets", "struct io_sqring_offsets", false),
    ("CqringOffsets", "struct io_cqring_offsets", false),
    ("IoUringParams", "struct io_uring_params", false),
    ("XdpStatistics", "struct xdp_statistics", false),
    ("EventVsync", "struct v4l2_event_vsync", false),
    ("EventCtrl", "struct v4l2_event_ctrl", false),
    ("EventFrameSync", "struct v4l2_event_frame_sync", false),
    ("EventSrcChange", "struct v4l2_event_src_change", false),
    ("EventMotionDet", "struct v4l2_event_motion_det", false),
    ("V4l2Event", "struct v4l2_event", false),
];

/// Fields whose real names no schema can have.
const RENAMED: [(&str, &str, &str); 7] = [
    ("InputEvent", "kind", "type"),
    ("IpcPerm", "key", "__key"),
    ("IpcPerm", "seq", "__seq"),
    ("IpcPerm", "reserved1", "__glibc_reserved1"),
    ("IpcPerm", "reserved2", "__glibc_reserved2"),
    ("EventCtrl", "kind", "type"),
    ("V4l2Event", "u", "type"),
];

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/uapi.toml")
}

fn schema() -> Schema {
    shmgen::check_file(&path(), Limits::default()).into_result().unwrap()
}

fn structs(schema: &Schema) -> impl Iterator<Item = &Struct> {
    schema.types.iter().filter_map(|t| match t {
        TypeDecl::Struct(s) => Some(s),
        _ => None,
    })
}

/// One assertion for each size, each offset and each field's size.
fn assertions(schema: &Schema) -> (String, usize) {
    let mut out = String::from(HEADERS);
    let mut count = 0;
    let mut add = |condition: String| {
        count += 1;
        let text = condition.replace('"', "");
        let _ = writeln!(out, "_Static_assert({condition}, \"{text}\");");
    };
    for s in structs(schema) {
        let (_, real, grows) =
            STRUCTS.iter().find(|(name, ..)| *name == s.name).expect("a row for each struct");
        let ours = format!("uapi_{}", s.name);
        let relation = if *grows { "<=" } else { "==" };
        add(format!("sizeof({ours}) {relation} sizeof({real})"));
        add(format!("_Alignof({ours}) == _Alignof({real})"));
        for member in &s.members {
            let Member::Field(f) = member else { continue };
            let renamed = RENAMED.iter().find(|(of, name, _)| (*of, *name) == (&s.name, &f.name));
            let theirs = renamed.map_or(f.name.as_str(), |(.., real)| real);
            add(format!("offsetof({ours}, {}) == offsetof({real}, {theirs})", f.name));
            if (s.name.as_str(), f.name.as_str()) == ("V4l2Event", "u") {
                add(format!("offsetof({ours}, u.as) == offsetof({real}, u)"));
                add(format!("sizeof((({ours} *)0)->u.as) == sizeof((({real} *)0)->u)"));
                continue;
            }
            let size = |of: &str, field: &str| format!("sizeof((({of} *)0)->{field})");
            add(format!("{} == {}", size(&ours, &f.name), size(real, theirs)));
        }
    }
    (out, count)
}

#[test]
fn the_structures_of_the_kernel_lie_as_its_headers_say() {
    if !cfg!(target_arch = "x86_64") {
        return; // struct stat is another one elsewhere
    }
    let folder = tools::scratch("kernel");
    tools::generate(&path(), &folder);
    let (text, count) = assertions(&schema());
    assert!(count > 300, "{count} assertions");
    std::fs::write(folder.join("kernel.c"), text).unwrap();
    for compiler in tools::compilers() {
        tools::run(
            Command::new(compiler.c)
                .args(["-std=gnu11", "-fsyntax-only", "-Werror", "kernel.c"])
                .current_dir(&folder),
        );
    }
}

/// What the comparison is worth: a schema with two fields swapped is refused.
#[test]
fn a_field_out_of_place_is_seen() {
    let folder = tools::scratch("kernel-wrong");
    let text = std::fs::read_to_string(path()).unwrap();
    let (code, value) =
        ("  { name = \"code\", type = \"u16\" },\n", "  { name = \"value\", type = \"i32\" },\n");
    assert!(text.contains(&format!("{code}{value}")));
    let wrong = folder.join("uapi.toml");
    std::fs::write(&wrong, text.replace(&format!("{code}{value}"), &format!("{value}{code}")))
        .unwrap();
    tools::generate(&wrong, &folder);
    std::fs::write(folder.join("kernel.c"), assertions(&schema()).0).unwrap();
    for compiler in tools::compilers() {
        let output = Command::new(compiler.c)
            .args(["-std=gnu11", "-fsyntax-only", "kernel.c"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("InputEvent"), "{said}");
    }
}
