//! What an operator's commands meet in /dev/shm when somebody means them harm:
//! FIFOs, leases, huge and locked files, files that shrink while they are read,
//! and names and texts that command a terminal. No command waits for them, dies of
//! a signal, or prints anything that is not fit to be printed.

use children::{say, wait_for_end_of_stdin};
use everything::{Book, Plain, SystemV};
use nix::libc;
use nix::sys::stat::{Mode, SFlag, mknod};
use refusals::is_unsafe;
use shm_runtime::contract::{Contract, TypeBody};
use shm_runtime::queue::RawProducer;
use shm_runtime::{
    Address, Attachment, Inspector, Options, Segment, SegmentBytes, Setup, Spec, list, survey,
};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, children, refusals, tools};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

children!(in_the_way, shrinking, texts, lease_holder, attached_as);

/// How long the files shrink; longer by SHMGEN_SOAK, a factor.
fn patience() -> Duration {
    let soak = std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1);
    Duration::from_secs(4 * soak)
}

fn apart_from_all(part: &str) {
    let shmgen = tools::built().shmgen.to_str().unwrap();
    let mut player = play(part, &[shmgen]);
    println!("{part}: {}", player.hear());
    player.finish();
}

/// Runs the command: it ends soon, not by a signal, and prints nothing unfit.
fn run(shmgen: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(shmgen);
    command.args(arguments).env_remove("SHM_RUNTIME_PREFIX").env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let child = command.spawn().unwrap();
    let (pid, done) = (child.id(), std::sync::Arc::new(AtomicBool::new(false)));
    let ended = std::sync::Arc::clone(&done);
    let watch = std::thread::spawn(move || {
        while !ended.load(Ordering::SeqCst) {
            if start.elapsed() > Duration::from_secs(30) {
                let _ = nix::sys::signal::kill(
                    nix::unistd::Pid::from_raw(pid as i32),
                    nix::sys::signal::Signal::SIGKILL,
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let output = child.wait_with_output().unwrap();
    done.store(true, Ordering::SeqCst);
    watch.join().unwrap();
    assert!(output.status.code().is_some(), "{arguments:?}: {}, {output:?}", output.status);
    for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        // `read` copies bytes as they are, which is what it is for.
        if arguments[0] == "read" && stream == "stdout" && !arguments.contains(&"--hex") {
            continue;
        }
        let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{arguments:?}: {e}"));
        let unfit = text.lines().find(|line| line.chars().any(is_unsafe));
        assert!(unfit.is_none(), "{arguments:?}, {stream}: {unfit:?}");
        assert!(!text.contains("panicked"), "{arguments:?}: {text}");
    }
    output
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn good(address: &str) {
    let segment = Plain::options().address(address).create().unwrap();
    let mut out = segment.books().producer().unwrap();
    (0..7).for_each(|n| out.try_push(&Book { u64: n, ..Default::default() }).unwrap());
}

// --- what is in the way

#[test]
fn nothing_in_the_way_makes_a_command_wait_or_die() {
    apart_from_all("in_the_way");
}

/// Takes a lease for writing, which an open would have to wait for.
fn lease_holder(arguments: &[String]) {
    let file = std::fs::File::options().read(true).write(true).open(&arguments[0]).unwrap();
    // SAFETY: numbers; the signal that asks for the lease is ignored.
    unsafe {
        libc::signal(libc::SIGIO, libc::SIG_IGN);
        let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
        assert_eq!(libc::fcntl(fd, libc::F_SETLEASE, libc::F_WRLCK), 0);
    }
    say("held");
    wait_for_end_of_stdin();
}

fn companion() -> String {
    let names = apart::names();
    format!("/dev/shm/{}", names.iter().find(|n| n.starts_with(".shmgen.sysv.")).unwrap())
}

fn in_the_way(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let path = |name: &str| format!("/dev/shm/{name}");
    let mode = Mode::from_bits_truncate(0o600);
    nix::unistd::mkfifo(path("fifo").as_str(), mode).unwrap();
    nix::unistd::mkfifo(path(".shmgen.sysv.7.0123456789abcdef").as_str(), mode).unwrap();
    mknod(path("device").as_str(), SFlag::S_IFCHR, mode, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    std::fs::create_dir(path("directory")).unwrap();
    std::os::unix::fs::symlink("loop", path("loop")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
    // A terabyte of holes, and one that says it is a segment.
    for (name, head) in [("holes", &b""[..]), ("giant", b"shmgen\x1a\n")] {
        let file = std::fs::File::create(path(name)).unwrap();
        file.set_len(1 << 40).unwrap();
        file.write_all_at(head, 0).unwrap();
    }
    // One that is as long as it says, with as much in it as there can be.
    good("posix:/stuffed");
    let stuffed = std::fs::File::options().write(true).open(path("stuffed")).unwrap();
    stuffed.set_len(1 << 30).unwrap();
    for (at, n) in [(24u64, 1u64 << 30), (48, 1 << 29), (56, 16 << 20), (64, 1 << 28)] {
        stuffed.write_all_at(&n.to_le_bytes(), at).unwrap();
    }
    stuffed.write_all_at(&4096u32.to_le_bytes(), 72).unwrap();
    // Leases: on a segment, and on the companion of another.
    good("posix:/leased");
    drop(SystemV::options().address("sysv:0x70000009").create().unwrap());
    let of_a_segment = companion();
    // And on one whose segment is gone.
    let lone = SystemV::options().address("sysv:0x7000000a").create().unwrap();
    let id = lone.stat().unwrap().kernel.id.unwrap();
    drop(lone);
    tools::run(Command::new("ipcrm").args(["-m", &id.to_string()]));
    let names = apart::names();
    let lone = names.iter().find(|n| n.starts_with(&format!(".shmgen.sysv.{id}."))).unwrap();
    let leased = [path("leased"), of_a_segment, path(lone)];
    let mut holders = leased.map(|path| play("lease_holder", &[&path]));
    holders.iter_mut().for_each(|h| assert_eq!(h.hear(), "held"));
    std::fs::write(path(&"n".repeat(255)), b"long").unwrap();
    std::fs::write(
        PathBuf::from(std::ffi::OsString::from_vec(b"/dev/shm/\xff\xfe".to_vec())),
        b"x",
    )
    .unwrap();

    let names = ["fifo", "device", "socket", "directory", "loop", "zero", "holes", "giant"];
    let names = names.iter().chain(&["stuffed", "leased", "absent"]);
    for name in names {
        for verb in ["stat", "dump", "rm", "set"] {
            let (name, code) = (format!("posix:/{name}"), 0);
            // Removing is for what may be removed; here it is only looked at.
            let arguments: Vec<&str> = match verb {
                "rm" if name.ends_with("s") || name.ends_with("giant") => continue,
                "rm" if name.ends_with("stuffed") || name.ends_with("leased") => continue,
                "set" => vec!["set", &name, "--mode", "600"],
                verb => vec![verb, &name],
            };
            let output = run(shmgen, &arguments);
            let found = self::code(&output);
            let works = name.ends_with("holes") || name.ends_with("giant");
            let works = works || name.ends_with("stuffed") || name.ends_with("leased");
            assert!(works || found != code, "{arguments:?}: {output:?}");
        }
        let name = format!("posix:/{name}");
        run(shmgen, &["read", &name, "--size", "16", "--hex"]);
        run(shmgen, &["read", &name, "--offset", "1099511627775", "--size", "1"]);
    }
    assert_eq!(code(&run(shmgen, &["stat", "posix:/leased"])), 6, "Busy");
    // Shows what is of shmgen only.
    assert_eq!(code(&run(shmgen, &["top", "--count", "1"])), 0);
    for verb in [&["ls"][..], &["ls", "--json"], &["gc", "--dry-run"], &["gc"], &["gc", "--json"]] {
        let start = Instant::now();
        let output = run(shmgen, verb);
        assert_eq!(code(&output), 0, "{verb:?}: {output:?}");
        // A lease is waited for 45 seconds, where it is waited for.
        assert!(start.elapsed() < Duration::from_secs(20), "{verb:?}: {:?}", start.elapsed());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("leased"), "{verb:?}: {text}");
    }
    let left = apart::names();
    for name in ["fifo", "device", "socket", "directory", "loop", "zero", "holes", "leased"] {
        assert!(left.iter().any(|n| n == name), "{name} was removed: {left:?}");
    }
    holders.iter_mut().for_each(children::Player::kill);
    say("well");
}

// --- what shrinks

#[test]
fn a_file_that_shrinks_under_the_reader_is_an_error_and_no_signal() {
    apart_from_all("shrinking");
}

/// Says that it is over when it goes.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn shrinking(arguments: &[String]) {
    let shmgen = arguments[0].clone();
    apart::enter();
    apart::in_a_small_proc(|| {
        good("posix:/shrinks");
        let image = std::fs::read("/dev/shm/shrinks").unwrap();
        let file = std::fs::File::options().write(true).open("/dev/shm/shrinks").unwrap();
        let (over, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
        let address: Address = "posix:/shrinks".parse().unwrap();
        let looked = AtomicU64::new(0);
        std::thread::scope(|scope| {
            // It loses its end, at one place after the other, and gets it back.
            scope.spawn(|| {
                let len = image.len() as u64;
                let mut at = 0;
                while !over.load(Ordering::Relaxed) {
                    at = (at + 4096 + 64) % len;
                    file.set_len(at).unwrap();
                    std::thread::yield_now();
                    file.set_len(len).unwrap();
                    file.write_all_at(&image[at as usize..], at).unwrap();
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
            // What the commands do, many times a second.
            scope.spawn(|| {
                let options = Options::default();
                while !over.load(Ordering::Relaxed) {
                    let _ = list();
                    let _ = survey();
                    if let Ok(inspector) = Inspector::open(&address, &options) {
                        let _ = inspector.stat();
                        for object in 0..3 {
                            let _ = inspector.depth(object);
                            let _ = inspector.messages(object, 50);
                        }
                    }
                    if let Ok(bytes) = SegmentBytes::open(&address, &options) {
                        let mut all = vec![0; bytes.size() as usize];
                        let _ = bytes.read_at(0, &mut all);
                    }
                    looked.fetch_add(1, Ordering::Relaxed);
                }
            });
            // And the commands. Whatever comes of it, the threads end.
            let _end = End(&over);
            let start = Instant::now();
            while start.elapsed() < patience() {
                for verb in [
                    &["stat", "posix:/shrinks"][..],
                    &["stat", "posix:/shrinks", "--json"],
                    &["dump", "posix:/shrinks"],
                    &["dump", "posix:/shrinks", "--json"],
                    &["read", "posix:/shrinks", "--hex"],
                    &["ls"],
                    &["ls", "--json"],
                    &["top", "--count", "2", "--interval", "20ms"],
                    &["top", "--count", "2", "--interval", "20ms", "--json"],
                    &["gc", "--dry-run"],
                ] {
                    run(&shmgen, verb);
                }
            }
        });
        let (rounds, looked) = (rounds.into_inner(), looked.into_inner());
        assert!(rounds > 100 && looked > 20, "{rounds} {looked}");
        say(format!("shrunk {rounds} times, looked at {looked} times"));
    });
}

// --- what commands a terminal

#[test]
fn no_name_and_no_text_reaches_the_terminal_as_it_is() {
    apart_from_all("texts");
}

/// Clears the screen, sets the title, turns the writing round; with a control
/// character of each kind.
const EVIL: &str = "\x1b[2J\x1b]0;x\x07\r\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{85}\u{2028}e";

/// Attaches under another name, and waits.
fn attached_as(arguments: &[String]) {
    // SAFETY: a name of the process, which is copied.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"\x1b[2Jevil\xc2\x9b".as_ptr()) };
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let mapped = Segment::attach(&arguments[1].parse().unwrap()).unwrap();
    say("attached");
    wait_for_end_of_stdin();
    drop((segment, mapped));
}

/// The contract of the tests' schema with other names, of all that has one and
/// whose form is free.
fn evil_contract() -> Contract {
    let segment = Plain::options().address("posix:/model").create().unwrap();
    let model: Address = "posix:/model".parse().unwrap();
    let inspector = Inspector::open(&model, &Options::default()).unwrap();
    let mut contract = inspector.contract().unwrap().clone();
    segment.remove().unwrap();
    contract.schema = EVIL.into();
    contract.segment = EVIL.into();
    for def in &mut contract.types {
        match &mut def.body {
            TypeBody::Struct(fields) => fields.iter_mut().for_each(|field| {
                field.name = format!("{EVIL}{}", field.name);
                field.unit = EVIL.into();
            }),
            TypeBody::Enum(_, values) => {
                values.iter_mut().for_each(|v| v.name = format!("{EVIL}{}", v.name));
            }
            TypeBody::Flags(_, bits) => {
                bits.iter_mut().for_each(|b| b.name = format!("{EVIL}{}", b.name));
            }
            TypeBody::Union(_, variants) => {
                variants.iter_mut().for_each(|v| v.name = format!("{EVIL}{}", v.name));
            }
        }
    }
    contract.objects.iter_mut().for_each(|o| o.name = format!("{EVIL}{}", o.name));
    contract
}

fn texts(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let names: [&str; 3] = [&format!("name{EVIL}"), "\n\nposix:fake  1.0K", "evil"];
    // Foreign files by such names, and segments.
    std::fs::write(format!("/dev/shm/foreign{EVIL}"), b"\x1b[2Jnot a segment").unwrap();
    let mut addresses = Vec::new();
    for name in names {
        let address = Address::Posix(name.to_owned());
        let segment = Plain::options().address(&address).create().unwrap();
        let mut out = segment.books().producer().unwrap();
        let mut book = Book { u64: 1, ..Default::default() };
        book.symbol = EVIL.chars().take(6).collect::<String>().as_str().try_into().unwrap();
        out.try_push(&book).unwrap();
        addresses.push(format!("posix:/{name}"));
        // The rest of the header, and a participant who is dead.
        drop((out, segment));
        let raw = Segment::attach(&address).unwrap();
        for (at, size) in [(128, 16), (144, 16), (160, 16), (176, 128), (304, 64)] {
            raw.write_at(at, &EVIL.as_bytes().repeat(4)[..size]).unwrap();
        }
        let mut at = [0; 8];
        raw.read_at(64, &mut at).unwrap();
        let record = u64::from_le_bytes(at) + 10 * 64;
        raw.write_at(record, &(1u64 << 32 | 1).to_le_bytes()).unwrap();
        raw.write_at(record + 32, &EVIL.as_bytes()[..32]).unwrap();
    }
    // A whole contract of such names, with a message.
    let setup = || Setup::at("posix:/contract").participants(4);
    let spec = Spec::new(evil_contract(), EVIL, setup());
    // Whoever makes one in good faith is stopped before; so the text is put there.
    let spec = spec.or_else(|_| Spec::new(evil_contract(), "1.0", setup()));
    let segment = Attachment::create(&spec.unwrap(), &Options::default()).unwrap();
    let mut out = RawProducer::of_attachment(&segment, 1).unwrap();
    out.try_push(&vec![1; out.item_size()]).unwrap();
    addresses.push("posix:/contract".into());
    // Somebody alive whose program is called so.
    drop(Plain::options().address("posix:/live").create().unwrap());
    let mut player = play("attached_as", &["posix:/live", "posix:/evil"]);
    assert_eq!(player.hear(), "attached");
    addresses.push("posix:/live".into());

    let columns = "address,kind,size,resident,mode,owner,group,state,schema,segment,attached,pids,\
                   count,creator,created,changed,id,key,locked,objects,wrong";
    let mut runs = 0;
    for everywhere in [
        &["ls"][..],
        &["ls", "--json"],
        &["ls", "-o", columns],
        &["top", "--count", "1"],
        &["top", "--count", "1", "--json"],
        &["gc", "--dry-run"],
        &["gc", "--dry-run", "--json"],
    ] {
        let output = run(shmgen, everywhere);
        assert_eq!(code(&output), 0, "{everywhere:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("evil"), "{everywhere:?}");
        runs += 1;
    }
    for address in &addresses {
        for rest in [
            &["stat"][..],
            &["stat", "--json"],
            &["dump"],
            &["dump", "--json"],
            &["dump", EVIL],
            &["read", "--hex"],
            &["write"],
            &["lock"],
            &["unlock"],
            &["create", "--size", "4096"],
            &["create", "--size", "4096", "--json"],
            &["set", "--mode", "600", "--json"],
            &["rm"],
            &["rm", "--json", EVIL],
        ] {
            let (verb, more) = rest.split_first().unwrap();
            let arguments: Vec<&str> = [&[*verb], &[address.as_str()][..], more].concat();
            let output = run(shmgen, &arguments);
            if ["stat", "dump"].contains(verb) && !more.contains(&EVIL) {
                assert_eq!(code(&output), 0, "{arguments:?}: {output:?}");
                let text = String::from_utf8_lossy(&output.stdout);
                let escaped = text.contains("\\u{1b}[2J") || text.contains("\\u001b[2J");
                assert!(escaped || address.ends_with("live"), "{arguments:?}: {text}");
            }
            runs += 1;
        }
    }
    // Removed by the last: what is left is collected, and told.
    for verb in [&["gc"][..], &["gc", "--json"], &["doctor"], &["doctor", "--json"]] {
        run(shmgen, verb);
        runs += 1;
    }
    player.kill();
    say(format!("{runs} commands"));
}
