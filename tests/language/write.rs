//! Programs that read values from a file by a language's own accessors and
//! write them to another one by its own setters.

use shm_runtime::contract::{Primitive, TypeName};
use shmgen::model::{Element, Schema, Struct, Type, TypeDecl, Union, Wrapped};
use std::fmt::Write as _;

/// The declarations of all schemas, each after those that it contains.
fn decls(schema: &Schema) -> impl Iterator<Item = (&Schema, &TypeDecl)> {
    schema.with_imports().into_iter().flat_map(|s| s.types.iter().map(move |t| (s, t)))
}

// --- C

fn prefix(schema: &Schema) -> String {
    schema.name.replace('.', "_") + "_"
}

fn c_name(home: &Schema, name: &TypeName) -> String {
    match name.schema.as_str() {
        "" => prefix(home) + &name.name,
        other => format!("{}_{}", other.replace('.', "_"), name.name),
    }
}

/// The type of one element that is no array in C.
fn c_type(home: &Schema, ty: &Type) -> Option<String> {
    if !ty.dims.is_empty() {
        return None;
    }
    c_element(home, &ty.element)
}

fn c_element(home: &Schema, element: &Element) -> Option<String> {
    Some(match element {
        Element::Primitive(Primitive::Bool) => "uint8_t".to_owned(),
        Element::Primitive(Primitive::F32) => "float".to_owned(),
        Element::Primitive(Primitive::F64) => "double".to_owned(),
        Element::Primitive(p) => {
            let sign = if p.is_signed() { "" } else { "u" };
            format!("{sign}int{}_t", p.size() * 8)
        }
        Element::Str(_) | Element::Bytes(_) | Element::Char | Element::Byte => return None,
        Element::Enum(name, _)
        | Element::Flags(name, _)
        | Element::Struct(name)
        | Element::Union(name) => c_name(home, name),
        Element::List(..) | Element::Optional(_) => prefix(home) + &element.wrapped_name().unwrap(),
    })
}

/// Statements that copy what `from` names to what `to` names.
fn c_copy(home: &Schema, ty: &Type, to: &str, from: &str) -> String {
    let mut out = String::new();
    let mut index = String::new();
    for (depth, n) in ty.dims.iter().enumerate() {
        let _ = write!(out, "for (size_t j{depth} = 0; j{depth} < {n}; j{depth}++) ");
        let _ = write!(index, "[j{depth}]");
    }
    let (to, from) = (format!("{to}{index}"), format!("{from}{index}"));
    out += &match &ty.element {
        Element::Primitive(_)
        | Element::Enum(..)
        | Element::Flags(..)
        | Element::Char
        | Element::Byte => format!("{to} = {from};\n"),
        Element::Str(n) | Element::Bytes(n) => format!("memcpy({to}, {from}, {n});\n"),
        element => format!("copy_{}(&{to}, &{from});\n", c_element(home, element).unwrap()),
    };
    out
}

fn c_struct(home: &Schema, s: &Struct) -> String {
    let fields = s.fields();
    fields
        .map(|f| c_copy(home, &f.ty, &format!("to->{}", f.name), &format!("from->{}", f.name)))
        .collect()
}

fn c_wrapped(home: &Schema, w: &Wrapped) -> String {
    let name = prefix(home) + &w.name;
    let plain = c_type(home, &w.inner);
    if w.bounded().is_some() {
        return format!("if (!{name}_assign(to, from->items, {name}_size(from))) abort();\n");
    }
    match (w.room, plain) {
        (Some(_), Some(ty)) => format!(
            "for (size_t i = 0; i < {name}_size(from); i++) {{\n{ty} item;\nmemset(&item, 0, sizeof item);\n\
             {}if (!{name}_push(to, &item)) abort();\n}}\n",
            c_copy(home, &w.inner, "item", "from->items[i]")
        ),
        (Some(_), None) => format!(
            "for (size_t i = 0; i < {name}_size(from); i++) {{\n{}to->count++;\n}}\n",
            c_copy(home, &w.inner, "to->items[i]", "from->items[i]")
        ),
        (None, Some(ty)) => format!(
            "{ty} held;\n{ty} item;\nmemset(&item, 0, sizeof item);\nif ({name}_get(from, &held)) {{\n\
             {}{name}_set(to, &item);\n}}\n",
            c_copy(home, &w.inner, "item", "held")
        ),
        (None, None) => format!(
            "if (from->has == 1) {{\n{}to->has = 1;\n}}\n",
            c_copy(home, &w.inner, "to->value", "from->value")
        ),
    }
}

