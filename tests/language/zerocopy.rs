//! With the feature `zerocopy`: bytes that a program has from elsewhere are read as
//! values in place, and values as bytes, without unsafe code.

use shm_runtime::layout::bytes_of;
use shm_runtime::zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};
use shm_runtime::{Bool, List, Optional, Reserved, Str};
use shmgen_test_support::schemas::{everything, shapes};

#[test]
fn generated_types_are_bytes_and_come_of_bytes() {
    let book = everything::Book {
        symbol: Str::new("AAPL"),
        side: everything::Side::SELL,
        i64: -5,
        ..Default::default()
    };
    assert_eq!(book.as_bytes(), bytes_of(&book));
    assert_eq!(everything::Book::read_from_bytes(book.as_bytes()).unwrap(), book);
    // In place, and changed there.
    let mut copy = book;
    let bytes = copy.as_mut_bytes();
    everything::Book::mut_from_bytes(bytes).unwrap().i64 = 7;
    assert_eq!(copy.i64, 7);
    assert!(everything::Book::read_from_bytes(&book.as_bytes()[1..]).is_err());
    assert_eq!(everything::Side::SELL.as_bytes(), [everything::Side::SELL.0]);
    let payload = shapes::Payload::from(shapes::PayloadValue::Price(-7));
    assert_eq!(shapes::Payload::read_from_bytes(payload.as_bytes()).unwrap(), payload);
}

#[test]
fn value_types_have_the_traits_that_they_can_have() {
    fn all<T: FromBytes + IntoBytes + Immutable + KnownLayout + Unaligned>() {}
    fn most<T: FromBytes + Immutable + KnownLayout>() {}
    all::<Bool>();
    all::<Str<5>>();
    all::<Reserved<3>>();
    most::<List<u64, 3>>();
    most::<Optional<u64>>();
    most::<shm_runtime::BoundedStr<5, 3>>();
    most::<shm_runtime::BoundedBytes<5, 3>>();
    let list = List::<u16, 2>::try_from([1, 2]).unwrap();
    assert_eq!(List::<u16, 2>::ref_from_bytes(bytes_of(&list)).unwrap(), &list);
}
