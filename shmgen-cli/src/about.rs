//! What is said of an object: from whom to whom it goes, how much it takes up,
//! and what can be told of its contents without taking part.

use shm_runtime::contract::{CellDef, Flow, ObjectKind, RingDef, Side};
use shm_runtime::{ObjectStat, Printable};

/// The struct that it passes or holds, with its size; nothing if it has none.
pub(crate) fn item(object: &ObjectStat) -> String {
    let Some(item) = object.def.item() else { return String::new() };
    let item = Printable(&item.to_string()).to_string();
    object.geometry.map_or(item.clone(), |g| format!("{item} ({} bytes)", g.item))
}

/// `room for 1024 in each of 8 lanes, many to one`
pub(crate) fn room(object: &ObjectStat) -> String {
    let in_lanes = |lanes: u32| format!(" in each of {lanes} lanes");
    let bytes = |n: u64| if n == 1 { "1 byte".to_owned() } else { format!("{n} bytes") };
    let mut out = match &object.def {
        ObjectKind::Queue(queue) => match queue.flow {
            Flow::Lanes(lanes) => format!("room for {}{}", queue.capacity, in_lanes(lanes)),
            _ => format!("room for {}", queue.capacity),
        },
        ObjectKind::Ring(ring) => {
            format!("{}{}", bytes(ring.bytes), ring.lanes.map(in_lanes).unwrap_or_default())
        }
        ObjectKind::Stream(stream) => bytes(stream.bytes),
        ObjectKind::Topic(topic) => format!("the newest {}", topic.capacity),
        ObjectKind::Raw(raw) => format!("{} at a multiple of {}", bytes(raw.bytes), raw.align),
        ObjectKind::Cell(CellDef { count: Some(n), .. }) => format!("an array of {n}"),
        _ => String::new(),
    };
    let sides = match &object.def {
        ObjectKind::Queue(queue) => Some((queue.flow.producers(), queue.flow.consumers())),
        ObjectKind::Ring(RingDef { lanes: Some(_), .. }) => Some((Side::Many, Side::One)),
        _ => None,
    };
    if let Some((from, to)) = sides {
        out.push_str(&format!(", {} to {}", from.name(), to.name()));
    }
    if let ObjectKind::Queue(queue) = &object.def
        && let Flow::Owned { redeliver, .. } = queue.flow
    {
        out.push_str(", one order for all");
        if !redeliver {
            out.push_str(", nothing redelivered");
        }
    }
    out
}

/// What single words of it say: a version, a count, values.
pub(crate) fn contents(object: &ObjectStat) -> String {
    match (&object.def, object.version, object.count) {
        (ObjectKind::Cell(_), Some(0), _) => "never stored".to_owned(),
        (ObjectKind::State(_), Some(0), _) => "never changed, all zero".to_owned(),
        (_, Some(version), _) => format!("version {version}"),
        (_, _, Some(1)) => "signalled once".to_owned(),
        (_, _, Some(count)) => format!("signalled {count} times"),
        (ObjectKind::Counters(counters), ..) => {
            let each = counters.iter().zip(&object.values);
            let each: Vec<String> =
                each.map(|(c, value)| format!("{} {value}", Printable(&c.name))).collect();
            each.join(", ")
        }
        _ => String::new(),
    }
}

/// Both, with a comma between them.
pub(crate) fn all(object: &ObjectStat) -> String {
    let both = [room(object), contents(object)];
    both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
