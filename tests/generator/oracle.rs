//! The same types as somebody would write them who has not heard of shmgen:
//! without a member for any gap.

#![allow(unreachable_pub)]

use shmgen_test_support::random::{Compound, Element, Member, Schema, Type, primitive};
use std::fmt::Write as _;

/// A declaration in C.
fn c_declared(ty: &Type, name: &str, schema: &Schema) -> String {
    let mut dims: String = ty.dims.iter().map(|d| format!("[{d}]")).collect();
    let element = match &ty.element {
        Element::Primitive(name) => primitive(name).1.to_owned(),
        Element::Str(n) | Element::Bytes(n) => {
            let _ = write!(dims, "[{n}]");
            "unsigned char".to_owned()
        }
        Element::BoundedStr(n) => format!("struct {{ uint32_t count; char items[{n}]; }}"),
        Element::BoundedBytes(n) => format!("struct {{ uint32_t count; uint8_t items[{n}]; }}"),
        Element::Number(n) => primitive(schema.numbers[*n].repr).1.to_owned(),
        Element::Alias(a) => format!("o{}_A{a}", schema.index),
        Element::Compound(c) => format!("struct o{}_S{c}", schema.index),
        Element::Imported(c) => {
            format!("struct o{}_S{c}", schema.import.as_ref().unwrap().index)
        }
        Element::List(inner, n) => {
            let items = c_declared(inner, &format!("items[{n}]"), schema);
            format!("struct {{ uint32_t count; {items}; }}")
        }
        Element::Optional(inner) => {
            format!("struct {{ uint8_t has; {}; }}", c_declared(inner, "value", schema))
        }
    };
    format!("{element} {name}{dims}")
}

pub fn in_c(schema: &Schema) -> String {
    let mut out = String::new();
    let mut aliases = schema.aliases.iter().enumerate();
    let mut written = 0;
    for (c, compound) in schema.compounds.iter().enumerate() {
        // An alias may be of a struct, and a struct of it: each when it can be.
        for (a, alias) in aliases.by_ref().take(compound.aliases_before - written) {
            let name = format!("o{}_A{a}", schema.index);
            let _ = writeln!(out, "typedef {};", c_declared(alias, &name, schema));
        }
        written = compound.aliases_before;
        let align =
            compound.align.map_or(String::new(), |a| format!("__attribute__((aligned({a}))) "));
        let mut members = String::new();
        for (f, member) in compound.members.iter().enumerate() {
            let _ = match member {
                Member::Reserved(n, _) => writeln!(members, "  unsigned char f{f}[{n}];"),
                Member::Field { ty, align, .. } => {
                    let align = align.map_or(String::new(), |a| format!("_Alignas({a}) "));
                    let declared = c_declared(ty, &format!("f{f}"), schema);
                    writeln!(members, "  {align}{declared};")
                }
            };
        }
        if let Some(tag) = compound.tag {
            members = format!("  {} tag;\n  union {{\n{members}  }} as;\n", primitive(tag).1);
        }
        let name = format!("o{}_S{c}", schema.index);
        if let Some(extent) = compound.extent {
            // What is left behind the last member, as the compiler finds it.
            let last = format!("f{}", compound.members.len() - 1);
            let _ = write!(out, "struct {align}{name}_open {{\n{members}}};\n");
            let end = format!(
                "offsetof(struct {name}_open, {last}) + sizeof ((struct {name}_open *)0)->{last}"
            );
            let _ = writeln!(members, "  unsigned char kept[{extent} - ({end})];");
        }
        let _ = write!(out, "struct {align}{name} {{\n{members}}};\n");
    }
    out
}

/// Whether Rust can write it plainly: it has no alignment of fields.
pub fn rust_can(schema: &Schema, compound: &Compound) -> bool {
    fn can(schema: &Schema, ty: &Type) -> bool {
        match &ty.element {
            Element::Alias(a) => can(schema, &schema.aliases[*a]),
            Element::Compound(c) => rust_can(schema, &schema.compounds[*c]),
            Element::Imported(c) => {
                let import = schema.import.as_ref().unwrap();
                rust_can(import, &import.compounds[*c])
            }
            Element::List(inner, _) | Element::Optional(inner) => can(schema, inner),
            _ => true,
        }
    }
    compound.members.iter().all(|member| match member {
        Member::Reserved(..) => true,
        Member::Field { align: Some(_), .. } => false,
        Member::Field { ty, .. } => can(schema, ty),
    })
}

fn rust_type(ty: &Type, schema: &Schema) -> String {
    let element = match &ty.element {
        Element::Primitive(name) => primitive(name).2.to_owned(),
        Element::Str(n) | Element::Bytes(n) => format!("[u8; {n}]"),
        Element::BoundedStr(n) | Element::BoundedBytes(n) => format!("List<u8, {n}>"),
        Element::Number(n) => primitive(schema.numbers[*n].repr).2.to_owned(),
        Element::Alias(a) => rust_type(&schema.aliases[*a], schema),
        Element::Compound(c) => format!("O{c}"),
        Element::Imported(c) => format!("super::o{}::O{c}", schema.import.as_ref().unwrap().index),
        Element::List(inner, n) => format!("List<{}, {n}>", rust_type(inner, schema)),
        Element::Optional(inner) => format!("Optional<{}>", rust_type(inner, schema)),
    };
    ty.dims.iter().rev().fold(element, |t, d| format!("[{t}; {d}]"))
}

pub fn in_rust(schema: &Schema) -> String {
    let mut out = String::from(
        "#[repr(C)] pub struct List<T, const N: usize> { pub count: u32, pub items: [T; N] }\n\
         #[repr(C)] pub struct Optional<T> { pub has: u8, pub value: T }\n",
    );
    for (c, compound) in schema.compounds.iter().enumerate() {
        if !rust_can(schema, compound) {
            continue;
        }
        let mut members = String::new();
        for (f, member) in compound.members.iter().enumerate() {
            let _ = match (member, compound.tag) {
                (Member::Reserved(n, _), _) => writeln!(members, "  pub f{f}: [u8; {n}],"),
                (Member::Field { ty, .. }, None) => {
                    writeln!(members, "  pub f{f}: {},", rust_type(ty, schema))
                }
                (Member::Field { ty, .. }, Some(_)) => {
                    let ty = rust_type(ty, schema);
                    writeln!(members, "  pub f{f}: std::mem::ManuallyDrop<{ty}>,")
                }
            };
        }
        if let Some(tag) = compound.tag {
            let _ = write!(out, "#[repr(C)] pub union V{c} {{\n{members}}}\n");
            members = format!("  pub tag: {tag},\n  pub held: V{c},\n");
        }
        let align = compound.align.map_or(String::new(), |a| format!(", align({a})"));
        if let Some(extent) = compound.extent {
            let _ = write!(out, "#[repr(C{align})] pub struct Open{c} {{\n{members}}}\n");
            let last = compound.members.len() - 1;
            let size = match &compound.members[last] {
                Member::Reserved(n, _) => n.to_string(),
                Member::Field { ty, .. } => format!("size_of::<{}>()", rust_type(ty, schema)),
            };
            let end = format!("std::mem::offset_of!(Open{c}, f{last}) + {size}");
            let _ = writeln!(members, "  pub kept: [u8; {extent} - ({end})],");
        }
        let _ = write!(out, "#[repr(C{align})] pub struct O{c} {{\n{members}}}\n");
    }
    out
}
