//! Says in words how two contracts differ: what a refused attach tells.
//!
//! Everything is reported from the reader's side: "moved from 32 to 40" means 32
//! in the program that asks, 40 in the segment that it met.

mod fields;
mod objects;

use crate::contract::descriptor::Contract;
use crate::error::Difference;
use crate::types::descriptor::{TypeBody, TypeDef, VariantDef, Was};
use crate::types::expr::TypeExpr;
use std::collections::{BTreeMap, BTreeSet};

/// All differences between the contract of this program and the one of a
/// segment; empty exactly if they are equal.
pub fn explain(mine: &Contract, segment: &Contract) -> Vec<Difference> {
    // Names that are there twice, as in no contract of ours, differ from
    // themselves below.
    if mine == segment {
        return Vec::new();
    }
    let mut out = Out(Vec::new());
    if mine.schema != segment.schema {
        let text = format!("is `{}` here, `{}` in the segment", mine.schema, segment.schema);
        out.add("the schema".to_owned(), &text);
    }
    if mine.segment != segment.segment {
        let text = format!("is `{}` here, `{}` in the segment", mine.segment, segment.segment);
        out.add("the segment's name".to_owned(), &text);
    }
    for def in &mine.types {
        if let Some(theirs) = segment.type_def(&def.type_name()) {
            compare_types(&mut out, def, theirs);
        }
    }
    objects::compare(&mut out, &mine.objects, &segment.objects);
    // A type that only one side has is news only if no field or object that
    // uses it was named already.
    if out.0.is_empty() {
        for def in &mine.types {
            if segment.type_def(&def.type_name()).is_none() {
                out.add(def.type_name().to_string(), "is not in the segment");
            }
        }
        for def in &segment.types {
            if mine.type_def(&def.type_name()).is_none() {
                out.add(def.type_name().to_string(), "is in the segment only");
            }
        }
    }
    out.0
}

struct Out(Vec<Difference>);

impl Out {
    fn add(&mut self, path: String, text: &str) {
        let text = format!("{path} {text}");
        self.0.push(Difference { path, text });
    }
}

fn compare_types(out: &mut Out, mine: &TypeDef, theirs: &TypeDef) {
    let path = mine.type_name().to_string();
    match (&mine.body, &theirs.body) {
        (TypeBody::Struct(a), TypeBody::Struct(b)) => {
            let before = out.0.len();
            fields::compare(out, &path, a, b);
            compare_was(out, &path, &mine.was, &theirs.was);
            if mine.extent != theirs.extent {
                out.add(
                    path.clone(),
                    match mine.extent {
                        true => "has an extent here, none in the segment",
                        false => "has no extent here, one in the segment",
                    },
                );
            }
            if out.0.len() == before && (mine.size, mine.align) != (theirs.size, theirs.align) {
                let text = format!(
                    "is {} bytes aligned to {} here, {} bytes aligned to {} in the segment",
                    mine.size, mine.align, theirs.size, theirs.align
                );
                out.add(path, &text);
            }
        }
        (TypeBody::Enum(ra, a), TypeBody::Enum(rb, b)) => {
            if ra != rb {
                out.add(path.clone(), &format!("is a {ra} here, a {rb} in the segment"));
            }
            let a: Vec<_> = a.iter().map(|v| (v.name.as_str(), v.number)).collect();
            let b: Vec<_> = b.iter().map(|v| (v.name.as_str(), v.number)).collect();
            compare_members(out, &path, &a, &b);
        }
        (TypeBody::Flags(ra, a), TypeBody::Flags(rb, b)) => {
            if ra != rb {
                out.add(path.clone(), &format!("is a {ra} here, a {rb} in the segment"));
            }
            let a: Vec<_> = a.iter().map(|v| (v.name.as_str(), i128::from(v.bit))).collect();
            let b: Vec<_> = b.iter().map(|v| (v.name.as_str(), i128::from(v.bit))).collect();
            compare_members(out, &path, &a, &b);
        }
        (TypeBody::Union(ra, a), TypeBody::Union(rb, b)) => {
            if ra != rb {
                out.add(path.clone(), &format!("has a tag of {ra} here, of {rb} in the segment"));
            }
            compare_variants(out, &path, a, b);
        }
        (a, b) => {
            out.add(path, &format!("is {} here, {} in the segment", kind_of(a), kind_of(b)));
        }
    }
}

