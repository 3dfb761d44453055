//! Addresses as people write them: what is read, and what is answered where
//! something else was meant. In Rust and in C.

use nix::errno::Errno;
use places::Place;
use shm_runtime::{Address, Segment};
use shmgen_test_support::languages::{self, BOTH, Language};
use shmgen_test_support::{places, tools};

/// The text of the failure to attach, in which nothing is said twice.
fn refused(language: Language, address: &str, kind: &str) -> String {
    let error = language.attach(address).map(drop).unwrap_err();
    assert_eq!(error.kind, kind, "{address} in {}: {error}", language.name());
    error.text
}

#[test]
fn a_negative_key_is_the_same_32_bits_and_shown_in_hexadecimal() {
    languages::ready();
    let place = Place("sysv:0xdeadbe01".parse().unwrap());
    let negative = format!("sysv:{}", 0xdead_be01_u32 as i32);
    assert_eq!(negative, "sysv:-559038975");
    for language in BOTH {
        let made = language.create(&negative).unwrap();
        assert_eq!(made.address(), "sysv:0xdeadbe01", "{}", language.name());
        let same = language.other().attach("sysv:0xdeadbe01").unwrap();
        assert_eq!(same.identity(), made.identity());
        let id = Segment::attach(&place.0).unwrap().stat().unwrap().kernel.key;
        assert_eq!(id, Some(0xdead_be01));
        made.remove().unwrap();
        for no_key in ["sysv:-0", "sysv:-2147483649", "sysv:4294967296", "sysv:+5", "sysv:-"] {
            refused(language, no_key, "Invalid");
        }
        assert!(refused(language, "sysv:-2147483648", "NotFound").contains("sysv:0x80000000"));
    }
}

#[test]
fn a_bare_number_that_is_a_key_or_an_id_is_answered_with_its_address() {
    languages::ready();
    let place = Place("sysv:0x9dead002".parse().unwrap());
    let made = Segment::create(&place.0, 100).unwrap();
    let id = made.stat().unwrap().kernel.id.unwrap();
    let signed = (0x9dead002_u32 as i32).to_string();
    let spellings = ["2649411586", "0x9dead002", "0X9DEAD002", &signed];
    for language in BOTH {
        for number in spellings {
            let address: Address = format!("sysv:{number}").parse().unwrap();
            assert_eq!(address, place.0, "{number}");
            let text = refused(language, number, "NotFound");
            assert!(text.ends_with(&format!("that key: sysv:{number}")), "{text}");
            let text = language.remove_at(number).unwrap_err().text;
            assert!(text.ends_with(&format!("that key: sysv:{number}")), "{text}");
        }
        let text = refused(language, &id.to_string(), "NotFound");
        assert!(text.ends_with(&format!("that id: sysv-id:{id}")), "{text}");
        for neither in ["0x9dead003", "no.number", "12x"] {
            let text = refused(language, neither, "NotFound");
            assert!(text.ends_with("there is no such segment"), "{text}");
        }
    }
}

#[test]
fn a_path_in_dev_shm_is_answered_with_its_address() {
    languages::ready();
    for language in BOTH {
        for path in ["/dev/shm/acme.feed", "posix:/dev/shm/acme.feed"] {
            let text = refused(language, path, "Invalid");
            assert!(text.ends_with("posix:/acme.feed"), "{text}");
        }
        for path in ["/dev/shm/", "/dev/shm/a/b", "/dev/shm/.shmgen.x", "/dev/x"] {
            assert!(refused(language, path, "Invalid").contains("one slash"), "{path}");
        }
    }
}

#[test]
fn a_missing_file_behind_ftok_is_named() {
    languages::ready();
    let folder = tools::scratch("ftok");
    let path = folder.join("missing").display().to_string();
    let through_a_file = "/dev/null/x";
    for language in BOTH {
        for path in [path.as_str(), through_a_file] {
            let address = format!("sysv-ftok:{path}:1");
            let text = refused(language, &address, "NotFound");
            assert!(text.contains(&format!("no file `{path}`")), "{text}");
            for made in [
                language.create(&address).map(drop),
                language.open_or_create(&address).map(drop),
                language.create_bare(&address, 100).map(drop),
                language.remove_at(&address),
            ] {
                let error = made.unwrap_err();
                assert_eq!(error.kind, "NotFound");
                assert!(
                    [Some(Errno::ENOENT as i32), Some(Errno::ENOTDIR as i32)].contains(&error.os)
                );
                assert!(error.text.contains(&format!("no file `{path}`")), "{error}");
            }
        }
        // A file that is there makes a key, and then there is no segment.
        let there = format!("sysv-ftok:{}:77", folder.display());
        assert!(refused(language, &there, "NotFound").ends_with("there is no such segment"));
    }
}

#[test]
fn a_role_that_this_process_holds_itself_is_told_so() {
    languages::ready();
    for place in Place::all() {
        let address = place.text();
        for holder in BOTH {
            let mut first = holder.create(&address).unwrap();
            first.push(1).unwrap();
            for language in BOTH {
                let mut second = language.attach(&address).unwrap();
                let error = second.push(2).unwrap_err();
                assert_eq!(error.kind, "RoleTaken");
                let me = format!("pid {}", std::process::id());
                assert!(error.text.contains(&me), "{error}");
                assert!(error.text.contains("this process, by another attachment"), "{error}");
            }
            // Somebody else is not told so.
            first.remove().unwrap();
        }
    }
}

#[test]
fn the_command_and_schemas_take_negative_keys() {
    let place = Place("sysv:0xdeadbe04".parse().unwrap());
    let folder = tools::scratch("negative-key");
    let schema = folder.join("talk.toml");
    let text = "shmgen = 1\n[schema]\nname = \"talk\"\nversion = \"1.0\"\n[struct.Line]\n\
                field = [ { name = \"n\", type = \"u64\" } ]\n[segment.talk]\nbackend = \"sysv\"\n\
                key = -559038972\n\
                object = [ { name = \"q\", kind = \"queue\", item = \"Line\", capacity = 4 } ]\n";
    std::fs::write(&schema, text).unwrap();
    let run = |arguments: &[&str]| {
        let done = tools::shmgen().args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    let path = schema.display().to_string();
    let made = run(&["create", "--schema", &path, "--segment", "talk"]);
    assert_eq!(made, (Some(0), "sysv:0xdeadbe04\n".to_owned(), String::new()));
    let stat = run(&["stat", "sysv:-559038972", "--json"]);
    assert!(stat.1.contains("\"address\": \"sysv:0xdeadbe04\""), "{stat:?}");
    let bare = run(&["stat", "-559038972"]);
    assert_eq!(bare.0, Some(3), "{bare:?}");
    assert!(bare.2.contains("sysv:-559038972"), "{bare:?}");
    let out = folder.join("out").display().to_string();
    assert_eq!(run(&["gen", &path, "--out", &out]).0, Some(0));
    for file in ["talk.h", "talk.py", "talk.rs"] {
        let text = std::fs::read_to_string(folder.join("out").join(file)).unwrap();
        assert!(text.contains("sysv:0xdeadbe04"), "{file}");
    }
    drop(place);
}
