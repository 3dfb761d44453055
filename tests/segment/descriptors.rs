//! In a program that was started without standard input, output or error, no
//! descriptor of the runtime takes their place: what some library prints would
//! overwrite the segment.

use children::{say, wait_for_end_of_stdin};
use languages::{BOTH, Language};
use nix::errno::Errno;
use nix::libc;
use places::Place;
use shm_runtime::{Address, fd};
use shmgen_test_support::{children, languages, places};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

children!(without_streams, receive_without_input);

/// Which of the three are missing.
const MISSING: [&str; 3] = ["0", "12", "012"];

/// A thread prints into all of them meanwhile, as a library would: nothing takes it.
struct Printer {
    stop: AtomicBool,
    taken: AtomicU64,
}

static PRINTER: Printer = Printer { stop: AtomicBool::new(false), taken: AtomicU64::new(0) };

fn print(missing: &[i32]) {
    while !PRINTER.stop.load(Ordering::Relaxed) {
        for fd in missing {
            // SAFETY: one byte that outlives the call.
            if unsafe { libc::write(*fd, b"x".as_ptr().cast(), 1) } == 1 {
                PRINTER.taken.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// What lies where nothing is to be.
fn low(missing: &[i32], what: &str) {
    for fd in missing {
        if let Ok(link) = std::fs::read_link(format!("/proc/self/fd/{fd}")) {
            // The numbers are held for moments, by what cannot be written.
            assert_eq!(link.to_str(), Some("/"), "{what}: {fd}");
        }
    }
}

/// Arguments: the language, and an address.
fn without_streams(arguments: &[String]) {
    let [language, missing, address] = arguments else { panic!("{arguments:?}") };
    let language = Language::of(language);
    let fds: Vec<i32> = missing.bytes().map(|digit| i32::from(digit - b'0')).collect();
    languages::ready();
    let saved: Vec<i32> = fds
        .iter()
        .map(|fd| {
            // SAFETY: takes numbers; what the program has there is kept at another one.
            unsafe {
                let kept = libc::fcntl(*fd, libc::F_DUPFD_CLOEXEC, 10);
                assert!(kept >= 10 && libc::close(*fd) == 0);
                kept
            }
        })
        .collect();
    let done = std::thread::scope(|scope| {
        let printer = scope.spawn(|| print(&fds));
        let done = scope.spawn(|| use_everything(language, address, &fds)).join();
        PRINTER.stop.store(true, Ordering::Relaxed);
        printer.join().unwrap();
        done
    });
    for (fd, saved) in fds.iter().zip(saved) {
        // SAFETY: takes numbers.
        assert!(unsafe { libc::dup2(saved, *fd) } >= 0, "{}", Errno::last());
    }
    done.unwrap_or_else(|reason| std::panic::resume_unwind(reason));
    assert_eq!(PRINTER.taken.load(Ordering::Relaxed), 0, "something was overwritten");
    say("done");
    wait_for_end_of_stdin();
}

fn use_everything(language: Language, address: &str, missing: &[i32]) {
    for _ in 0..3 {
        let mut made = language.create(address).unwrap();
        low(missing, "create");
        let found = made.address();
        let mut other = language.attach(&found).unwrap();
        low(missing, "attach");
        let reader = language.attach_read_only(&found).unwrap();
        low(missing, "attach_read_only");
        let bytes = language.attach_bare(&found).unwrap();
        low(missing, "as bytes");
        made.push(1).unwrap();
        assert_eq!(other.pop().unwrap(), 1);
        bytes.set(u32::MAX, u32::MAX, 0o600).unwrap();
        made.remove().unwrap();
        low(missing, "remove");
        drop((made, other, reader, bytes));
        if !address.starts_with("memfd") {
            drop(language.create_bare(address, 4096).unwrap());
            low(missing, "bare");
            language.remove_at(address).unwrap();
            drop(language.open_or_create(address).unwrap());
            low(missing, "open_or_create");
            language.remove_at(address).unwrap();
        }
    }
}

#[test]
fn no_descriptor_takes_the_place_of_a_standard_stream() {
    let environment = [(languages::LIBRARY, languages::library().to_str().unwrap())];
    for language in BOTH {
        for missing in MISSING {
            let places = Place::all();
            let named = places.iter().map(Place::text);
            for address in named.chain(["memfd:".to_owned()]) {
                let mut player = play_with(
                    "without_streams",
                    &[language.name(), missing, &address],
                    &environment,
                );
                assert_eq!(player.hear(), "done", "{language:?} {missing} {address}");
                player.finish();
            }
        }
    }
}

#[test]
fn what_comes_over_a_socket_is_moved_above_them() {
    let mut player = play("receive_without_input", &[]);
    assert_eq!(player.hear(), "done");
}

/// One comes while standard input is closed.
fn receive_without_input(_: &[String]) {
    let (here, there) = UnixStream::pair().unwrap();
    let address: Address = "memfd:".parse().unwrap();
    let segment = shm_runtime::Segment::create(&address, 4096).unwrap();
    fd::send(&here, segment.descriptor().unwrap()).unwrap();
    // SAFETY: takes a number; nothing of this process reads it any more.
    assert_eq!(unsafe { libc::close(0) }, 0);
    let received: OwnedFd = fd::receive(&there).unwrap();
    assert!(received.as_raw_fd() > 2, "{received:?}");
    // SAFETY: takes numbers.
    let flags = unsafe { libc::fcntl(received.into_raw_fd(), libc::F_GETFD) };
    assert_eq!(flags, libc::FD_CLOEXEC);
    say("done");
}
