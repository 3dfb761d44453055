//! Says whether this target has segments: 64-bit little-endian Linux.
//! `SHM_RUNTIME_NO_SEGMENTS` in the environment builds as if it had none, to
//! check on any machine that the rest compiles.

fn main() {
    println!("cargo:rerun-if-env-changed=SHM_RUNTIME_NO_SEGMENTS");
    // `--cfg crashpoints`: each store to a segment is a step before which a test can die.
    println!("cargo:rustc-check-cfg=cfg(segments, crashpoints)");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let fits =
        target("OS") == "linux" && target("POINTER_WIDTH") == "64" && target("ENDIAN") == "little";
    if fits && std::env::var_os("SHM_RUNTIME_NO_SEGMENTS").is_none() {
        println!("cargo:rustc-cfg=segments");
    }
}