/// What lay where in earlier versions.
fn compare_was(out: &mut Out, path: &str, mine: &[Was], theirs: &[Was]) {
    let sides = [(mine, theirs, "is not in the segment"), (theirs, mine, "is in the segment only")];
    for (side, other, what) in sides {
        let other: BTreeSet<&Was> = other.iter().collect();
        for was in side.iter().filter(|was| !other.contains(was)) {
            let here = format!("{path}.{}", was.name);
            out.add(here, &format!("(formerly {} bytes at {}) {what}", was.size, was.offset));
        }
    }
}

fn kind_of(body: &TypeBody) -> &'static str {
    match body {
        TypeBody::Struct(_) => "a struct",
        TypeBody::Enum(..) => "an enum",
        TypeBody::Flags(..) => "a set of flags",
        TypeBody::Union(..) => "a union",
    }
}

fn compare_variants(out: &mut Out, path: &str, mine: &[VariantDef], theirs: &[VariantDef]) {
    let numbers = |variants: &'_ [VariantDef]| -> Vec<(String, i128)> {
        variants.iter().map(|v| (v.name.clone(), i128::from(v.number))).collect()
    };
    let (a, b) = (numbers(mine), numbers(theirs));
    let a: Vec<_> = a.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    let b: Vec<_> = b.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    compare_members(out, path, &a, &b);
    let theirs: BTreeMap<&str, &VariantDef> = theirs.iter().map(|v| (v.name.as_str(), v)).collect();
    let shown = |v: &VariantDef| v.ty.as_ref().map_or("nothing".to_owned(), TypeExpr::to_string);
    for variant in mine {
        let Some(other) = theirs.get(variant.name.as_str()) else { continue };
        let path = format!("{path}.{}", variant.name);
        if other.ty != variant.ty {
            let text = format!("holds {} here, {} in the segment", shown(variant), shown(other));
            out.add(path, &text);
        } else if other.range != variant.range {
            fields::range(out, path, variant.range, other.range);
        }
    }
}

