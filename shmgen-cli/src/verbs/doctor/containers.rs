//! What to tell a container engine, sized for a schema.

use super::machine::Need;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write as _;

/// What to type, and the size of /dev/shm in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Snippets {
    /// Bytes of /dev/shm that they ask for.
    #[serde(rename = "shm_size")]
    pub(super) size: u64,
    /// Commands for Docker and Podman.
    pub(super) docker: String,
    /// A file for Compose.
    pub(super) compose: String,
    /// A pod for Kubernetes.
    pub(super) kubernetes: String,
}

const MIB: u64 = 1 << 20;

/// A quarter more than is needed, in whole MiB, and not less than engines give
/// anyway.
fn shm_size(need: Option<&Need>) -> u64 {
    let bytes = need.map_or(256 * MIB, |n| n.posix_bytes(false));
    bytes.saturating_add(bytes / 4).div_ceil(MIB).max(64).saturating_mul(MIB)
}

pub(super) fn snippets(need: Option<&Need>) -> Snippets {
    let size = shm_size(need);
    let mib = size / MIB;
    let docker = format!(
        "docker run --ipc=shareable --shm-size={mib}m --name first IMAGE\n\
         docker run --ipc=container:first OTHER-IMAGE\n"
    );
    let compose = format!(
        "services:\n  first:\n    ipc: shareable\n    shm_size: {mib}mb\n  other:\n    ipc: \
         service:first\n    depends_on: [first]\n"
    );
    let kubernetes = format!(
        "spec:\n  volumes:\n    - name: shm\n      emptyDir:\n        medium: Memory\n        \
         sizeLimit: {mib}Mi\n  containers:\n    - name: first\n      volumeMounts:\n        - {{ \
         name: shm, mountPath: /dev/shm }}\n      resources:\n        limits:\n          # \
         Shared memory counts: {mib} MiB more than the program itself needs.\n          memory: \
         {}Mi\n    - name: other\n      volumeMounts:\n        - {{ name: shm, mountPath: /dev/shm \
         }}\n",
        mib.saturating_add(256)
    );
    Snippets { size, docker, compose, kubernetes }
}

pub(super) fn as_text(snippets: &Snippets) -> String {
    let mut out = String::from("\nFor containers that share them:\n");
    let parts = [
        ("Docker, Podman", &snippets.docker),
        ("Compose", &snippets.compose),
        ("Kubernetes, containers of one pod", &snippets.kubernetes),
    ];
    for (name, text) in parts {
        let _ = writeln!(out, "\n# {name}\n{}", text.trim_end());
    }
    out
}
