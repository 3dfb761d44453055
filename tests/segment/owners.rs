//! Segments that a schema gives to a user and a group: who has them, who may
//! attach, and what is said where that cannot be.

use backends::{Owned, UnknownOwner};
use children::say;
use nix::unistd::{Gid, Uid, User, setgroups, setresgid, setresuid};
use places::Place;
use shm_runtime::{Account, ErrorKind, Options, Segment};
use shmgen_test_support::schemas::backends;
use shmgen_test_support::{children, places};
use std::os::unix::fs::MetadataExt;

children!(of_the_group, of_nobody_in_particular);

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
