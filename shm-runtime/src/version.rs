//! Whether generated code and this runtime go together.

/// Fails the build of code that was generated for another runtime: it needs
/// the same major version (while that is 0, the same minor one), and none that
/// is older.
///
/// # Panics
///
/// Where they do not go together; in a constant, that is a compile error.
pub const fn require(major: u32, minor: u32, patch: u32) {
    let own = [
        number(env!("CARGO_PKG_VERSION_MAJOR")),
        number(env!("CARGO_PKG_VERSION_MINOR")),
        number(env!("CARGO_PKG_VERSION_PATCH")),
    ];
    assert!(
        major == own[0] && (major > 0 || minor == own[1]),
        "this file was generated for another major version of shm-runtime: generate it again \
         with the shmgen of the same version",
    );
    assert!(
        minor < own[1] || minor == own[1] && patch <= own[2],
        "this file was generated for a newer shm-runtime: update shm-runtime, or generate it \
         again with the shmgen of the same version",
    );
}

const fn number(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut n, mut i) = (0, 0);
    while i < bytes.len() {
        n = n * 10 + (bytes[i] - b'0') as u32;
        i += 1;
    }
    n
}
