//! Cells of a schema, by the methods that are generated for them.

use objects::{Config, Every, Tick};
use places::Place;
use shm_runtime::ErrorKind;
use shmgen_test_support::places;
use shmgen_test_support::schemas::objects;
use std::time::Duration;

#[test]
fn a_cell_of_a_schema_is_stored_and_loaded_by_its_name() {
    for place in Place::both() {
        let every = Every::options().address(&place.0).create().unwrap();
        let reader = Every::options().address(&place.0).attach_read_only().unwrap();
        let (nothing, version) = reader.latest().load_versioned().unwrap();
        assert_eq!((nothing, version), (Config::default(), 0), "never stored");

        let mut writer = every.latest().writer().unwrap();
        let taken = every.latest().writer().unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::RoleTaken);
        let config = Config { limit: 7, ..Default::default() };
        writer.store(&config).unwrap();
        assert_eq!(reader.latest().load_versioned().unwrap(), (config, 1));
        assert_eq!(reader.latest().wait_newer(0, Duration::ZERO).unwrap(), (config, 1));
        let none = reader.latest().wait_newer(1, Duration::from_millis(1)).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::Timeout);

        let mut next = writer.reserve().unwrap();
        next.set(Config::LIMIT, 8);
        next.commit();
        assert_eq!(reader.latest().load().unwrap().limit, 8);
        every.remove().unwrap();
    }
}

#[test]
fn each_cell_of_an_array_has_a_value_of_its_own() {
    let place = Place::posix();
    let every = Every::options().address(&place.0).create().unwrap();
    let each = every.each();
    let mut writer = each.writer().unwrap();
    assert_eq!(writer.len(), each.len());
    for n in 0..each.len() {
        writer.at(n).store(&Tick { time: n as u32 + 1, ..Default::default() }).unwrap();
    }
    for n in 0..each.len() {
        let (tick, version) = each.at(n).load_versioned().unwrap();
        assert_eq!((tick.time, version), (n as u32 + 1, 1));
    }
    // The roles are two, and this one is of all cells of the array.
    assert_eq!(each.writer().unwrap_err().kind(), ErrorKind::RoleTaken);
    drop(every.latest().writer().unwrap());
    drop(writer);
    drop(each.writer().unwrap());
    every.remove().unwrap();
}
