//! A random schema as TOML, and as plain structs of the same fields in C and Rust.

#![allow(unreachable_pub)]

use crate::schema::{Compound, Member, PRIMITIVES, Schema, Ty};
use std::fmt::Write as _;

pub fn toml(schema: &Schema) -> String {
    let mut out =
        format!("shmgen = 1\n[schema]\nname = \"r.s{}\"\nversion = \"1.0\"\n", schema.index);
    for (n, number) in schema.numbers.iter().enumerate() {
        let repr = number.repr;
        if number.is_flags {
            let _ = write!(
                out,
                "[flags.N{n}]\nrepr = \"{repr}\"\nbit = [ {{ name = \"A\", bit = 0 }} ]\n"
            );
        } else {
            let _ = write!(
                out,
                "[enum.N{n}]\nrepr = \"{repr}\"\nvalue = [ {{ name = \"A\", number = 1 }} ]\n"
            );
        }
    }
    for (c, compound) in schema.compounds.iter().enumerate() {
        match compound {
            Compound::Struct(s) => {
                let _ = writeln!(out, "[struct.S{c}]");
                if let Some(align) = s.align {
                    let _ = writeln!(out, "align = {align}");
                }
                out.push_str("field = [\n");
                for (f, member) in s.members.iter().enumerate() {
                    let _ = match member {
                        Member::Reserved(n) => writeln!(out, "  {{ reserved = {n} }},"),
                        Member::Field { ty, align } => {
                            let text = toml_type(ty, schema);
                            let align = align.map_or(String::new(), |a| format!(", align = {a}"));
                            writeln!(out, "  {{ name = \"f{f}\", type = \"{text}\"{align} }},")
                        }
                    };
                }
            }
            Compound::Union(u) => {
                let _ = writeln!(out, "[union.U{c}]\ntag = \"{}\"\nvariant = [", u.tag);
                for (v, ty) in u.variants.iter().enumerate() {
                    let ty = ty.as_ref().map_or(String::new(), |ty| {
                        format!(", type = \"{}\"", toml_type(ty, schema))
                    });
                    let _ = writeln!(out, "  {{ name = \"v{v}\", number = {}{ty} }},", v * 3);
                }
            }
        }
        out.push_str("]\n");
    }
    out
}

fn toml_type(ty: &Ty, schema: &Schema) -> String {
    match ty {
        Ty::Primitive(name) => (*name).to_owned(),
        Ty::Str(n) => format!("str[{n}]"),
        Ty::Bytes(n) => format!("bytes[{n}]"),
        Ty::Number(n) => format!("N{n}"),
        Ty::Compound(c) => schema.name(*c),
        Ty::Array(inner, dims) => toml_type(inner, schema) + &brackets(dims),
        Ty::List(inner, n) => format!("{}[<={n}]", toml_type(inner, schema)),
        Ty::Optional(inner) => toml_type(inner, schema) + "?",
    }
}

fn brackets(dims: &[u64]) -> String {
    dims.iter().map(|d| format!("[{d}]")).collect()
}

/// `unsigned char f3[2]`; lists and optionals as structs without a name.
fn c_declaration(ty: &Ty, name: &str, schema: &Schema) -> String {
    let primitive = |name| PRIMITIVES.iter().find(|p| p.0 == name).unwrap().1;
    match ty {
        Ty::Primitive(p) => format!("{} {name}", primitive(*p)),
        Ty::Str(n) => format!("char {name}[{n}]"),
        Ty::Bytes(n) => format!("uint8_t {name}[{n}]"),
        Ty::Number(n) => format!("{} {name}", primitive(schema.numbers[*n].repr)),
        Ty::Compound(c) => format!("struct o{}_{} {name}", schema.index, schema.name(*c)),
        Ty::Array(inner, dims) => {
            c_declaration(inner, &(name.to_owned() + &brackets(dims)), schema)
        }
        Ty::List(inner, n) => {
            let items = c_declaration(inner, &format!("items[{n}]"), schema);
            format!("struct {{ uint32_t count; {items}; }} {name}")
        }
        Ty::Optional(inner) => {
            format!("struct {{ uint8_t has; {}; }} {name}", c_declaration(inner, "value", schema))
        }
    }
}

