//! What the templates of more than one language are filled with: the members of
//! structs, the objects of segments, contracts as literals.

use crate::kind::{self, Access, Kind};
use crate::model::{self, Gap, Object, Segment, Struct};
use shm_runtime::contract::TypeName;

/// Something that takes bytes of a struct: a field as a language has it, or
/// reserved bytes.
pub(super) enum Member<'a, F> {
    Field(F),
    Gap(&'a Gap),
}

/// Fields and gaps, in the order in which they lie.
pub(super) struct Members<'a, F>(Vec<Member<'a, F>>);

impl<'a, F> Members<'a, F> {
    /// Those of a struct, whose fields are made by `field`.
    pub(super) fn of(s: &'a Struct, mut field: impl FnMut(&'a model::Field) -> F) -> Self {
        let member = |m: &'a model::Member| match m {
            model::Member::Field(f) => Member::Field(field(f)),
            model::Member::Gap(gap) => Member::Gap(gap),
        };
        Self(s.members.iter().map(member).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Member<'a, F>> {
        self.0.iter()
    }

    /// Without the gaps.
    pub(super) fn fields(&self) -> impl Iterator<Item = &F> {
        self.iter().filter_map(|m| match m {
            Member::Field(field) => Some(field),
            Member::Gap(_) => None,
        })
    }

    /// Without the fields.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &'a Gap> {
        self.iter().filter_map(|m| match m {
            Member::Field(_) => None,
            Member::Gap(gap) => Some(*gap),
        })
    }
}

/// An object of a segment, as the method or attribute of a handle.
pub(super) struct Reached<'a> {
    pub(super) doc: String,
    pub(super) name: &'a str,
    /// Its place among the objects of the segment.
    pub(super) index: usize,
    pub(super) access: Access,
}

/// What a room says of the access to an object, whose struct is written so.
type Ask = fn(&dyn Kind, &Object, &str) -> Option<Access>;

/// The objects that a language gives access to, and those to which it does not;
/// how documentation and types are written is the language's business.
pub(super) fn reached(
    s: &Segment,
    ask: Ask,
    doc: impl Fn(&str) -> String,
    item: impl Fn(&TypeName) -> String,
) -> (Vec<Reached<'_>>, Vec<&Object>) {
    let (mut reached, mut others) = (Vec::new(), Vec::new());
    for (index, o) in s.objects.iter().enumerate() {
        let item = o.item.as_ref().map(|its| item(&its.name)).unwrap_or_default();
        match ask(kind::of(o), o, &item) {
            Some(access) => {
                reached.push(Reached { doc: doc(&o.doc), name: &o.name, index, access });
            }
            None => others.push(o),
        }
    }
    (reached, others)
}

/// The bytes of a contract between the quotes of a literal, in the escapes that
/// Rust and Python share.
pub(super) fn contract_literal(s: &Segment) -> String {
    s.contract_bytes.escape_ascii().to_string()
}