fn compare_members(out: &mut Out, path: &str, mine: &[(&str, i128)], theirs: &[(&str, i128)]) {
    let by_name = |members: &[(&str, i128)]| -> BTreeMap<String, i128> {
        members.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    };
    let (my_names, their_names) = (by_name(mine), by_name(theirs));
    for (name, number) in mine {
        match their_names.get(*name) {
            None => out.add(format!("{path}.{name}"), &format!("= {number} is not in the segment")),
            Some(other) if other != number => {
                let text = format!("is {number} here, {other} in the segment");
                out.add(format!("{path}.{name}"), &text);
            }
            Some(_) => {}
        }
    }
    for (name, number) in theirs {
        if !my_names.contains_key(*name) {
            out.add(format!("{path}.{name}"), &format!("= {number} is in the segment only"));
        }
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::object::kind::{ObjectDef, ObjectKind};
    use crate::object::queue::def::QueueDef;
    use crate::types::descriptor::Field;
    use crate::types::expr::Primitive;
    use crate::types::range::Range;

    fn contract(fields: &[(&str, u64, &str)], unit: &str) -> Contract {
        let fields: Vec<Field> = fields
            .iter()
            .map(|(name, offset, ty)| {
                let ty = TypeExpr::parse(ty).unwrap();
                let size = Contract {
                    schema: String::new(),
                    segment: String::new(),
                    types: vec![],
                    objects: vec![],
                }
                .size_and_align(&ty)
                .unwrap()
                .0;
                let (name, unit) = ((*name).to_owned(), unit.to_owned());
                Field { name, offset: *offset, size, ty, unit, range: None }
            })
            .collect();
        let size = fields.last().map_or(8, |f| f.offset + f.size).next_multiple_of_8();
        Contract {
            schema: "acme.market".into(),
            segment: "feed".into(),
            types: vec![TypeDef {
                schema: String::new(),
                name: "Book".into(),
                size,
                align: 8,
                body: TypeBody::Struct(fields),
                extent: false,
                was: vec![],
            }],
            objects: vec![ObjectDef {
                name: "books".into(),
                kind: ObjectKind::Queue(QueueDef::one_to_one(TypeExpr::parse("Book").unwrap(), 4)),
            }],
        }
    }

    trait Round {
        fn next_multiple_of_8(self) -> Self;
    }
    impl Round for u64 {
        fn next_multiple_of_8(self) -> Self {
            (self + 7) & !7
        }
    }

    fn texts(mine: &Contract, theirs: &Contract) -> Vec<String> {
        explain(mine, theirs).into_iter().map(|d| d.text).collect()
    }

    #[test]
    fn equal_contracts_have_nothing_to_explain() {
        let a = contract(&[("ts", 0, "u64")], "ns");
        assert!(explain(&a, &a).is_empty());
        assert_eq!(Contract::decode(&a.encode()).unwrap(), a);
    }

    #[test]
    fn an_inserted_field_is_named_as_the_reason_for_the_move() {
        let mine = contract(&[("symbol", 0, "str[24]"), ("bids", 24, "u64[2]")], "");
        let theirs = contract(
            &[("symbol", 0, "str[24]"), ("lot_size", 24, "u64"), ("bids", 32, "u64[2]")],
            "",
        );
        assert_eq!(
            texts(&mine, &theirs),
            [
                "Book.bids moved from 24 to 32: lot_size (u64) was inserted at 24",
                "Book.lot_size (u64 at 24) is in the segment only",
            ]
        );
    }

    #[test]
    fn swapped_renamed_and_retyped_fields_and_units_are_told_apart() {
        let a = contract(&[("x", 0, "u64"), ("y", 8, "u64")], "");
        let swapped = contract(&[("y", 0, "u64"), ("x", 8, "u64")], "");
        assert_eq!(texts(&a, &swapped), ["Book.x moved from 0 to 8", "Book.y moved from 8 to 0"]);
        let renamed = contract(&[("x", 0, "u64"), ("z", 8, "u64")], "");
        assert_eq!(texts(&a, &renamed), ["Book.y is called `z` in the segment"]);
        let retyped = contract(&[("x", 0, "i64"), ("y", 8, "u64")], "");
        assert_eq!(texts(&a, &retyped), ["Book.x is u64 here, i64 in the segment"]);
        let unit = contract(&[("x", 0, "u64"), ("y", 8, "u64")], "ns");
        assert_eq!(texts(&a, &unit)[0], "Book.x has unit none here, `ns` in the segment");
    }

    #[test]
    fn ranges_are_compared_and_hinder_a_renaming() {
        let with = |range: &str| {
            let mut out = contract(&[("x", 0, "u64"), ("y", 8, "f32[2]")], "");
            let TypeBody::Struct(fields) = &mut out.types[0].body else { unreachable!() };
            fields[0].range = Range::parse(range, Primitive::U64);
            fields[1].range = Range::parse("0.1..", Primitive::F32);
            out
        };
        let mine = with("1..10");
        assert_eq!(Contract::decode(&mine.encode()).unwrap(), mine);
        let told = texts(&mine, &with("..10"));
        assert_eq!(told, ["Book.x has range 1..10 here, ..10 in the segment"]);
        let told = texts(&mine, &with(""));
        assert_eq!(told, ["Book.x has range 1..10 here, none in the segment"]);
        let mut renamed = with("");
        let TypeBody::Struct(fields) = &mut renamed.types[0].body else { unreachable!() };
        fields[0].name = "z".to_owned();
        assert_eq!(texts(&mine, &renamed)[0], "Book.x (u64 at 0) is not in the segment");
    }

    #[test]
    fn an_extent_is_news_of_its_own() {
        let plain = contract(&[("ts", 0, "u64")], "");
        let mut kept = plain.clone();
        kept.types[0].extent = true;
        assert_eq!(Contract::decode(&kept.encode()).unwrap(), kept);
        assert_ne!(kept.fingerprint(), plain.fingerprint());
        assert_eq!(texts(&kept, &plain), ["Book has an extent here, none in the segment"]);
        assert_eq!(texts(&plain, &kept), ["Book has no extent here, one in the segment"]);
        let mut larger = kept.clone();
        larger.types[0].size = 64;
        let told = texts(&kept, &larger);
        assert_eq!(
            told,
            ["Book is 8 bytes aligned to 8 here, 64 bytes aligned to 8 in the segment"]
        );
    }

    fn was(name: &str, offset: u64, size: u64) -> Was {
        Was { offset, name: name.to_owned(), size }
    }

    #[test]
    fn former_fields_are_compared_too() {
        let mut mine = contract(&[("x", 0, "u64"), ("y", 16, "u64")], "");
        mine.types[0].was = vec![was("a", 8, 8), was("b", 8, 8)];
        assert_eq!(Contract::decode(&mine.encode()).unwrap(), mine);
        let mut theirs = mine.clone();
        theirs.types[0].was = vec![was("b", 8, 8), was("c", 8, 8)];
        assert_eq!(
            texts(&mine, &theirs),
            [
                "Book.a (formerly 8 bytes at 8) is not in the segment",
                "Book.c (formerly 8 bytes at 8) is in the segment only"
            ]
        );
    }

    #[test]
    fn former_fields_that_cannot_be_are_refused() {
        for bad in [
            vec![was("x", 8, 8)],                  // a field that is
            vec![was("a", 4, 8)],                  // over one
            vec![was("a", 12, 8)],                 // over the next
            vec![was("a", 24, 8)],                 // behind the struct
            vec![was("a", u64::MAX, 8)],           // and far behind
            vec![was("a", 8, 0)],                  // nothing
            vec![was("b", 8, 8), was("a", 8, 8)],  // out of order
            vec![was("a", 8, 8), was("a", 8, 8)],  // twice
            vec![was("a", 8, 8), was("b", 12, 4)], // over each other
            vec![was("a", 12, 4), was("b", 8, 4)], // out of order
        ] {
            let mut contract = contract(&[("x", 0, "u64"), ("y", 16, "u64")], "");
            contract.types[0].was = bad;
            assert!(Contract::decode(&contract.encode()).is_err(), "{:?}", contract.types[0].was);
        }
        let mut good = contract(&[("x", 0, "u64"), ("y", 16, "u64")], "");
        good.types[0].was = vec![was("b", 8, 4), was("a", 12, 2), was("c", 14, 2)];
        assert_eq!(Contract::decode(&good.encode()).unwrap(), good);
    }

    #[test]
    fn a_range_that_is_none_is_refused() {
        let mut bad = contract(&[("x", 0, "u8")], "");
        let TypeBody::Struct(fields) = &mut bad.types[0].body else { unreachable!() };
        fields[0].range = Range::parse("1..300", Primitive::U16);
        assert!(Contract::decode(&bad.encode()).unwrap_err().to_string().contains("not a range"));
        let mut bad = contract(&[("x", 0, "str[8]")], "");
        let TypeBody::Struct(fields) = &mut bad.types[0].body else { unreachable!() };
        fields[0].range = Range::parse("1..2", Primitive::U8);
        assert!(Contract::decode(&bad.encode()).is_err());
    }

    #[test]
    fn enums_and_flags_and_objects_are_compared_too() {
        let mut a = contract(&[("ts", 0, "u64")], "");
        a.types.push(TypeDef {
            schema: String::new(),
            name: "Side".into(),
            size: 1,
            align: 1,
            body: TypeBody::Enum(
                Primitive::I8,
                vec![super::super::ValueDef { name: "BUY".into(), number: -1 }],
            ),
            extent: false,
            was: vec![],
        });
        assert_eq!(Contract::decode(&a.encode()).unwrap(), a);
        let mut b = a.clone();
        b.types[1].body = TypeBody::Enum(
            Primitive::I8,
            vec![super::super::ValueDef { name: "BUY".into(), number: 2 }],
        );
        assert_eq!(texts(&a, &b), ["Side.BUY is -1 here, 2 in the segment"]);
        b.objects[0].kind =
            ObjectKind::Queue(QueueDef::one_to_one(TypeExpr::parse("Book").unwrap(), 8));
        assert!(
            texts(&a, &b)
                .contains(&"object books has capacity 4 here, 8 in the segment".to_owned())
        );
    }

    #[test]
    fn a_contract_that_contains_itself_or_lies_is_refused() {
        let mut a = contract(&[("me", 0, "u64")], "");
        if let TypeBody::Struct(fields) = &mut a.types[0].body {
            fields[0].ty = TypeExpr::parse("Book").unwrap();
        }
        assert!(Contract::decode(&a.encode()).is_err());
        let good = contract(&[("ts", 0, "u64")], "").encode();
        for cut in 0..good.len() {
            assert!(Contract::decode(&good[..cut]).is_err());
        }
        for i in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[i] ^= 1 << bit;
                // Any answer, no panic; and what is accepted reads back the same.
                if let Ok(c) = Contract::decode(&bad) {
                    assert_eq!(c.encode(), bad);
                }
            }
        }
    }
}
