//! A forked child is told from its parent also where madvise(2) does nothing, as under
//! emulators: it answers 0 to any advice, or to `MADV_WIPEONFORK`. Asked in Rust and C,
//! of Rust and C, for POSIX, System V and memfds.

use crate::victims::{self, cases, fresh, must_live};
use languages::{Language, Ours};
use nix::libc;
use nix::sched::CloneFlags;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use shm_runtime::{Inspector, Options};
use shmgen_test_support::{children, languages, tools};
use std::process::Command;

children!(deaf_to_all, deaf_to_one, without_handlers, without_either);

/// Which advice is answered with 0, and not followed.
#[derive(Clone, Copy)]
enum Deaf {
    ToAll,
    ToWipe,
}

/// From now on, in this thread and its children, as by an emulator.
fn ignore_advice(deaf: Deaf) {
    let filter = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter {
        code: u16::try_from(code).unwrap(),
        jt,
        jf,
        k,
    };
    let (load, equals) =
        (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K);
    let every = u8::from(matches!(deaf, Deaf::ToAll));
    let mut program = [
        filter(load, 0, 0, 0), // the number of the call
        filter(equals, 0, 3, libc::SYS_madvise as u32),
        filter(load, 0, 0, 32), // its third argument
        filter(equals, 0, 1 - every, libc::MADV_WIPEONFORK as u32),
        filter(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO),
        filter(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    nix::sys::prctl::set_no_new_privs().unwrap();
    // SAFETY: a filter that outlives the call, and looks at numbers only.
    let done = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program) };
    assert_eq!(done, 0, "no filter of system calls: {}", nix::errno::Errno::last());
    // SAFETY: an advice about no memory.
    let answer = unsafe { libc::madvise(std::ptr::null_mut(), 0, 0x4000_0000) };
    assert_eq!(answer == 0, matches!(deaf, Deaf::ToAll));
}

/// Runs something in a child that came by fork(3) or by a bare clone(2).
fn in_a_child(by_fork: bool, run: impl FnOnce()) {
    // SAFETY: the child never returns to what waits for other threads.
    let pid = unsafe {
        if by_fork {
            libc::fork()
        } else {
            libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) as i32
        }
    };
    if pid == 0 {
        let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        // SAFETY: as above.
        unsafe { libc::_exit(i32::from(well.is_err())) };
    }
    assert!(pid > 0);
    let child = Pid::from_raw(pid);
    assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0), "by fork: {by_fork}");
}

fn is_forked<T: std::fmt::Debug>(what: &str, answer: languages::Answer<T>) {
    let kind = answer.as_ref().map_err(|e| &e.kind[..]);
    assert_eq!(kind.err(), Some("Forked"), "{what}: {answer:?}");
}

/// What a child of the one that attached may and may not do.
fn children_of(segment: &mut Ours, observer: Language, address: &str, by_fork: bool) {
    // SAFETY: forgotten by the child, which ends right away.
    let let_go = |segment: &Ours| drop(unsafe { std::ptr::read(segment) });
    in_a_child(by_fork, || let_go(segment));
    in_a_child(by_fork, || {
        if by_fork {
            is_forked("push", segment.push(9));
        }
        // A claim is a slow path: it asks for the process.
        is_forked("pop", segment.pop());
        is_forked("push", segment.push(9));
        let mut own = observer.attach(address).unwrap();
        let taken = own.push(9).expect_err("it acts as its parent");
        assert_eq!(taken.kind, "RoleTaken", "{taken}");
        is_forked("push after an attach of its own", segment.push(9));
        let_go(segment);
    });
    in_a_child(by_fork, || {
        // The other way round: its own comes first.
        let mut own = observer.attach(address).unwrap();
        is_forked("pop", segment.pop());
        is_forked("push", segment.push(9));
        assert_eq!(own.push(9).unwrap_err().kind, "RoleTaken");
        in_a_child(by_fork, || is_forked("pop in a grandchild", own.pop()));
        assert_eq!(own.push(9).unwrap_err().kind, "RoleTaken", "its own is its own");
    });
}

fn parent(language: Language, observer: Language, kind: &str, ways: &[bool]) {
    let home = fresh(kind);
    let address = &home.address[..];
    let mut segment = language.attach(address).unwrap();
    segment.push(1).unwrap();
    for by_fork in ways {
        children_of(&mut segment, observer, address, *by_fork);
        segment.push(2).unwrap();
        must_live(observer, address, "a parent");
    }
    let inspector = Inspector::open(&address.parse().unwrap(), &Options::default()).unwrap();
    let stat = inspector.stat().unwrap();
    assert_eq!(stat.participants.len(), 1, "a child counts as one");
    drop(segment);
    let mut after = observer.attach(address).unwrap();
    for expected in [1, 2, 2].iter().take(1 + ways.len()) {
        assert_eq!(after.pop().unwrap(), *expected, "a child pushed, or its parent did not");
    }
    assert_eq!(after.pop().unwrap_err().kind, "Empty");
}

#[test]
fn a_child_is_told_where_no_advice_is_followed() {
    victims::everywhere("deaf_to_all", play_with);
}

fn deaf_to_all(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        ignore_advice(Deaf::ToAll);
        parent(language, observer, kind, &[true, false]);
    });
}

#[test]
fn a_child_is_told_where_only_this_advice_is_not_followed() {
    victims::everywhere("deaf_to_one", play_with);
}

fn deaf_to_one(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        ignore_advice(Deaf::ToWipe);
        parent(language, observer, kind, &[true]);
    });
}

// --- without handlers

/// A library for LD_PRELOAD: no handler of fork can be had.
fn no_handlers() -> String {
    let folder = tools::scratch("no-handlers");
    let (source, library) = (folder.join("none.c"), folder.join("libnone.so"));
    // What pthread_atfork of the C library calls.
    let text = "int __register_atfork(void (*a)(void), void (*b)(void), void (*c)(void), void *d) {\n\
                \x20 return a != 0 || b != 0 || c != 0 || d != 0 ? 12 : 12;\n}\n";
    std::fs::write(&source, text).unwrap();
    tools::run(Command::new("gcc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source));
    library.to_str().unwrap().to_owned()
}

#[test]
fn without_handlers_the_kernel_tells_and_without_either_it_is_unsupported() {
    let preload = [("LD_PRELOAD", &no_handlers()[..])];
    victims::everywhere_in("without_handlers", play_with, &preload);
    victims::everywhere_in("without_either", play_with, &preload);
}

fn without_handlers(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, observer, kind| {
        languages::ready();
        parent(language, observer, kind, &[true]);
    });
}

fn without_either(arguments: &[String]) {
    cases(arguments, CloneFlags::empty(), |language, _, kind| {
        languages::ready();
        ignore_advice(Deaf::ToAll);
        let Err(refused) = language.create(kind) else { panic!("nothing tells of forks") };
        assert_eq!(refused.kind, "Unsupported", "{refused}");
        assert!(refused.text.contains("cannot watch for forks"), "{refused}");
        assert!(refused.text.contains("pthread_atfork"), "{refused}");
    });
}
