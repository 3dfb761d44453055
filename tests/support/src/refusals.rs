//! What somebody else has put where a segment should be is refused, in Rust and
//! in C alike, with a kind and a text that says why.

use crate::children::{PlayWith, say};
use crate::languages::{self, Answer, BOTH, Language};
use std::time::{Duration, Instant};

/// An operation, by its name.
pub type Operation = (&'static str, fn(Language, &str) -> Answer<()>);

pub const ATTACH: Operation = ("attach", |l, a| l.attach(a).map(drop));
pub const READ_ONLY: Operation = ("attach_read_only", |l, a| l.attach_read_only(a).map(drop));
pub const OPEN_OR_CREATE: Operation = ("open_or_create", |l, a| l.open_or_create(a).map(drop));
pub const CREATE: Operation = ("create", |l, a| l.create(a).map(drop));
pub const BARE: Operation = ("attach bare", |l, a| l.attach_bare(a).map(drop));
pub const REMOVE: Operation = ("remove", |l, a| l.remove_at(a));

/// All ways to attach to a segment of the schema.
pub const ATTACHING: [Operation; 3] = [ATTACH, READ_ONLY, OPEN_OR_CREATE];

/// How soon a refusal comes, whatever is in the way.
const SOON: Duration = Duration::from_secs(10);

/// Each operation is refused in both languages: with this kind, and a text that
/// names the address and has this part.
pub fn refuses(operations: &[Operation], address: &str, kind: &str, says: &str) {
    languages::ready();
    for language in BOTH {
        for (name, operation) in operations {
            let what = format!("{name} in {}", language.name());
            let start = Instant::now();
            let Err(refused) = operation(language, address) else { panic!("{what}: it worked") };
            assert!(start.elapsed() < SOON, "{what}: after {:?}", start.elapsed());
            assert_eq!(refused.kind, kind, "{what}: {refused}");
            assert!(refused.text.contains(says), "{what}: no `{says}` in {}", refused.text);
            assert!(refused.text.contains(address), "{what}: {}", refused.text);
            assert!(!is_unsafe_text(&refused.text), "{what}: {:?}", refused.text);
        }
    }
}

/// Whether a text could command a terminal, or has a line that is none of the rows
/// of a mismatch.
pub fn is_unsafe_text(text: &str) -> bool {
    const ROWS: [&str; 5] = ["also", "", "yours", "segment", "to do"];
    let is_row = |line: &str| {
        line.strip_prefix("  ")
            .and_then(|rest| rest.get(..10))
            .is_some_and(|name| ROWS.contains(&name.trim_end()))
    };
    text.lines().any(|line| line.chars().any(is_unsafe)) || !text.lines().skip(1).all(is_row)
}

/// What must not reach a terminal: control characters, and those that turn the
/// direction of writing.
pub fn is_unsafe(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

/// Each operation works in both languages.
pub fn allows(operations: &[Operation], address: &str) {
    for language in BOTH {
        for (name, operation) in operations {
            operation(language, address)
                .unwrap_or_else(|e| panic!("{name} in {}: {e}", language.name()));
        }
    }
}

/// Whether the test can do what only root may. Where it cannot, it says so; in
/// CI (`CI` is set) that is a failure.
pub fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        eprintln!("NOT TESTED without root: other owners");
        assert!(std::env::var_os("CI").is_none(), "in CI, the tests run as root");
    }
    root
}

/// The part of a test that is played as uid 65534. Of the arguments the second
/// says whether it may at least read; kind and text of the refusals follow.
pub fn as_nobody(arguments: &[String]) {
    let [address, may, kind, says] = arguments else { panic!("{arguments:?}") };
    let nobody = nix::unistd::Uid::from_raw(65534);
    languages::ready(); // while it can be read
    nix::unistd::setgroups(&[]).unwrap();
    nix::unistd::setresgid(65534.into(), 65534.into(), 65534.into()).unwrap();
    nix::unistd::setresuid(nobody, nobody, nobody).unwrap();
    if may == "read" {
        refuses(&[ATTACH, OPEN_OR_CREATE, BARE], address, kind, says);
        allows(&[READ_ONLY], address);
    } else {
        refuses(&[ATTACH, READ_ONLY, OPEN_OR_CREATE, BARE], address, kind, says);
    }
    refuses(&[CREATE], address, "Exists", "it exists already");
    refuses(&[REMOVE], address, "Permission", "");
    say("done");
}

/// Who has no privileges is refused so.
pub fn nobody_is_refused(play_with: PlayWith, address: &str, may: &str, says: &str) {
    let environment = [(languages::LIBRARY, languages::library().to_str().unwrap())];
    let mut player = play_with("as_nobody", &[address, may, "Permission", says], &environment);
    assert_eq!(player.hear(), "done");
    player.finish();
}
