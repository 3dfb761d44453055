//! What is measured that is no part of this program: the command line and the
//! library for Python, built from the same tree.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the built things are.
pub struct Tools {
    /// The root of the repository.
    pub root: PathBuf,
    /// The command line.
    pub shmgen: PathBuf,
    /// The library that the Python package loads.
    pub library: PathBuf,
}

impl Tools {
    /// Builds both for release.
    pub fn build() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a repository").to_owned();
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "-p", "shmgen-cli", "-p", "shm-capi"])
            .current_dir(&root)
            .status()
            .expect("to run cargo");
        assert!(status.success(), "shmgen-cli and shm-capi cannot be built");
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let release = root.join(target.unwrap_or_else(|| "target".into())).join("release");
        Self { root, shmgen: release.join("shmgen"), library: release.join("libshm_capi.so") }
    }
}
