//! What others say of segments, and what they do with them: `ls`, `ipcs`,
//! `ipcrm`, `rm`, Python's SharedMemory, and sysv_ipc and posix_ipc from PyPI.
//! They agree with what we say; they open ours, and we open theirs; what they
//! remove, our processes notice.

use children::say;
use languages::{BOTH, Ours};
use serde_json::Value;
use shmgen_test_support::{apart, children, languages, tools};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

children!(told, theirs, opened, removed);

/// Plays a part in namespaces of its own, where all names are the test's.
fn apart(part: &str) {
    let folder = tools::scratch(&format!("interop-{part}"));
    let file = format!("sysv-file:{}/kept.id", folder.display());
    let environment = [
        (languages::LIBRARY, languages::library().to_str().unwrap()),
        ("SHMGEN", tools::built().shmgen.to_str().unwrap()),
        ("PYTHON", tools::python().to_str().unwrap()),
    ];
    let mut player = play_with(part, &[&file], &environment);
    println!("{part}: {}", player.hear());
    player.finish();
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// What a command prints.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = tools::run(Command::new(program).args(arguments));
    String::from_utf8(output.stdout).unwrap()
}

// --- who tells what

/// What somebody says of a segment, by our names for it.
type Facts = BTreeMap<String, u64>;

/// `shmgen stat`.
fn we_say(address: &str) -> Facts {
    let text = printed(&variable("SHMGEN"), &["stat", "--json", "--any-owner", address]);
    let stat: Value = serde_json::from_str(&text).unwrap();
    let stat = stat.get("segments").map_or(&stat, |all| &all[0]).clone();
    let mut facts = Facts::new();
    for name in ["size", "uid", "gid"] {
        facts.insert(name.into(), stat[name].as_u64().unwrap());
    }
    let mode = u64::from_str_radix(stat["mode"].as_str().unwrap(), 8).unwrap();
    facts.insert("mode".into(), mode);
    let kernel = stat["kernel"].as_object().unwrap();
    for (name, value) in kernel.iter().filter(|(_, value)| value.is_u64()) {
        facts.insert(name.clone(), value.as_u64().unwrap());
    }
    if let Some(key) = kernel.get("key") {
        let digits = key.as_str().unwrap().strip_prefix("0x").unwrap().to_owned();
        facts.insert("key".into(), u64::from_str_radix(&digits, 16).unwrap());
    }
    facts
}

/// `ls -ln` of a POSIX segment.
fn ls_says(name: &str) -> Facts {
    let line = printed("ls", &["-ln", &format!("/dev/shm/{name}")]);
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let bits = words[0][1..10].chars().fold(0, |bits, c| bits << 1 | u64::from(c != '-'));
    let number = |n: usize| words[n].parse().unwrap();
    let facts = [("mode", bits), ("uid", number(2)), ("gid", number(3)), ("size", number(4))];
    facts.map(|(name, value)| (name.to_owned(), value)).into()
}

/// `ipcs -m`, all in a line, and one in detail.
fn ipcs_says(id: u64) -> Facts {
    let table = printed("ipcs", &["-m"]);
    let mut lines = table.lines().map(|l| l.split_ascii_whitespace().collect::<Vec<_>>());
    let line = lines.find(|w| w.len() > 5 && w[1] == id.to_string()).expect("ipcs lists it");
    let key = u64::from_str_radix(line[0].strip_prefix("0x").unwrap(), 16).unwrap();
    let mut facts = Facts::from([("key".to_owned(), key), ("id".to_owned(), id)]);
    facts.insert("mode".into(), u64::from_str_radix(line[3], 8).unwrap());
    facts.insert("size".into(), line[4].parse().unwrap());
    facts.insert("attached".into(), line[5].parse().unwrap());
    let one = printed("ipcs", &["-m", "-i", &id.to_string()]);
    let names = [
        ("uid", "uid"),
        ("gid", "gid"),
        ("cuid", "creator_uid"),
        ("cgid", "creator_gid"),
        ("cpid", "creator_pid"),
    ];
    for word in one.split_ascii_whitespace() {
        let Some((name, value)) = word.split_once('=') else { continue };
        if let Some((_, ours)) = names.iter().find(|(theirs, _)| *theirs == name) {
            facts.insert((*ours).into(), value.parse().unwrap());
        }
        if name == "nattch" {
            assert_eq!(value, line[5], "ipcs disagrees with itself");
        }
    }
    assert_eq!(facts.len(), 10, "{one}");
    facts
}

/// What they say is what we say, as far as they say it.
fn agree(who: &str, they: &Facts, we: &Facts) {
    assert!(they.contains_key("size"), "{who}: {they:?}");
    for (name, value) in they {
        assert_eq!(Some(value), we.get(name), "{name}, which {who} says: {they:?}, {we:?}");
    }
}

