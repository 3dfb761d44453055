//! What is said of an object: from whom to whom it goes, how much it takes up,
//! and what is known about its contents without taking part.

use shm_runtime::{ObjectStat, Printable};

/// The struct that it passes or holds, with its size; nothing if it has none.
pub(crate) fn item(object: &ObjectStat) -> String {
    let Some(item) = object.def.item() else { return String::new() };
    let item = Printable(&item.to_string()).to_string();
    object.geometry.map_or(item.clone(), |g| format!("{item} ({} bytes)", g.item))
}

/// How much room it has, and what its numbers say, with a comma between them.
pub(crate) fn all(object: &ObjectStat) -> String {
    let both = [object.def.summary(), object.now()];
    both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
