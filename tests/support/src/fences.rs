//! Sleeping and waking in C, looked at more closely: the fences in what was compiled,
//! and slices so long that a wake-up that is missed shows.

/// Where slices hardly end, nothing but a wake-up ends a sleep; and where nobody
/// spins, many fall asleep while a message comes.
pub const LONG_SLICES: [&str; 3] =
    ["-DSHM_SPIN_NS=1u", "-DSHM_FIRST_SLICE_NS=30000000000u", "-DSHM_LAST_SLICE_NS=30000000000u"];

/// What is wrong with the fences in tests/c/fences.c, compiled to assembly: there is
/// none on the way of a message; one in who notifies with care; and one in who is about
/// to sleep and gets no barrier, beside the two instructions that set bits. That one asks
/// for a barrier first.
pub fn missing(assembly: &str) -> Vec<String> {
    let barriers: &[&str] = match std::env::consts::ARCH {
        "x86_64" => &["mfence", "lock", "xchg"],
        "aarch64" => &["dmb"],
        other => {
            eprintln!("no fences are looked for on {other}");
            return Vec::new();
        }
    };
    // On arm64, setting a bit has none of its own.
    let announcing = if barriers == ["dmb"] { 1 } else { 3 };
    let mut wrong = Vec::new();
    for (function, wanted) in [
        ("notifies", 0..=0),
        ("shm_notify_with_care", 1..=usize::MAX),
        ("shm_announce_sleep", announcing..=usize::MAX),
    ] {
        let body = assembly.split_once(&format!("\n{function}")).expect(function).1;
        let body = body.split_once(".size").map_or(body, |(body, _)| body);
        // The number of the call membarrier.
        if function == "shm_announce_sleep" && !["324", "283"].iter().any(|n| body.contains(n)) {
            wrong.push(format!("no barrier in {function}\n{body}"));
        }
        let found = body.lines().filter(|line| {
            let word = line.split_whitespace().next().unwrap_or("");
            barriers.contains(&word.trim_end_matches(';'))
        });
        let found = found.count();
        if !wanted.contains(&found) {
            wrong.push(format!("{found} in {function}, not {wanted:?}\n{body}"));
        }
    }
    wrong
}
