//! How the fields of a struct differ: which moved, and what pushed them.

use super::Out;
use crate::types::descriptor::Field;
use crate::types::range::Range;
use std::collections::BTreeMap;

/// Two versions of a struct. Maps, since a hostile segment may declare a
/// hundred thousand fields.
struct Fields<'a> {
    mine: Side<'a>,
    theirs: Side<'a>,
}

struct Side<'a> {
    fields: &'a [Field],
    by_name: BTreeMap<&'a str, &'a Field>,
    by_offset: BTreeMap<u64, &'a Field>,
}

impl<'a> Side<'a> {
    fn new(fields: &'a [Field]) -> Self {
        Self {
            fields,
            by_name: fields.iter().map(|f| (f.name.as_str(), f)).collect(),
            by_offset: fields.iter().map(|f| (f.offset, f)).collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }
}

impl<'a> Fields<'a> {
    /// Same place, same type, and neither name on the other side.
    fn same_but_name(&self, mine: &Field, theirs: &Field) -> bool {
        mine.ty == theirs.ty
            && mine.unit == theirs.unit
            && mine.range == theirs.range
            && !self.theirs.has(&mine.name)
            && !self.mine.has(&theirs.name)
    }

    fn renamed(&self, mine: &Field) -> Option<&'a Field> {
        let found = self.theirs.by_offset.get(&mine.offset).copied();
        found.filter(|theirs| self.same_but_name(mine, theirs))
    }

    fn is_removed(&self, mine: &Field) -> bool {
        !self.theirs.has(&mine.name) && self.renamed(mine).is_none()
    }

    fn is_inserted(&self, theirs: &Field) -> bool {
        let found = self.mine.by_offset.get(&theirs.offset);
        !self.mine.has(&theirs.name) && !found.is_some_and(|mine| self.same_but_name(mine, theirs))
    }

    /// Why a field lies elsewhere: the last change before it.
    fn cause(&self, mine: &Field, theirs: &Field) -> Option<String> {
        let inserted = self
            .theirs
            .fields
            .iter()
            .filter(|t| t.offset < theirs.offset && self.is_inserted(t))
            .map(|t| (t.offset, format!("{} ({}) was inserted at {}", t.name, t.ty, t.offset)));
        let before = || self.mine.fields.iter().filter(|f| f.offset < mine.offset);
        let removed = before()
            .filter(|f| self.is_removed(f))
            .map(|f| (f.offset, format!("{} ({}) was removed at {}", f.name, f.ty, f.offset)));
        let resized = before().filter_map(|f| {
            let t = self.theirs.by_name.get(f.name.as_str()).filter(|t| t.size != f.size)?;
            Some((f.offset, format!("{} changed from {} to {}", f.name, f.ty, t.ty)))
        });
        let all = inserted.chain(removed).chain(resized);
        all.max_by_key(|(at, _)| *at).map(|(_, text)| text)
    }
}

/// Tells every difference between the fields of the struct `path`.
pub(super) fn compare(out: &mut Out, path: &str, mine: &[Field], theirs: &[Field]) {
    let fields = Fields { mine: Side::new(mine), theirs: Side::new(theirs) };
    let mut told = false; // the first moved field tells why; the others only follow
    for field in mine {
        let here = format!("{path}.{}", field.name);
        match fields.theirs.by_name.get(field.name.as_str()) {
            Some(other) => {
                compare_field(out, &here, field, other);
                if field.offset != other.offset {
                    let mut text = format!("moved from {} to {}", field.offset, other.offset);
                    let why = if told { None } else { fields.cause(field, other) };
                    told = true;
                    if let Some(why) = why {
                        text.push_str(": ");
                        text.push_str(&why);
                    }
                    out.add(here, &text);
                }
            }
            None => match fields.renamed(field) {
                Some(r) => out.add(here, &format!("is called `{}` in the segment", r.name)),
                None => {
                    let text = format!("({} at {}) is not in the segment", field.ty, field.offset);
                    out.add(here, &text);
                }
            },
        }
    }
    for field in theirs.iter().filter(|t| fields.is_inserted(t)) {
        let text = format!("({} at {}) is in the segment only", field.ty, field.offset);
        out.add(format!("{path}.{}", field.name), &text);
    }
}

/// Differences of a field that both sides have, other than its place.
fn compare_field(out: &mut Out, here: &str, mine: &Field, theirs: &Field) {
    if mine.ty != theirs.ty {
        out.add(here.to_owned(), &format!("is {} here, {} in the segment", mine.ty, theirs.ty));
    }
    if mine.unit != theirs.unit {
        let unit = |u: &str| if u.is_empty() { "none".to_owned() } else { format!("`{u}`") };
        let (a, b) = (unit(&mine.unit), unit(&theirs.unit));
        out.add(here.to_owned(), &format!("has unit {a} here, {b} in the segment"));
    }
    if mine.range != theirs.range {
        range(out, here.to_owned(), mine.range, theirs.range);
    }
}

/// A difference of ranges.
pub(super) fn range(out: &mut Out, here: String, mine: Option<Range>, theirs: Option<Range>) {
    let text = |r: Option<Range>| r.map_or("none".to_owned(), |range| range.to_string());
    let (a, b) = (text(mine), text(theirs));
    out.add(here, &format!("has range {a} here, {b} in the segment"));
}
