//! Segments that a schema gives to a user and a group: who has them, who may
//! attach, and what is said where that cannot be.

use backends::{Owned, UnknownOwner};
use children::say;
use languages::BOTH;
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Gid, Uid, User, fork, setgroups, setresgid, setresuid};
use places::Place;
use shm_runtime::{Account, ErrorKind, Options, Segment};
use shmgen_test_support::schemas::backends;
use shmgen_test_support::{children, languages, places};
use std::os::unix::fs::MetadataExt;

children!(of_the_group, of_nobody_in_particular, in_a_user_namespace);

fn nobody() -> u32 {
    User::from_name("nobody").unwrap().expect("every machine has it").uid.as_raw()
}

/// Goes on as another user, without any privilege.
fn become_user(uid: u32, gid: u32) {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    setgroups(&[]).unwrap();
    setresgid(gid, gid, gid).unwrap();
    setresuid(uid, uid, uid).unwrap();
}

#[test]
fn a_segment_belongs_to_whom_its_schema_says_before_anybody_can_see_it() {
    for place in Place::all() {
        let created = Owned::options().address(&place.0).create();
        if !nix::unistd::geteuid().is_root() {
            let error = created.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
            assert!(error.to_string().contains("only root may give it to"), "{error}");
            continue;
        }
        let made = created.unwrap();
        let stat = made.stat().unwrap();
        assert_eq!((stat.uid, stat.gid, stat.mode), (nobody(), 12345, 0o660));
        if let Some(id) = stat.kernel.id {
            // Its companion, and its id file.
            let mut files: Vec<String> = std::fs::read_dir("/dev/shm")
                .unwrap()
                .flatten()
                .map(|e| e.path().display().to_string())
                .filter(|p| p.starts_with(&format!("/dev/shm/.shmgen.sysv.{id}.")))
                .collect();
            assert_eq!(files.len(), 1);
            if place.text().starts_with("sysv-file:") {
                files.push(place.path());
            }
            for (path, mode) in files.iter().zip([0o660, 0o600]) {
                let facts = std::fs::metadata(path).unwrap();
                let found = (facts.uid(), facts.gid(), facts.mode() & 0o7777);
                assert_eq!(found, (nobody(), 12345, mode), "{path}");
            }
        }
        // Who says another owner has another one, by name or by number.
        made.remove().unwrap();
        let options = || Owned::options().address(&place.0);
        let made = options().user("root").group("0").create().unwrap();
        assert_eq!((made.stat().unwrap().uid, made.stat().unwrap().gid), (0, 0));
        made.remove().unwrap();
        let made = options().owner(77, None).create().unwrap();
        assert_eq!((made.stat().unwrap().uid, made.stat().unwrap().gid), (77, 12345));
        made.remove().unwrap();
        let bare = Options::default().user("nobody").group(Account::Id(5));
        let made = Segment::create_with(&place.0, 100, &bare).unwrap();
        assert_eq!((made.stat().unwrap().uid, made.stat().unwrap().gid), (nobody(), 5));
    }
}

#[test]
fn who_attaches_trusts_the_owner_that_the_schema_names_and_no_other() {
    if !nix::unistd::geteuid().is_root() {
        // What a process without privilege can see of it is in the test above.
        assert!(Owned::options().address(&Place::posix().0).create().is_err());
        return;
    }
    for place in Place::both() {
        let made = Owned::options().address(&place.0).create().unwrap();
        let mut player = play("of_the_group", &[&place.text()]);
        assert_eq!(player.hear(), "trusted");
        player.finish();
        made.remove().unwrap();
        // The same program does not trust a third user, whatever the mode is.
        let made = Owned::options().address(&place.0).owner(77, 12345).create().unwrap();
        let mut player = play("of_the_group", &[&place.text()]);
        assert_eq!(player.hear(), "Permission nor the schema's nobody");
        player.finish();
        made.remove().unwrap();
    }
}

/// Another user, who is in the group that the segment is given to.
fn of_the_group(arguments: &[String]) {
    become_user(5000, 12345);
    match Owned::options().address(&arguments[0]).attach() {
        Ok(segment) => {
            segment.ticks().producer().unwrap().try_push(&backends::Tick::default()).unwrap();
            // Trust is the schema's: without it the owner is a stranger.
            let bare = Segment::attach(&arguments[0].parse().unwrap()).unwrap_err();
            assert_eq!(bare.kind(), ErrorKind::Permission);
            say("trusted");
        }
        Err(error) => {
            let text = error.to_string();
            let says = "nor the schema's nobody";
            say(format!("{:?} {}", error.kind(), if text.contains(says) { says } else { &text }));
        }
    }
}

