//! Sleeping and waking in C, looked at more closely: the fences in what was compiled,
//! and slices so long that a wake-up that is missed shows.

/// Where slices hardly end, nothing but a wake-up ends a sleep; and where nobody
/// spins, many fall asleep while a message comes.
pub const LONG_SLICES: [&str; 3] =
    ["-DSHM_SPIN_NS=1u", "-DSHM_FIRST_SLICE_NS=30000000000u", "-DSHM_LAST_SLICE_NS=30000000000u"];

/// Fences that are missing in tests/c/fences.c, compiled to assembly: there is one in
/// who notifies, and one in who is about to sleep, beside the instruction that sets
/// the bit.
pub fn missing(assembly: &str) -> Vec<String> {
    let barriers: &[&str] = match std::env::consts::ARCH {
        "x86_64" => &["mfence", "lock", "xchg"],
        "aarch64" => &["dmb"],
        other => {
            eprintln!("no fences are looked for on {other}");
            return Vec::new();
        }
    };
    // On arm64, setting the bit has none of its own.
    let announcing = if barriers == ["dmb"] { 1 } else { 2 };
    let mut missing = Vec::new();
    for (function, least) in [("notifies:", 1), ("announces:", announcing)] {
        let body = assembly.split_once(&format!("\n{function}")).expect(function).1;
        let body = body.split_once(".size").map_or(body, |(body, _)| body);
        let found = body.lines().filter(|line| {
            let word = line.split_whitespace().next().unwrap_or("");
            barriers.contains(&word.trim_end_matches(';'))
        });
        let found = found.count();
        if found < least {
            missing.push(format!("{found} in {function}\n{body}"));
        }
    }
    missing
}
