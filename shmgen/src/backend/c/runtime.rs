//! `shm_runtime.h`, which generated headers include: the parts in the template
//! folder one after the other, with the version and the layouts filled in.

use super::offsets;
use crate::backend::text::{VERSION, version_parts};

/// Each part's name and text. A part may use what stands before it only.
macro_rules! parts {
    ($($chapter:literal: $($name:literal)+;)*) => {
        &[$($((
            concat!($chapter, "/", $name),
            include_str!(concat!("../../../templates/c/runtime/", $chapter, "/", $name)),
        )),+),*]
    };
}

/// The chapters in their order, from the compiler up to what programs call.
const PARTS: &[(&str, &str)] = parts![
    "base": "prelude.h" "status.h" "text.h" "failure.h" "atomics.h" "bytes.h" "values.h";
    "os": "system.h" "limits.h" "errno.h" "pages.h" "process.h" "kept.h" "watch.h" "wait.h" "locks.h";
    "segment": "address.h" "header.h" "making.h" "nameless.h" "posix.h" "removal.h" "publish.h" "memfd.h" "sysv.h"
        "idfile.h" "sysv_life.h" "opened.h" "descriptor.h";
    "contract": "contract.h" "difference.h";
    "object": "kinds.h" "records.h" "spec.h" "core.h" "objects.h" "participants.h" "roles.h" "handles.h"
        "lanes.h" "queue_layout.h" "queue.h" "queue_lanes.h" "queue_owned.h" "ring.h" "ring_lanes.h"
        "stream_layout.h" "stream.h"
        "topic.h" "cell_layout.h" "cell.h" "state_layout.h" "state.h" "event.h" "counters.h" "raw.h" "registry.h" "difference.h"
        "queue_slots.h" "queue_producer.h" "queue_consumer.h" "queue_consumer_role.h" "queue_stat.h"
        "value.h" "cell_slots.h" "cell_writer.h" "cell_reader.h" "cell_stat.h"
        "stream_area.h" "stream_writer.h" "stream_reader.h" "stream_stat.h"
        "state_handle.h" "state_lock.h" "state_wait.h" "state_stat.h";
    "api": "birth.h" "admit.h" "attachment.h" "attach.h" "segment.h" "stat.h" "end.h";
];

/// The text of each part.
#[cfg(test)]
pub(super) fn parts() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(_, text)| *text)
}

/// The header. The version stands in its parts as `@VERSION@`.
pub(in super::super) fn header() -> String {
    let [major, minor, patch] = version_parts();
    let texts: Vec<&str> = PARTS.iter().map(|(_, text)| *text).collect();
    // Whose formatter meets a copy of it has other rules.
    let text = texts.join("\n").replace("/* clang-format on */\n", "");
    offsets::fill(&text)
        .replacen(", do not edit */\n", ", do not edit */\n/* clang-format off */\n", 1)
        .replace("@VERSION@", VERSION)
        .replace("@VERSION_MAJOR@", major)
        .replace("@VERSION_MINOR@", minor)
        .replace("@VERSION_PATCH@", patch)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A part that is added to the folder must be added to the list.
    #[test]
    fn the_list_has_every_part_of_the_folder_once() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/c/runtime");
        let names = |folder: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).unwrap();
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
        };
        let mut found = BTreeSet::new();
        for chapter in names(&folder) {
            found.extend(names(&folder.join(&chapter)).iter().map(|n| format!("{chapter}/{n}")));
        }
        let listed: Vec<_> = super::PARTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(listed.len(), found.len());
        assert_eq!(BTreeSet::from_iter(listed), found);
        let header = super::header();
        assert!(!header.contains("@VERSION"), "a version was not filled in");
        assert!(!header.contains("SHM_LAYOUT"), "a layout was not filled in");
    }
}
