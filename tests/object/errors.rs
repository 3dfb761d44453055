//! `?` from every error of the runtime into its one error, with a text that
//! names the object and the address.

use shm_runtime::{Bool, Error, ErrorKind, HugePages, List, Optional, Queue, Result, Str};
use shmgen_test_support::places::Place;
use std::time::Duration;

/// The error that `?` makes of the first failure.
fn of<T>(work: impl FnOnce() -> Result<T>) -> (ErrorKind, String) {
    let error = work().map(drop).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn every_error_of_a_queue_becomes_one_that_names_the_queue_and_the_segment() {
    let place = Place::posix();
    let queue = Queue::<u64>::create(&place.0, 1).unwrap();
    let mut out = queue.producer().unwrap();
    let mut inn = queue.consumer().unwrap();
    let soon = Duration::from_millis(1);
    let address = &place.0;
    let pop = |why: &str| format!("cannot pop from queue of {address}: {why}");
    let push = |why: &str| format!("cannot push to queue of {address}: {why}");

    assert_eq!(of(|| Ok(inn.try_pop()?)), (ErrorKind::Empty, pop("the queue is empty")));
    assert_eq!(
        of(|| inn.peek().map(drop).map_err(Error::from)),
        (ErrorKind::Empty, pop("the queue is empty"))
    );
    let late = (ErrorKind::Timeout, pop("no message came in time"));
    assert_eq!(of(|| Ok(inn.pop_timeout(soon)?)), late);
    while out.try_push(&7).is_ok() {}
    assert_eq!(of(|| Ok(out.try_push(&7)?)), (ErrorKind::Full, push("the queue is full")));
    assert_eq!(
        of(|| out.reserve().map(drop).map_err(Error::from)),
        (ErrorKind::Full, push("the queue is full"))
    );
    let late = (ErrorKind::Timeout, push("the queue was full all the time"));
    assert_eq!(of(|| Ok(out.push_timeout(&7, soon)?)), late);
    // Of another queue, in between.
    let other = Place::posix();
    let mut second = Queue::<u64>::create(&other.0, 1).unwrap().consumer().unwrap();
    let (_, text) = of(|| Ok(second.try_pop()?));
    assert!(text.contains(&other.0.to_string()), "{text}");

    queue.attachment().remove().unwrap();
    let removed = "the segment was removed";
    assert_eq!(of(|| Ok(out.push(&7)?)), (ErrorKind::Removed, push(removed)));
    while inn.try_pop().is_ok() {}
    let drained = (ErrorKind::Removed, pop("the segment was removed, and the queue is drained"));
    assert_eq!(of(|| Ok(inn.pop()?)), drained);
    assert_eq!(of(|| Ok(inn.pop_slice(&mut [0; 2])?)), drained);
    let shown = format!("{inn:?} {out:?}");
    assert_eq!(shown.matches(&address.to_string()).count(), 2, "{shown}");
}

#[test]
fn an_error_that_is_kept_does_not_take_the_place_of_another_kind() {
    let (one, two) = (Place::posix(), Place::posix());
    let mut inn = Queue::<u64>::create(&one.0, 1).unwrap().consumer().unwrap();
    let mut out = Queue::<u64>::create(&two.0, 1).unwrap().producer().unwrap();
    let kept = inn.try_pop().unwrap_err();
    while out.try_push(&1).is_ok() {}
    let text = Error::from(kept).to_string();
    assert_eq!(text, "cannot pop from a queue: the queue is empty");
}

#[test]
fn every_error_of_a_value_becomes_one() {
    let invalid = |work: fn() -> Result<()>| {
        let (kind, text) = of(work);
        assert_eq!(kind, ErrorKind::Invalid, "{text}");
        text
    };
    assert!(
        invalid(|| Bool::from_byte(2).get().map(drop).map_err(Error::from))
            .contains("a bool holds 2")
    );
    assert!(
        invalid(|| Str::<2>::try_from("long").map(drop).map_err(Error::from)).contains("4 bytes")
    );
    assert!(
        invalid(|| Str::from_raw([0xff]).as_str().map(drop).map_err(Error::from))
            .contains("no UTF-8")
    );
    assert!(
        invalid(|| List::<u32, 1>::try_from([1, 2]).map(drop).map_err(Error::from))
            .contains("a room for 1")
    );
    assert!(
        invalid(|| Optional::from_raw(3, 1u8).get().map(drop).map_err(Error::from))
            .contains("holds 3")
    );
    assert!(
        invalid(|| "3M".parse::<HugePages>().map(drop).map_err(Error::from)).contains("2M or 1G")
    );
    assert!(invalid(|| Err(shm_runtime::UnknownTag(9).into())).contains("the tag 9"));
    assert!(invalid(|| "".parse::<shm_runtime::Address>().map(drop)).contains("missing"));
    let (kind, _) = of(|| Ok(shm_runtime::contract::Contract::decode(b"no")?));
    assert_eq!(kind, ErrorKind::Corrupt);
}