fn c_union(home: &Schema, u: &Union) -> String {
    let name = prefix(home) + &u.name;
    let mut out = String::new();
    for v in &u.variants {
        let v_name = &v.name;
        let _ = writeln!(out, "if ({name}_is_{v_name}(from)) {{");
        match &v.ty {
            None => {
                let _ = writeln!(out, "{name}_set_{v_name}(to);");
            }
            Some(ty) => match (c_type(home, ty), &ty.element, ty.dims.is_empty()) {
                (Some(c), ..) => {
                    let _ = write!(
                        out,
                        "{c} item;\nmemset(&item, 0, sizeof item);\n{}{name}_set_{v_name}(to, &item);\n",
                        c_copy(home, ty, "item", &format!("(*{name}_get_{v_name}(from))"))
                    );
                }
                (None, Element::Str(n), true) => {
                    let _ = write!(
                        out,
                        "char text[{n} + 1];\nmemset(text, 0, sizeof text);\n\
                         memcpy(text, {name}_get_{v_name}(from), {n});\n\
                         if (!{name}_set_{v_name}(to, text)) abort();\n"
                    );
                }
                (None, element, _) => {
                    let element = match element {
                        Element::Str(_) => "char".to_owned(),
                        Element::Bytes(_) => "uint8_t".to_owned(),
                        other => c_element(home, other).unwrap(),
                    };
                    let _ = writeln!(
                        out,
                        "{name}_set_{v_name}(to, (const {element} *){name}_get_{v_name}(from));"
                    );
                }
            },
        }
        out.push_str("return;\n}\n");
    }
    out.push_str("*to = *from;\n");
    out
}

fn c_functions(schema: &Schema) -> String {
    let mut out = String::new();
    for (home, decl) in decls(schema) {
        let body = match decl {
            TypeDecl::Struct(s) => c_struct(home, s),
            TypeDecl::Union(u) => c_union(home, u),
            TypeDecl::Wrapped(w) => c_wrapped(home, w),
            TypeDecl::Enum(_) | TypeDecl::Flags(_) => continue,
        };
        let name = prefix(home) + decl.name();
        let _ = write!(
            out,
            "static inline void copy_{name}({name} *to, const {name} *from) {{\n{body}}}\n"
        );
    }
    out
}

fn c_main(root: &str, check: &str) -> String {
    format!(
        "int main(int count, char **arguments) {{\n\
         FILE *from = fopen(arguments[count - 2], \"rb\");\n\
         FILE *to = fopen(arguments[count - 1], \"wb\");\n\
         static {root} in, out;\n\
         if (from == NULL || to == NULL) return 1;\n\
         while (fread(&in, sizeof in, 1, from) == 1) {{\n\
         memset(&out, 0, sizeof out);\n\
         copy_{root}(&out, &in);\n\
         {check}\n\
         if (fwrite(&out, sizeof out, 1, to) != 1) return 1;\n}}\n\
         return fclose(to);\n}}\n"
    )
}

pub(crate) fn c(schema: &Schema, root: &str) -> String {
    let root = prefix(schema) + root;
    let check = format!("if (!{root}_equal(&in, &out)) return 2;");
    format!(
        "#include \"{}.h\"\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n{}{}",
        schema.module,
        c_functions(schema),
        c_main(&root, &check)
    )
}

// --- C++, where it has manners of its own; else as in C

