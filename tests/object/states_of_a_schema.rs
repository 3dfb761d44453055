//! The state of a schema, by the methods that are generated for it.

use objects::{Every, Tick};
use places::Place;
use shm_runtime::ErrorKind;
use shmgen_test_support::places;
use shmgen_test_support::schemas::objects;
use std::time::Duration;

#[test]
fn a_state_of_a_schema_is_locked_and_loaded_by_its_name() {
    for place in Place::both() {
        let every = Every::options().address(&place.0).create().unwrap();
        let other = Every::options().address(&place.0).attach().unwrap();
        let reader = Every::options().address(&place.0).attach_read_only().unwrap();
        let mut tick = every.shared_state().lock().unwrap();
        assert!(!tick.owner_died());
        assert_eq!(*tick, Tick::default(), "never written");
        tick.time = 7;
        let held = other.shared_state().try_lock().unwrap_err();
        assert_eq!(held.kind(), ErrorKind::Busy);
        assert_eq!(reader.shared_state().load().unwrap().time, 0, "not written back yet");
        drop(tick);
        assert_eq!(reader.shared_state().load().unwrap().time, 7);

        let mut tick = other.shared_state().lock_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(tick.time, 7);
        assert!(!tick.wait_timeout(Duration::from_millis(1)).unwrap());
        tick.notify_all().unwrap();
        other.shared_state().notify_one().unwrap();
        drop(tick);
        every.remove().unwrap();
    }
}