/// Plain structs of the same fields, without a member for any gap.
pub fn oracle_c(schema: &Schema) -> String {
    let mut out = String::new();
    for (c, compound) in schema.compounds.iter().enumerate() {
        let name = format!("o{}_{}", schema.index, schema.name(c));
        match compound {
            Compound::Struct(s) => {
                let align =
                    s.align.map_or(String::new(), |a| format!("__attribute__((aligned({a}))) "));
                let _ = writeln!(out, "struct {align}{name} {{");
                for (f, member) in s.members.iter().enumerate() {
                    let _ = match member {
                        Member::Reserved(n) => writeln!(out, "  unsigned char free{f}[{n}];"),
                        Member::Field { ty, align } => {
                            let align = align.map_or(String::new(), |a| format!("_Alignas({a}) "));
                            let field = c_declaration(ty, &format!("f{f}"), schema);
                            writeln!(out, "  {align}{field};")
                        }
                    };
                }
                out.push_str("};\n");
            }
            Compound::Union(u) => {
                let tag = PRIMITIVES.iter().find(|p| p.0 == u.tag).unwrap().1;
                let _ = writeln!(out, "struct {name} {{ {tag} tag; union {{");
                for (v, ty) in u.variants.iter().enumerate() {
                    if let Some(ty) = ty {
                        let variant = c_declaration(ty, &format!("v{v}"), schema);
                        let _ = writeln!(out, "  {variant};");
                    }
                }
                out.push_str("} as; };\n");
            }
        }
    }
    out
}

/// Whether Rust can write the type plainly: it has no alignment of fields.
pub fn rust_can(schema: &Schema, compound: usize) -> bool {
    fn can(ty: &Ty, schema: &Schema) -> bool {
        match ty {
            Ty::Array(inner, _) | Ty::List(inner, _) | Ty::Optional(inner) => can(inner, schema),
            Ty::Compound(c) => rust_can(schema, *c),
            _ => true,
        }
    }
    match &schema.compounds[compound] {
        Compound::Struct(s) => s.members.iter().all(|m| match m {
            Member::Reserved(_) => true,
            Member::Field { ty, align } => align.is_none() && can(ty, schema),
        }),
        Compound::Union(u) => u.variants.iter().flatten().all(|ty| can(ty, schema)),
    }
}

fn rust_type(ty: &Ty, schema: &Schema) -> String {
    let primitive = |name| PRIMITIVES.iter().find(|p| p.0 == name).unwrap().2.to_owned();
    match ty {
        Ty::Primitive(name) => primitive(*name),
        Ty::Str(n) | Ty::Bytes(n) => format!("[u8; {n}]"),
        Ty::Number(n) => primitive(schema.numbers[*n].repr),
        Ty::Compound(c) => format!("O{c}"),
        Ty::Array(inner, dims) => {
            dims.iter().rev().fold(rust_type(inner, schema), |t, d| format!("[{t}; {d}]"))
        }
        Ty::List(inner, n) => format!("L<{}, {n}>", rust_type(inner, schema)),
        Ty::Optional(inner) => format!("P<{}>", rust_type(inner, schema)),
    }
}

pub fn oracle_rust(schema: &Schema) -> String {
    let mut out = String::from(
        "#[derive(Clone, Copy)] #[repr(C)] pub struct L<T, const N: usize> { count: u32, items: [T; N] }\n\
         #[derive(Clone, Copy)] #[repr(C)] pub struct P<T> { has: u8, value: T }\n",
    );
    for (c, compound) in schema.compounds.iter().enumerate() {
        if !rust_can(schema, c) {
            continue;
        }
        match compound {
            Compound::Struct(s) => {
                let align = s.align.map_or(String::new(), |a| format!(", align({a})"));
                let _ =
                    writeln!(out, "#[derive(Clone, Copy)] #[repr(C{align})] pub struct O{c} {{");
                for (f, member) in s.members.iter().enumerate() {
                    let _ = match member {
                        Member::Reserved(n) => writeln!(out, "  pub free{f}: [u8; {n}],"),
                        Member::Field { ty, .. } => {
                            writeln!(out, "  pub f{f}: {},", rust_type(ty, schema))
                        }
                    };
                }
                out.push_str("}\n");
            }
            Compound::Union(u) => {
                let _ = writeln!(out, "#[derive(Clone, Copy)] #[repr(C)] pub union A{c} {{");
                for (v, ty) in u.variants.iter().enumerate() {
                    if let Some(ty) = ty {
                        let _ = writeln!(out, "  v{v}: {},", rust_type(ty, schema));
                    }
                }
                let _ = writeln!(
                    out,
                    "}}\n#[derive(Clone, Copy)] #[repr(C)] pub struct O{c} {{ tag: {}, r#as: A{c} }}",
                    u.tag
                );
            }
        }
    }
    out
}