fn cpp_wrapped(home: &Schema, w: &Wrapped) -> Option<String> {
    let name = prefix(home) + &w.name;
    if let Some(bounded) = w.bounded() {
        let given = if bounded.is_text { "from->view()" } else { "from->data(), from->size()" };
        return Some(format!(
            "if (!from->valid() || !to->assign({given})) std::abort();\n\
             if (to->size() != from->size() || std::memcmp(to->begin(), from->begin(), to->size()) != 0) \
             std::abort();\n"
        ));
    }
    let ty = c_type(home, &w.inner)?;
    let inner = c_copy(home, &w.inner, "item", "held");
    Some(match w.room {
        Some(_) => format!(
            "for (const {ty} &held : *from) {{\n{ty} item{{}};\n{inner}if (!to->push_back(item)) std::abort();\n}}\n\
             if (std::size_t(to->end() - to->begin()) != from->size() || from->empty() != to->empty()) std::abort();\n"
        ),
        None => format!(
            "const std::optional<{ty}> maybe = *from;\nif (maybe) {{\nconst {ty} &held = *maybe;\n{ty} item{{}};\n\
             {inner}*to = std::optional<{ty}>(item);\n}}\n\
             if (maybe.has_value() != to->has_value()) std::abort();\n(void)sizeof({name});\n"
        ),
    })
}

pub(crate) fn cpp(schema: &Schema, root: &str) -> String {
    let mut out = format!(
        "#include \"{}.hpp\"\n#include <cstdio>\n#include <cstdlib>\n#include <cstring>\n#include <optional>\n\
         struct anything {{ template <class T> bool operator()(const T &) const {{ return true; }} }};\n",
        schema.module
    );
    for (home, decl) in decls(schema) {
        let body = match decl {
            TypeDecl::Struct(s) => c_struct(home, s),
            TypeDecl::Union(u) => {
                format!("if (!visit(*from, anything{{}})) std::abort();\n{}", c_union(home, u))
            }
            TypeDecl::Wrapped(w) => cpp_wrapped(home, w).unwrap_or_else(|| c_wrapped(home, w)),
            TypeDecl::Enum(_) | TypeDecl::Flags(_) => continue,
        };
        let name = prefix(home) + decl.name();
        let _ = write!(
            out,
            "static inline void copy_{name}({name} *to, const {name} *from) {{\n{body}}}\n"
        );
    }
    let root = prefix(schema) + root;
    let check = "if (!(in == out) || to_string(in) != to_string(out)) return 2;";
    out + &c_main(&root, check)
}

// --- Rust

const FRESH: &str = "
use shm_runtime::{Bool, BoundedBytes, BoundedStr, List, Optional, SharedLayout, Str};
trait Fresh: SharedLayout { fn fresh(&self) -> Self; }
macro_rules! plain { ($($t:ty)*) => { $(impl Fresh for $t { fn fresh(&self) -> Self { *self } })* } }
plain! { u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 }
impl Fresh for Bool { fn fresh(&self) -> Self { self.get().unwrap().into() } }
impl<const N: usize> Fresh for Str<N> {
    fn fresh(&self) -> Self { self.as_str().unwrap().try_into().unwrap() }
}
impl<const N: usize, const TAIL: usize> Fresh for BoundedBytes<N, TAIL> {
    fn fresh(&self) -> Self { self.get().unwrap().try_into().unwrap() }
}
impl<const N: usize, const TAIL: usize> Fresh for BoundedStr<N, TAIL> {
    fn fresh(&self) -> Self { self.as_str().unwrap().try_into().unwrap() }
}
impl<T: Fresh, const N: usize> Fresh for [T; N] { fn fresh(&self) -> Self { self.map(|v| v.fresh()) } }
impl<T: Fresh, const N: usize, const TAIL: usize> Fresh for List<T, N, TAIL> {
    fn fresh(&self) -> Self {
        let mut out = Self::new();
        for value in self.get().unwrap() { out.push(value.fresh()).unwrap(); }
        assert_eq!(out.len(), self.iter().count());
        let all: Vec<T> = out.to_vec();
        Self::try_from(all.as_slice()).unwrap()
    }
}
impl<T: Fresh> Fresh for Optional<T> {
    fn fresh(&self) -> Self { self.get().unwrap().map(|v| v.fresh()).into() }
}
";

