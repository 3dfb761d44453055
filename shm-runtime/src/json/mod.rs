//! What is known about segments, as types that serde writes as JSON: the same
//! for the command line, the C ABI and Python. With the feature `json`.
//!
//! Numbers are numbers, a mode is text such as `"0640"`, a time is RFC 3339 in
//! UTC. What a kind of segment or object does not have is missing; what cannot
//! be determined is null. [`schema()`] describes any of these types as a JSON Schema.
//!
//! ```no_run
//! use shm_runtime::{json, list};
//! let all = list();
//! println!("{}", json::to_string(&json::Segments::from(all.as_slice())));
//! ```

mod object;
mod scalars;
mod schema;
mod segment;
mod value;

pub use object::{Counter, Definition, Holder, Numbers, Object, Rates, Side};
pub use scalars::{Integer, Mode, Time, Version};
pub use schema::schema;
pub use segment::{
    Creator, Kernel, Mapper, Participant, Schema, Segment, SegmentKind, Segments, State,
};

/// The version of the form of segments and objects; it grows when a key changes
/// its meaning, not when one is added.
pub const VERSION: u32 = 2;

/// A value of this module as JSON, in one line.
pub fn to_string(value: &impl serde::Serialize) -> String {
    // Only a map with keys that are no text could fail, and there is none.
    serde_json::to_string(value).unwrap_or_default()
}
