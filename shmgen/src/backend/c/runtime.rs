//! `shm_runtime.h`, which generated headers include: the parts in the template
//! folder one after the other, with the version filled in.

use crate::backend::text::{VERSION, version_parts};

macro_rules! parts {
    ($($name:literal),* $(,)?) => {
        &[$(include_str!(concat!("../../../templates/c/runtime/", $name))),*]
    };
}

const PARTS: &[&str] = parts![
    "00_prelude.h",
    "10_status.h",
    "12_text.h",
    "14_failure.h",
    "20_atomics.h",
    "22_values.h",
    "25_system.h",
    "26_pages.h",
    "27_process.h",
    "28_wait.h",
    "29_locks.h",
    "30_address.h",
    "31_queue_layout.h",
    "32_header.h",
    "33_object_layouts.h",
    "34_spec.h",
    "35_posix.h",
    "38_removal.h",
    "39_memfd.h",
    "40_sysv.h",
    "41_idfile.h",
    "42_sysv_life.h",
    "44_opened.h",
    "46_descriptor.h",
    "50_contract.h",
    "52_difference.h",
    "53_difference_of_objects.h",
    "54_core.h",
    "56_participants.h",
    "58_roles.h",
    "62_birth.h",
    "64_admit.h",
    "66_attachment.h",
    "68_attach_api.h",
    "70_queue.h",
    "74_producer.h",
    "76_consumer.h",
    "78_consumer_role.h",
    "80_segment.h",
    "82_stat.h",
    "90_end.h",
];

/// The header. The version stands in its parts as `@VERSION@`.
pub(in super::super) fn header() -> String {
    let [major, minor, patch] = version_parts();
    PARTS
        .join("\n")
        .replace("@VERSION@", VERSION)
        .replace("@VERSION_MAJOR@", major)
        .replace("@VERSION_MINOR@", minor)
        .replace("@VERSION_PATCH@", patch)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    /// A part that is added to the folder must be added to the list.
    #[test]
    fn every_part_of_the_folder_is_in_the_header() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/c/runtime");
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, super::PARTS.len());
        assert!(!super::header().contains('@'), "a version was not filled in");
    }
}
