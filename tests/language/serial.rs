//! With the feature `serde`: all value types and all generated types, there and
//! back, and what is refused.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_value};
use shm_runtime::{Bool, List, Optional, Str};
use shmgen_test_support::schemas::{everything, shapes};
use std::fmt::Debug;

/// There and back, as a value and as text.
fn round<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Value {
    let written = to_value(value).unwrap();
    assert_eq!(&from_value::<T>(written.clone()).unwrap(), value);
    assert_eq!(&from_str::<T>(&written.to_string()).unwrap(), value);
    written
}

#[test]
fn value_types_are_what_they_mean() {
    assert_eq!(round(&Bool::TRUE), json!(true));
    assert_eq!(round(&Str::<4>::new("é")), json!("é"));
    assert_eq!(round(&List::<u16, 3>::try_from([1, 2]).unwrap()), json!([1, 2]));
    assert_eq!(round(&Optional::some([1.5f64; 2])), json!([1.5, 1.5]));
    assert_eq!(round(&Optional::<u8>::none()), json!(null));
}

#[test]
fn bytes_that_are_no_value_are_refused_and_so_is_what_does_not_fit() {
    assert!(to_value(Bool::from_byte(2)).unwrap_err().to_string().contains("a bool holds 2"));
    assert!(to_value(Str::from_raw([0xff])).is_err());
    assert!(to_value(List::<u8, 3, 1>::from_raw(9, [0; 3])).is_err());
    assert!(to_value(Optional::from_raw(7, 1u32)).is_err());
    assert!(from_value::<Str<2>>(json!("long")).is_err());
    assert!(from_value::<Str<2>>(json!("\0")).is_err());
    assert!(from_value::<List<u32, 1>>(json!([1, 2])).is_err());
    assert!(from_value::<Bool>(json!(1)).is_err());
}

#[test]
fn structs_enums_and_flags_go_there_and_back() {
    let book = everything::Book {
        symbol: Str::new("AAPL"),
        side: everything::Side::SELL,
        u64: u64::MAX,
        i64: i64::MIN,
        ..Default::default()
    };
    let written = round(&book);
    assert_eq!((&written["symbol"], &written["side"]), (&json!("AAPL"), &json!("SELL")));
    assert_eq!(written["u64"], json!(u64::MAX));
    assert!(written["state"].is_number());
    assert!(written.as_object().unwrap().keys().all(|k| !k.starts_with('_')));

    // A value without a name is its number, and one that is missing its default.
    assert_eq!(round(&everything::Side(200)), json!(200));
    assert_eq!(from_value::<everything::Book>(json!({})).unwrap(), everything::Book::default());
    for wrong in [json!({ "symbool": "A" }), json!({ "side": "BYE" }), json!({ "side": 256 })] {
        assert!(from_value::<everything::Book>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_union_is_the_variant_that_it_holds() {
    use shapes::{Payload, PayloadValue};
    let of = |value: PayloadValue| round(&Payload::from(value));
    assert_eq!(of(PayloadValue::Nothing), json!("Nothing"));
    assert_eq!(of(PayloadValue::Price(-7)), json!({ "Price": -7 }));
    assert_eq!(of(PayloadValue::OtherPrice(7)), json!({ "OtherPrice": 7 }));
    assert_eq!(of(PayloadValue::Text(Str::new("ab"))), json!({ "Text": "ab" }));
    assert!(from_value::<Payload>(json!({ "Prize": 1 })).is_err());
    let mut bytes = Payload::default();
    shm_runtime::layout::bytes_of_mut(&mut bytes)[0] = 99;
    assert!(to_value(bytes).unwrap_err().to_string().contains("the tag 99"));
}