/// A Python program that holds a segment by somebody's library.
struct Neighbour {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Neighbour {
    fn start() -> Self {
        let script = tools::root().join("tests/interop.py");
        let mut child = Command::new(variable("PYTHON"))
            .args(["-W", "error", "-B"])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn ask(&mut self, command: &str) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "{command}").unwrap();
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "{command}: no answer");
        serde_json::from_str(&line).unwrap()
    }

    /// What its library says of a segment.
    fn facts(&mut self, command: &str) -> Facts {
        let said = self.ask(command);
        let said = said.as_object().unwrap();
        said.iter()
            .map(|(name, v)| (name.clone(), v.as_u64().unwrap_or_else(|| panic!("{command}: {v}"))))
            .collect()
    }

    fn finish(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

// --- what we say

#[test]
fn ls_ipcs_and_the_libraries_of_python_say_what_we_say() {
    apart("told");
}

/// As everybody sees it, and with the number of attachments that there must be.
fn all_agree(address: &str, attached: u64) {
    let we = we_say(address);
    let Some(id) = we.get("id") else {
        let name = address.strip_prefix("posix:/").unwrap();
        agree("ls", &ls_says(name), &we);
        for (who, library) in [("posix_ipc", "posix"), ("SharedMemory", "python")] {
            let mut neighbour = Neighbour::start();
            agree(who, &neighbour.facts(&format!("{library} {name}")), &we);
            neighbour.finish();
        }
        return;
    };
    assert_eq!(we["attached"], attached, "{address}");
    agree("ipcs", &ipcs_says(*id), &we);
    let mut neighbour = Neighbour::start();
    let key = we["key"];
    let by_id = format!("sysv-id {id}");
    let opened = neighbour.facts(&if key == 0 { by_id } else { format!("sysv {key}") });
    assert_eq!(opened["last_pid"], u64::from(neighbour.child.id()));
    // While it holds it, all count one more.
    let we = we_say(address);
    assert_eq!(we["attached"], attached + 1, "{address}");
    let mut they = neighbour.facts("stat");
    they.remove("last_pid"); // ours, which has looked just now
    if key == 0 {
        they.remove("key"); // which it does not ask the system for, by an id
    }
    agree("sysv_ipc", &they, &we);
    agree("ipcs", &ipcs_says(*id), &we);
    neighbour.finish();
    assert_eq!(we_say(address)["attached"], attached, "{address}");
}

fn told(arguments: &[String]) {
    apart::enter();
    let addresses = ["posix:/kept", "sysv:0x53480001", &arguments[0]];
    for address in addresses {
        for language in BOTH {
            let made = language.create(address).unwrap();
            all_agree(address, 1);
            let more =
                [language.attach(address).unwrap(), language.other().attach(address).unwrap()];
            let reader = language.attach_read_only(address).unwrap();
            all_agree(address, 4);
            drop((more, reader));
            all_agree(address, 1);
            // Given away, where that is allowed: not in a namespace of one user.
            let set = |more: &[&str]| {
                let all = [&["set", address, "--mode", "640"], more].concat();
                tools::run(Command::new(variable("SHMGEN")).args(all));
            };
            if std::fs::read_to_string("/proc/self/uid_map").unwrap().contains("4294967295") {
                set(&["--uid", "4321", "--gid", "1234"]);
                assert_eq!((we_say(address)["uid"], we_say(address)["gid"]), (4321, 1234));
            } else {
                eprintln!("NOT TESTED: owners, in a namespace of one user");
                set(&[]);
            }
            assert_eq!(we_say(address)["mode"], 0o640);
            all_agree(address, 1);
            drop(made);
            all_agree(address, 0);
            language.remove_at(address).unwrap();
        }
    }
    assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
    say("as we say");
}

// --- theirs, opened by us

#[test]
fn we_open_what_others_made_and_remove_it() {
    apart("theirs");
}

fn theirs(_: &[String]) {
    apart::enter();
    for (create, open, address) in [
        ("sysv 0x53480002 5000 640", "sysv 0x53480002", "sysv:0x53480002"),
        ("posix /theirs 5000 640", "posix /theirs", "posix:/theirs"),
        ("python theirs 5000", "python theirs", "posix:/theirs"),
    ] {
        for language in BOTH {
            let mut neighbour = Neighbour::start();
            let mut made = neighbour.facts(create);
            assert_eq!(made["size"], 5000);
            made.remove("last_pid"); // ours, which looks now
            agree(create, &made, &we_say(address));
            let list = printed(&variable("SHMGEN"), &["ls", "--json"]);
            let list: Value = serde_json::from_str(&list).unwrap();
            // Memfds are of processes, which are not the test's alone.
            let mut listed = list["segments"].as_array().unwrap().clone();
            listed.retain(|segment| segment["kind"] != "memfd");
            assert_eq!(listed.len(), 1, "{list}");
            let listed = (&listed[0]["address"], &listed[0]["state"], &listed[0]["size"]);
            assert_eq!(listed, (&address.into(), &"foreign".into(), &5000.into()));
            assert_eq!(language.attach(address).err().unwrap().kind, "Mismatch");
            assert_eq!(language.create(address).err().unwrap().kind, "Exists");
            neighbour.ask("write 4990 68656c6c6f");
            let ours = language.attach_bare(address).unwrap();
            let mut bytes = [0; 5];
            ours.read(4990, &mut bytes);
            assert_eq!(&bytes, b"hello");
            ours.fill(7);
            assert_eq!(neighbour.ask("read 0 2"), "0707");
            ours.remove().unwrap();
            drop(ours);
            let mut other = Neighbour::start();
            let gone = other.ask(open);
            let kinds = ["ExistentialError", "FileNotFoundError"];
            assert!(kinds.contains(&gone["error"].as_str().unwrap()), "{gone}");
            // Who has it keeps its memory.
            assert_eq!(neighbour.ask("read 4999 1"), "07");
            other.finish();
            neighbour.finish();
        }
    }
    assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
    say("opened");
}

// --- ours, opened by them

#[test]
fn others_open_what_we_made() {
    apart("opened");
}

fn opened(_: &[String]) {
    apart::enter();
    let magic: String = shm_runtime::header::MAGIC.iter().map(|b| format!("{b:02x}")).collect();
    for (open, address) in [
        ("sysv 0x53480003", "sysv:0x53480003"),
        ("posix /ours", "posix:/ours"),
        ("python ours", "posix:/ours"),
    ] {
        for language in BOTH {
            let mut made = language.create(address).unwrap();
            let mut neighbour = Neighbour::start();
            assert_eq!(neighbour.facts(open)["size"], we_say(address)["size"]);
            assert_eq!(neighbour.ask("read 0 8"), *magic);
            assert_eq!(neighbour.ask("read 304 5"), "706c61696e", "its name");
            // They come and go, and nothing of ours changes.
            made.push(1).unwrap();
            neighbour.finish();
            assert_eq!(made.pop().unwrap(), 1);
            assert_eq!(language.other().attach(address).map(drop).map_err(|e| e.text), Ok(()));
            made.remove().unwrap();
            drop(made);
            // And bare ones, which they may write.
            let bare = language.create_bare(address, 4096).unwrap();
            let mut neighbour = Neighbour::start();
            assert_eq!(neighbour.facts(open)["size"], 4096);
            neighbour.ask("write 100 2a");
            let mut byte = [0];
            bare.read(100, &mut byte);
            assert_eq!(byte, [0x2a]);
            neighbour.finish();
            bare.remove().unwrap();
        }
    }
    assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
    say("opened");
}

// --- what they remove

#[test]
fn what_others_remove_our_processes_notice() {
    apart("removed");
}

/// Takes the name away as others do.
fn take_away(how: &str, address: &str) {
    let id = we_say(address).get("id").map(u64::to_string).unwrap_or_default();
    match how {
        "rm" => drop(printed("rm", &["/dev/shm/ours"])),
        "ipcrm -M" => drop(printed("ipcrm", &["-M", "0x53480004"])),
        "ipcrm -m" => drop(printed("ipcrm", &["-m", &id])),
        library => {
            let mut neighbour = Neighbour::start();
            neighbour.facts(library);
            assert_eq!(neighbour.ask("remove"), Value::Null);
            neighbour.finish();
        }
    }
}

/// What it answers in the end: at most a second later, and what a busy machine
/// takes.
fn in_the_end(mut ask: impl FnMut() -> String, until_then: &str) {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer == "Removed" {
            return;
        }
        assert_eq!(answer, until_then);
        assert!(start.elapsed() < Duration::from_secs(5), "nobody notices");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn removed(_: &[String]) {
    apart::enter();
    let ways = [
        ("rm", "posix:/ours"),
        ("posix /ours", "posix:/ours"),
        ("python ours", "posix:/ours"),
        ("ipcrm -M", "sysv:0x53480004"),
        ("ipcrm -m", "sysv:0x53480004"),
        ("sysv 0x53480004", "sysv:0x53480004"),
    ];
    for (how, address) in ways {
        for language in BOTH {
            let mut out = language.create(address).unwrap();
            let mut inn = language.other().attach(address).unwrap();
            out.push(1).unwrap();
            take_away(how, address);
            let there = printed(&variable("SHMGEN"), &["ls", "--noheadings"]);
            assert!(!there.contains(address) || there.contains("removed"), "{how}: {there}");
            // What was sent arrives, and then everybody hears of it.
            assert_eq!(inn.pop().unwrap(), 1, "{how}");
            in_the_end(|| inn.pop().unwrap_err().kind, "Empty");
            let fill = |out: &mut Ours| (0..).find_map(|n| out.push(n).err()).unwrap().kind;
            in_the_end(|| fill(&mut out), "Full");
            assert_eq!(language.attach(address).err().unwrap().kind, "NotFound", "{how}");
            // The name is free, and who has the old one does not disturb the new one.
            let mut new = language.create(address).unwrap();
            new.push(2).unwrap();
            let last = (0..).find_map(|_| inn.pop().err()).unwrap();
            assert_eq!(last.kind, "Removed", "{how}: {last}");
            drop((out, inn));
            assert_eq!(new.pop().unwrap(), 2, "{how}");
            new.remove().unwrap();
            drop(new);
            // A companion has nobody who could remove it with its segment.
            printed(&variable("SHMGEN"), &["gc"]);
            assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
        }
    }
    say("noticed");
}
