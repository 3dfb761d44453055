//! The same types as somebody would write them who has not heard of shmgen:
//! without a member for any gap.

#![allow(unreachable_pub)]

use super::schema::{Compound, Element, Member, Schema, Type, primitive};
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
        Element::Number(n) => primitive(schema.numbers[*n].repr).1.to_owned(),
        Element::Compound(c) => format!("struct o{}_S{c}", schema.index),
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
    for (c, compound) in schema.compounds.iter().enumerate() {
        let align =
            compound.align.map_or(String::new(), |a| format!("__attribute__((aligned({a}))) "));
        let mut members = String::new();
        for (f, member) in compound.members.iter().enumerate() {
            let _ = match member {
                Member::Reserved(n) => writeln!(members, "  unsigned char free{f}[{n}];"),
                Member::Field { ty, align } => {
                    let align = align.map_or(String::new(), |a| format!("_Alignas({a}) "));
                    let declared = c_declared(ty, &format!("f{f}"), schema);
                    writeln!(members, "  {align}{declared};")
                }
            };
        }
        if let Some(tag) = compound.tag {
            members = format!("  {} tag;\n  union {{\n{members}  }} as;\n", primitive(tag).1);
        }
        let _ = write!(out, "struct {align}o{}_S{c} {{\n{members}}};\n", schema.index);
    }
    out
}

/// Whether Rust can write it plainly: it has no alignment of fields.
pub fn rust_can(schema: &Schema, compound: &Compound) -> bool {
    fn can(schema: &Schema, ty: &Type) -> bool {
        match &ty.element {
            Element::Compound(c) => rust_can(schema, &schema.compounds[*c]),
            Element::List(inner, _) | Element::Optional(inner) => can(schema, inner),
            _ => true,
        }
    }
    compound.members.iter().all(|member| match member {
        Member::Reserved(_) => true,
        Member::Field { align: Some(_), .. } => false,
        Member::Field { ty, .. } => can(schema, ty),
    })
}

fn rust_type(ty: &Type, schema: &Schema) -> String {
    let element = match &ty.element {
        Element::Primitive(name) => primitive(name).2.to_owned(),
        Element::Str(n) | Element::Bytes(n) => format!("[u8; {n}]"),
        Element::Number(n) => primitive(schema.numbers[*n].repr).2.to_owned(),
        Element::Compound(c) => format!("O{c}"),
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
                (Member::Reserved(n), _) => writeln!(members, "  pub free{f}: [u8; {n}],"),
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
        let _ = write!(out, "#[repr(C{align})] pub struct O{c} {{\n{members}}}\n");
    }
    out
}
