//! The kinds of object as they are written: a room for each, which says what its
//! keys are and reads them, and their registry.

mod cell;
mod counters;
mod event;
mod queue;
mod raw;
mod ring;
mod state;
mod stream;
mod topic;

pub use counters::Counter;
pub use stream::Passes;

use super::keys::shape::{Key, Rule};
use super::type_text::TypeText;
use super::walk::{Context, Table};
use crate::diagnostics::{Code, Spanned};
use shm_runtime::contract::Side;
use toml::de::DeValue;

macro_rules! registry {
    ($($room:ident: $Of:ident,)*) => {
        $(pub use $room::$Of;)*

        /// The keys of an object that depend on its kind.
        #[derive(Debug)]
        #[allow(missing_docs)] // each has the name of its kind
        #[allow(clippy::large_enum_variant)] // there are few objects
        pub enum Body {
            $($Of($Of),)*
        }

        /// In the order in which people are shown them.
        pub(super) const KINDS: &[Kind] = &[$($room::KIND,)*];

        impl Body {
            fn written(&self) -> &dyn Written {
                match self {
                    $(Self::$Of(body) => body,)*
                }
            }

            fn written_mut(&mut self) -> &mut dyn Written {
                match self {
                    $(Self::$Of(body) => body,)*
                }
            }
        }
    };
}

registry! {
    queue: Queue,
    ring: Ring,
    stream: Stream,
    topic: Topic,
    cell: Cell,
    state: State,
    event: Event,
    counters: Counters,
    raw: Raw,
}

/// What the language says of a kind.
pub(super) struct Kind {
    /// Its name.
    pub(super) name: &'static str,
    /// What one is called in messages, and how it needs something.
    pub(super) called: (&'static str, &'static str),
    /// Keys that it needs.
    pub(super) needs: &'static [&'static str],
    /// Keys that it takes besides, of those that not every kind has.
    pub(super) takes: &'static [&'static str],
    /// Those among them that no kind before it has.
    pub(super) keys: &'static [Key],
    /// Why a key is none of its keys, if there is more to say than what they are.
    pub(super) why_not: fn(&str) -> Option<&'static str>,
    /// Reads them. What is wrong is reported; `None` if there is too little then.
    pub(super) read: fn(&mut Context<'_>, &Table<'_, '_>) -> Option<Body>,
}

impl Kind {
    /// Which keys go with it.
    pub(super) const fn rule(&self) -> Rule {
        Rule {
            of: "kind",
            choice: self.name,
            by_default: false,
            needs: self.needs,
            takes: self.takes,
        }
    }
}

/// What can be asked of an object of any kind.
trait Written {
    /// Its whole numbers, which may be written as expressions.
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        Vec::new()
    }

    /// The type of what it passes or holds.
    fn item(&self) -> Option<&TypeText> {
        None
    }

    /// Its counters.
    fn counters(&self) -> &[Counter] {
        &[]
    }
}

impl Body {
    /// Its whole numbers, which may be written as expressions.
    pub(super) fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        self.written_mut().numbers()
    }

    /// The type of what it passes or holds, if it has one.
    pub fn item(&self) -> Option<&TypeText> {
        self.written().item()
    }

    /// Its counters, if it has some.
    pub fn counters(&self) -> &[Counter] {
        self.written().counters()
    }
}

/// What most kinds say of keys that are not theirs.
const fn no_more(_: &str) -> Option<&'static str> {
    None
}

/// `producers` and `consumers` of what any number of programs use at once.
fn has_no_sides(key: &str) -> Option<&'static str> {
    matches!(key, "producers" | "consumers").then_some("any number of programs use it at once")
}

/// `producers` and `consumers`: 1 or "many".
fn side(context: &mut Context<'_>, table: &Table<'_, '_>, key: &str) -> Option<Spanned<Side>> {
    let node = table.get(key)?;
    let side = match node.get_ref() {
        DeValue::Integer(n) if n.as_str() == "1" => Side::One,
        DeValue::String(text) if text == "many" => Side::Many,
        _ => {
            context.error(Code::E013, node.span(), format!("`{key}` is 1 or \"many\""));
            return None;
        }
    };
    Some(Spanned::new(side, node.span()))
}
