//! With the feature `tracing`: what has an event, and that no message has one.

use shm_runtime::{Queue, survey};
use shmgen_test_support::children;
use shmgen_test_support::places::Place;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

children!(hold_both_roles);

/// The events of this crate, one in a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "shm_runtime"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        let _ = writeln!(self.0.lock().unwrap(), "{}", line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn hold_both_roles(arguments: &[String]) {
    let queue = Queue::<u64>::attach(&arguments[0].parse().unwrap()).unwrap();
    let _roles = (queue.producer().unwrap(), queue.consumer().unwrap());
    children::say("ready");
    children::wait_for_end_of_stdin();
}

#[test]
fn attaching_roles_deaths_and_removals_have_events_and_messages_have_none() {
    let log = Log::default();
    let says = |what: &str| {
        let said = log.take();
        assert!(said.contains(what), "`{what}` is not in:\n{said}");
    };
    tracing::subscriber::with_default(log.clone(), || {
        let place = Place::posix();
        let address = &place.0;
        let queue = Queue::<u64>::create(address, 8).unwrap();
        says(&format!("created address={address}\n"));
        let mut child = play("hold_both_roles", &[&place.text()]);
        assert_eq!(child.hear(), "ready");
        child.kill();
        // Whoever attaches takes the record of the dead one, or comes by it later.
        let other = Queue::<u64>::attach(address).unwrap();
        says(&format!("attached address={address} read_only=false"));
        let mut out = other.producer().unwrap();
        says(&format!("role claimed address={address} role=\"the producer of queue\""));
        let mut inn = queue.consumer().unwrap();
        log.take();

        for n in 0..8 {
            out.try_push(&n).unwrap();
        }
        for n in 0..8 {
            assert_eq!(inn.try_pop(), Ok(n));
        }
        let said = log.take();
        assert_eq!(said, "", "messages have events");

        queue.attachment().remove().unwrap();
        says("INFO removed address=");
        drop((queue, other, out, inn));
        assert_eq!(log.take().matches("DEBUG detached address=").count(), 2);
    });
}

#[test]
fn a_death_and_a_leftover_that_is_collected_have_events() {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let place = Place::posix();
        let queue = Queue::<u64>::create(&place.0, 8).unwrap();
        let mut child = play("hold_both_roles", &[&place.text()]);
        assert_eq!(child.hear(), "ready");
        child.kill();
        let mut inn = queue.consumer().unwrap();
        // A look around, at most once a millisecond, sweeps up after it.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        let mut said = String::new();
        while !said.contains("WARN swept up after a dead participant address=") {
            let _ = inn.pop_timeout(std::time::Duration::from_millis(20));
            said += &log.take();
            assert!(std::time::Instant::now() < deadline, "{said}");
        }
        drop((inn, queue));

        let name = place.text();
        let left = survey().into_iter().find(|c| name.ends_with(&c.name)).unwrap();
        left.remove().unwrap();
        let said = log.take();
        assert!(said.contains("INFO leftover removed name="), "{said}");
    });
}