#[test]
fn a_user_that_the_machine_does_not_know_is_an_error_of_create_and_nobody_to_attach() {
    for place in Place::all() {
        let error = UnknownOwner::options().address(&place.0).create().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let text = error.to_string();
        assert!(text.contains("there is no user `no-such-user-here` on this machine"), "{text}");
        let group = Options::default().group("no-such-group-here");
        let error = Segment::create_with(&place.0, 100, &group).unwrap_err();
        assert!(error.to_string().contains("there is no group `no-such-group-here`"), "{error}");
        assert_eq!(Segment::attach(&place.0).unwrap_err().kind(), ErrorKind::NotFound);
        // Another one can be said, and who attaches needs none.
        let made = UnknownOwner::options()
            .address(&place.0)
            .user(nix::unistd::geteuid().as_raw())
            .create()
            .unwrap();
        UnknownOwner::options().address(&place.0).attach().unwrap();
        made.remove().unwrap();
    }
}

#[test]
fn who_may_not_give_segments_away_is_told_so() {
    if !nix::unistd::geteuid().is_root() {
        return of_nobody_in_particular(&[]);
    }
    let mut player = play("of_nobody_in_particular", &[]);
    assert_eq!(player.hear(), "told");
    player.finish();
}

fn of_nobody_in_particular(_: &[String]) {
    if nix::unistd::geteuid().is_root() {
        become_user(5000, 5000);
    }
    for place in Place::all() {
        let error = Owned::options().address(&place.0).create().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
        let text = error.to_string();
        let gives = format!("only root may give it to {}:12345", nobody());
        assert!(text.contains(&gives), "{text}");
        assert_eq!(Segment::attach(&place.0).unwrap_err().kind(), ErrorKind::NotFound);
        // As oneself, it works.
        let me = nix::unistd::geteuid().as_raw();
        let own = nix::unistd::getegid().as_raw();
        Owned::options().address(&place.0).owner(me, own).create().unwrap().remove().unwrap();
    }
    say("told");
}

#[test]
fn who_is_shown_as_the_overflow_uid_is_nobody_in_particular() {
    if !nix::unistd::geteuid().is_root() {
        return; // nobody else can map a range of users
    }
    // A stranger's, which everybody may use; for the namespace below the stranger
    // has no number.
    let places = [Place::posix(), Place::sysv()];
    let _made = places.each_ref().map(|place| {
        Owned::options().address(&place.0).owner(4321, 4321).mode(0o666).create().unwrap()
    });
    let theirs: Vec<String> = places.iter().map(Place::text).collect();
    let own = Place::posix();
    let mut player = play("in_a_user_namespace", &[&theirs[0], &theirs[1], &own.text()]);
    assert_eq!(player.hear(), "done");
    player.finish();
    assert!(!std::fs::exists(own.path()).unwrap());
}

/// Plays in a child with one thread, whose users are numbers from 100000 on.
fn in_a_user_namespace(arguments: &[String]) {
    languages::ready();
    let namespace = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/user")).unwrap();
    let here = namespace("self");
    // SAFETY: the child runs this thread alone, and ends without returning.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            let done = std::panic::catch_unwind(|| of_those_without_a_number(arguments));
            // SAFETY: as above.
            unsafe { nix::libc::_exit(i32::from(done.is_err())) };
        }
        ForkResult::Parent { child } => {
            while namespace(&child.to_string()) == here {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            for map in ["uid_map", "gid_map"] {
                std::fs::write(format!("/proc/{child}/{map}"), "0 100000 65536").unwrap();
            }
            assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0));
            say("done");
        }
    }
}

fn of_those_without_a_number(arguments: &[String]) {
    unshare(CloneFlags::CLONE_NEWUSER).unwrap();
    while std::fs::read_to_string("/proc/self/gid_map").unwrap().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let (uid, gid) = (Uid::from_raw(65534), Gid::from_raw(65534));
    setresgid(gid, gid, gid).unwrap();
    setresuid(uid, uid, uid).unwrap();
    for language in BOTH {
        for theirs in &arguments[..2] {
            let refused = language.attach(theirs).map(drop).unwrap_err();
            assert_eq!(refused.kind, "Permission", "{refused}");
            let text = refused.to_string();
            assert!(text.contains("shown as uid 65534") && !text.contains("trust_uid"), "{text}");
            let refused = language.attach_as(theirs, true, false).map(drop).unwrap_err();
            assert_eq!(refused.kind, "Permission", "{refused}");
        }
        // What is provably its own it uses.
        let made = language.create(&arguments[2]).unwrap();
        drop(language.attach(&arguments[2]).unwrap());
        drop(language.other().attach(&arguments[2]).unwrap());
        made.remove().unwrap();
    }
    // The owner that a schema names, or a program trusts, is nobody either.
    let trusting = Options::default().trust_uid(65534);
    let address = arguments[0].parse().unwrap();
    let refused = Segment::attach_with(&address, &trusting).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Permission);
    let refused = Owned::options().address(&address).attach().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Permission);
}