pub(crate) fn rust(schema: &Schema, root: &str) -> String {
    let mut out = String::from("#![forbid(unsafe_code)]\n");
    for one in schema.with_imports() {
        let _ = writeln!(out, "mod {};", one.module);
    }
    out += FRESH;
    for (home, decl) in decls(schema) {
        let name = format!("{}::{}", home.module, decl.name());
        let body = match decl {
            TypeDecl::Struct(s) => {
                let fields: String =
                    s.fields().map(|f| format!("{0}: self.{0}.fresh(), ", f.name)).collect();
                format!("#[allow(clippy::needless_update)] Self {{ {fields}..Default::default() }}")
            }
            TypeDecl::Union(u) => {
                let value = format!("{name}Value");
                let mut arms = String::new();
                for v in &u.variants {
                    let mut variant = String::new();
                    // UpperCamelCase, as the generator writes it.
                    for part in v.name.split('_') {
                        let mut letters = part.chars();
                        variant.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                        variant.extend(letters);
                    }
                    let _ = match v.ty {
                        Some(_) => writeln!(
                            arms,
                            "Ok({value}::{variant}(v)) => {value}::{variant}(v.fresh()).into(),"
                        ),
                        None => {
                            writeln!(arms, "Ok({value}::{variant}) => {value}::{variant}.into(),")
                        }
                    };
                }
                format!("match self.get() {{ {arms} Err(_) => *self }}")
            }
            TypeDecl::Enum(e) => format!("let n: {} = (*self).into(); n.into()", e.repr.name()),
            TypeDecl::Flags(_) => "Self(self.bits())".to_owned(),
            TypeDecl::Wrapped(_) => continue,
        };
        let _ = writeln!(out, "impl Fresh for {name} {{ fn fresh(&self) -> Self {{ {body} }} }}");
    }
    let _ = write!(
        out,
        "fn main() {{
    let mut paths = std::env::args_os().skip(1);
    let bytes = std::fs::read(paths.next().unwrap()).unwrap();
    let mut out = Vec::new();
    for value in bytes.chunks(std::mem::size_of::<{0}::{root}>()) {{
        let mut read = {0}::{root}::default();
        shm_runtime::layout::bytes_of_mut(&mut read).copy_from_slice(value);
        let fresh = read.fresh();
        assert_eq!(read, fresh);
        assert_eq!(format!(\"{{read:?}}\"), format!(\"{{fresh:?}}\"));
        out.extend_from_slice(shm_runtime::layout::bytes_of(&fresh));
    }}
    std::fs::write(paths.next().unwrap(), out).unwrap();
}}
",
        schema.module
    );
    out
}

// --- Python

pub(crate) fn python(schema: &Schema, root: &str) -> String {
    let modules: Vec<&str> = schema.with_imports().iter().map(|s| s.module.as_str()).collect();
    format!(
        "import ctypes, pickle, sys
import {imports}
names = {{}}
for module in ({imports},):
    names.update({{name: getattr(module, name) for name in module.__all__}})
    names[module.__name__] = module
# A repr says bare names, which two schemas may both have.
types = [name for module in ({imports},) for name in module.__all__ if not name.startswith('SCHEMA')]
evaluates = len(types) == len(set(types))
def fresh(value):
    if isinstance(value, list):
        return [fresh(v) for v in value]
    if hasattr(value, '_names'):
        return type(value)(**{{name: fresh(getattr(value, name)) for name in value._names}})
    if hasattr(type(value), '__match_args__') and not isinstance(value, (int, str, bytes, float)) and value is not None:
        return type(value)(*(fresh(getattr(value, name)) for name in type(value).__match_args__))
    return value
kind = {module}.{root}
data = open(sys.argv[1], 'rb').read()
with open(sys.argv[2], 'wb') as out:
    for start in range(0, len(data), kind.SIZE):
        read = kind.from_buffer_copy(data, start)
        new = fresh(read)
        assert new == read, (new, read)
        if start < 50 * kind.SIZE:
            assert not evaluates or eval(repr(read), dict(names)) == read, repr(read)
            assert pickle.loads(pickle.dumps(read)) == read
        out.write(bytes(new))
",
        imports = modules.join(", "),
        module = schema.module,
    )
}
