//! From the schema as it is written to the [`Schema`] that backends see.

use super::Limits;
use super::extent::Extent;
use super::imports::Imports;
use super::layout::{Layout, MAX_SIZE, TooLarge};
use super::names::{self, Role, Space};
use super::order::{Compound, order};
use super::segments::{self, resolve_segments};
use super::sizes::Sizes;
use super::types::{Declared, Found, Names};
use super::{
    Alias, Bit, Enum, EnumValue, Field, FieldDefault, Flags, Schema, Struct, Type, TypeDecl,
    assertions, constants, defaults, ranges,
};
use super::{unions, written};
use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::syntax::{self, Member};
use shm_runtime::contract::{Primitive, Range, TypeName};
use shm_runtime::header::SCHEMA_NAME_MAX;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Resolves a schema. What is wrong goes to `diagnostics`; the result is of
/// use only if nothing is.
pub fn resolve(
    schema: &syntax::Schema,
    stem: &str,
    imports: Vec<Arc<Schema>>,
    limits: Limits,
    diagnostics: &mut Diagnostics,
) -> Schema {
    let mut names = Names::new(schema, Imports::new(&imports), diagnostics);
    let constants = constants::resolve(schema, &mut names, diagnostics);
    let source = Arc::clone(&schema.source);
    let mut resolver = Resolver { source, version: &schema.version, names, diagnostics };
    resolver.schema_name(&schema.name);
    resolver.check_names(schema);
    let aliases = resolver.aliases(schema);
    let mut types: Vec<TypeDecl> = Vec::new();
    types.extend(resolver.enums(schema).into_iter().map(TypeDecl::Enum));
    types.extend(resolver.flags(schema).into_iter().map(TypeDecl::Flags));
    let mut sizes = Sizes::of_imports(&imports);
    resolver.compounds(schema, &mut sizes, &mut types);
    let imported = |wanted: fn(&Struct) -> bool| -> BTreeSet<TypeName> {
        imports.iter().flat_map(|import| import.structs_where(&import.name, wanted)).collect()
    };
    ranges::mark(&mut types, imported(|s| s.has_ranges));
    defaults::mark(&mut types, imported(|s| s.has_defaults));
    for alias in &aliases {
        types.extend(sizes.wrapped(&alias.ty));
    }
    let mut resolved = Schema {
        name: schema.name.value.clone(),
        version: schema.version.value,
        doc: schema.doc.clone(),
        stem: stem.to_owned(),
        module: names::module(stem),
        imports,
        constants,
        aliases,
        types,
        segments: vec![],
    };
    resolved.segments =
        resolve_segments(schema, &resolved, &resolver.names, limits, resolver.diagnostics);
    check_written_names(schema, &resolved, resolver.diagnostics);
    resolved
}

struct Resolver<'s, 'd> {
    source: Arc<Source>,
    version: &'s Spanned<(u32, u32)>,
    names: Names<'s>,
    diagnostics: &'d mut Diagnostics,
}

impl Resolver<'_, '_> {
    fn error(
        &mut self,
        code: Code,
        span: &std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.source, span.clone(), message)
    }

    fn schema_name(&mut self, name: &Spanned<String>) {
        if name.value.len() > SCHEMA_NAME_MAX {
            let message = format!("a schema's name has at most {SCHEMA_NAME_MAX} characters");
            self.error(Code::E020, &name.span, message);
            return;
        }
        let mut at = name.span.start + 1; // behind the quote
        for part in name.value.split('.') {
            let exact = at..at + part.len();
            let as_written = self.source.text().get(exact.clone()) == Some(part);
            let span = if as_written { exact } else { name.span.clone() };
            let part = Spanned::new(part.to_owned(), span);
            at += part.value.len() + 1;
            names::check(self.diagnostics, &self.source, &part, Role::Namespace);
        }
    }

    fn check_names(&mut self, schema: &syntax::Schema) {
        let source = Arc::clone(&self.source);
        let mut check = |name: &Spanned<String>, role| {
            names::check(self.diagnostics, &source, name, role);
        };
        let tops = schema.constants.iter().map(|c| &c.name);
        let tops = tops.chain(schema.aliases.iter().map(|a| &a.name));
        let tops = tops.chain(schema.enums.iter().map(|e| &e.name));
        let tops = tops.chain(schema.flags.iter().map(|f| &f.name));
        let tops = tops.chain(schema.structs.iter().map(|s| &s.name));
        let tops = tops.chain(schema.unions.iter().map(|u| &u.name));
        tops.for_each(|name| check(name, Role::Top));
        for values in schema.enums.iter().map(|e| &e.values) {
            values.iter().for_each(|v| check(&v.name, Role::Member));
        }
        for bits in schema.flags.iter().map(|f| &f.bits) {
            bits.iter().for_each(|b| check(&b.name, Role::Member));
        }
        for variant in schema.unions.iter().flat_map(|u| &u.variants) {
            check(&variant.name, Role::Variant);
        }
        for member in schema.structs.iter().flat_map(|s| &s.members) {
            match member {
                Member::Field(field) => check(&field.name, Role::Field),
                Member::Reserved(reserved) => {
                    reserved.was.iter().for_each(|name| check(name, Role::Field));
                }
            }
        }
        for segment in &schema.segments {
            check(&segment.name, Role::Segment);
            segment.objects.iter().for_each(|o| check(&o.name, Role::Object));
        }
    }

    /// Reports names that occur twice among `names`.
    fn unique<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n Spanned<String>>) {
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for name in names {
            if let Some(other) = seen.insert(&name.value, name) {
                let message = format!("{what} `{}` is there twice", name.value);
                let span = other.span.clone();
                self.error(Code::E021, &name.span, message)
                    .label("here again")
                    .related(span, "first here");
            }
        }
    }

    fn aliases(&mut self, schema: &syntax::Schema) -> Vec<Alias> {
        let mut out = Vec::new();
        for alias in &schema.aliases {
            let Some(found) = self.names.find(&alias.ty, self.diagnostics) else { continue };
            let unit = if alias.unit.is_empty() { found.unit } else { alias.unit.clone() };
            let name = alias.name.value.clone();
            let own = alias.range.as_ref();
            let range = self.names.range(own, found.range, &found.ty, self.diagnostics);
            let (deprecated, doc) = (alias.deprecated.clone(), alias.doc.clone());
            out.push(Alias { name, ty: found.ty, unit, range, deprecated, doc });
        }
        out
    }

    /// The integer type of a `repr`.
    fn repr(&mut self, repr: &Spanned<String>, what: &str, signed_too: bool) -> Option<Primitive> {
        let found = Primitive::from_name(&repr.value)
            .filter(|p| p.integer_range().is_some() && (signed_too || !p.is_signed()));
        if found.is_none() {
            let types = if signed_too {
                "u8, u16, u32, u64, i8, i16, i32 or i64"
            } else {
                "u8, u16, u32 or u64"
            };
            let message = format!("`{}` cannot be {what}", repr.value);
            self.error(Code::E044, &repr.span, message).help(format!("it is {types}"));
        }
        found
    }

    fn enums(&mut self, schema: &syntax::Schema) -> Vec<Enum> {
        schema.enums.iter().filter_map(|e| self.enumeration(e)).collect()
    }

    fn enumeration(&mut self, e: &syntax::Enum) -> Option<Enum> {
        let repr = self.repr(&e.repr, "the repr of an enum", true);
        self.unique("the value", e.values.iter().map(|v| &v.name));
        let mut numbers: BTreeMap<i128, &syntax::EnumValue> = BTreeMap::new();
        let mut values = Vec::with_capacity(e.values.len());
        for value in &e.values {
            let number = value.number.value;
            if let Some(other) = numbers.insert(number, value) {
                let message =
                    format!("{} and {} are both {number}", other.name.value, value.name.value);
                let span = other.number.span.clone();
                self.error(Code::E042, &value.number.span, message).related(span, "first here");
            }
            if let Some((low, high)) = repr.and_then(Primitive::integer_range)
                && (number < low || number > high)
            {
                let message = format!("{number} does not fit {}", e.repr.value);
                self.error(Code::E041, &value.number.span, message)
                    .label(format!("{} holds {low} to {high}", e.repr.value));
            }
            let name = value.name.value.clone();
            let since = self.since(value.since.as_ref());
            let (deprecated, doc) = (value.deprecated.clone(), value.doc.clone());
            values.push(EnumValue { name, number, since, deprecated, doc });
        }
        if values.is_empty() {
            self.error(
                Code::E035,
                &e.name.span,
                format!("the enum `{}` has no values", e.name.value),
            );
        }
        let (deprecated, doc) = (e.deprecated.clone(), e.doc.clone());
        Some(Enum { name: e.name.value.clone(), repr: repr?, values, deprecated, doc })
    }

    fn flags(&mut self, schema: &syntax::Schema) -> Vec<Flags> {
        schema.flags.iter().filter_map(|f| self.flag_set(f)).collect()
    }

    fn flag_set(&mut self, f: &syntax::Flags) -> Option<Flags> {
        let repr = self.repr(&f.repr, "the repr of a set of flags", false);
        self.unique("the flag", f.bits.iter().map(|b| &b.name));
        let mut seen: BTreeMap<i128, &syntax::Bit> = BTreeMap::new();
        let mut bits = Vec::with_capacity(f.bits.len());
        for bit in &f.bits {
            let position = bit.bit.value;
            if let Some(other) = seen.insert(position, bit) {
                let message =
                    format!("{} and {} are both bit {position}", other.name.value, bit.name.value);
                let span = other.bit.span.clone();
                self.error(Code::E043, &bit.bit.span, message).related(span, "first here");
            }
            let width = repr.map_or(64, |r| r.size() * 8);
            match u8::try_from(position).ok().filter(|b| u64::from(*b) < width) {
                Some(position) => {
                    let name = bit.name.value.clone();
                    let since = self.since(bit.since.as_ref());
                    let (deprecated, doc) = (bit.deprecated.clone(), bit.doc.clone());
                    bits.push(Bit { name, bit: position, since, deprecated, doc });
                }
                None => {
                    let message = format!("there is no bit {position} in {}", f.repr.value);
                    self.error(Code::E043, &bit.bit.span, message)
                        .label(format!("its bits are 0 to {}", width - 1));
                }
            }
        }
        if bits.is_empty() && f.bits.is_empty() {
            let message = format!("the set of flags `{}` has no flags", f.name.value);
            self.error(Code::E035, &f.name.span, message);
        }
        let (deprecated, doc) = (f.deprecated.clone(), f.doc.clone());
        Some(Flags { name: f.name.value.clone(), repr: repr?, bits, deprecated, doc })
    }

    /// Lays out all structs and unions, each after those it contains, with the
    /// lists and optionals in them.
    fn compounds(&mut self, schema: &syntax::Schema, sizes: &mut Sizes, types: &mut Vec<TypeDecl>) {
        let structs = schema.structs.iter().map(Compound::Struct);
        let all: Vec<Compound<'_>> =
            structs.chain(schema.unions.iter().map(Compound::Union)).collect();
        let found: Vec<Vec<Option<Found>>> =
            all.iter().map(|compound| self.parts(compound)).collect();
        for index in order(&all, &found, &self.source, self.diagnostics) {
            // A duplicate was reported; only the first counts.
            let declared = self.names.by_name.get(all[index].name().value.as_str());
            let is_first = match (&all[index], declared) {
                (Compound::Struct(a), Some(Declared::Struct(b))) => std::ptr::eq(*a, *b),
                (Compound::Union(a), Some(Declared::Union(b))) => std::ptr::eq(*a, *b),
                _ => false,
            };
            if !is_first {
                continue;
            }
            for found in found[index].iter().flatten() {
                types.extend(sizes.wrapped(&found.ty));
            }
            let decl = match &all[index] {
                Compound::Struct(s) => {
                    let laid_out = self.lay_out(s, &found[index], sizes);
                    if let (Some(asserted), Some(laid_out)) = (&s.assert, &laid_out) {
                        assertions::check(asserted, laid_out, &self.source, self.diagnostics);
                    }
                    laid_out.map(TypeDecl::Struct)
                }
                Compound::Union(u) => self.union(u, &found[index], sizes).map(TypeDecl::Union),
            };
            if let Some(decl) = decl {
                sizes.add(&decl);
                types.push(decl);
            }
        }
    }

    /// The type and the unit of each member; `None` for what has no type, or a
    /// wrong one.
    fn parts(&mut self, compound: &Compound<'_>) -> Vec<Option<Found>> {
        match compound {
            Compound::Struct(s) => {
                let field = |m: &Member| match m {
                    Member::Field(f) => {
                        let mut found = self.names.find(&f.ty, self.diagnostics)?;
                        let (names, own) = (&self.names, f.range.as_ref());
                        found.range = names.range(own, found.range, &found.ty, self.diagnostics);
                        found.unit = f.unit.clone().unwrap_or(found.unit);
                        Some(found)
                    }
                    Member::Reserved(_) => None,
                };
                s.members.iter().map(field).collect()
            }
            Compound::Union(u) => {
                let variant =
                    |v: &syntax::Variant| self.names.find(v.ty.as_ref()?, self.diagnostics);
                u.variants.iter().map(variant).collect()
            }
        }
    }

    fn union(
        &mut self,
        u: &syntax::Union,
        found: &[Option<Found>],
        sizes: &Sizes,
    ) -> Option<super::Union> {
        let tag = self.repr(&u.tag, "the tag of a union", false);
        self.unique("the variant", u.variants.iter().map(|v| &v.name));
        for variant in &u.variants {
            self.since(variant.since.as_ref());
        }
        let found: Vec<Option<&Type>> = found.iter().map(|f| f.as_ref().map(|f| &f.ty)).collect();
        unions::resolve(u, tag?, &found, sizes, &self.source, self.diagnostics)
    }

    fn lay_out(
        &mut self,
        s: &syntax::Struct,
        found: &[Option<Found>],
        sizes: &Sizes,
    ) -> Option<Struct> {
        let name = &s.name.value;
        self.unique(
            "the field",
            s.members.iter().filter_map(|m| match m {
                Member::Field(f) => Some(&f.name),
                Member::Reserved(_) => None,
            }),
        );
        if !s.members.iter().any(|m| matches!(m, Member::Field(_))) {
            self.error(Code::E035, &s.name.span, format!("the struct `{name}` has no fields"));
            return None;
        }
        self.was(s);
        let mut layout = Layout::default();
        let mut extent = Extent::of(s);
        let mut whole = true;
        for (member, found) in s.members.iter().zip(found) {
            let (result, span) = match member {
                Member::Reserved(reserved) => {
                    let n = &reserved.bytes;
                    let Some(bytes) = u64::try_from(n.value).ok().filter(|b| *b > 0) else {
                        self.error(Code::E035, &n.span, format!("{} reserved bytes", n.value))
                            .help("reserve at least one byte, or leave it out");
                        whole = false;
                        continue;
                    };
                    let was = reserved.was.iter().map(|name| name.value.clone()).collect();
                    (layout.reserve(bytes, was), &n.span)
                }
                Member::Field(field) => {
                    // What it contains was reported already.
                    let Some(found) = found else {
                        whole = false;
                        continue;
                    };
                    let Some((size, natural)) = sizes.of(&found.ty) else {
                        whole = false;
                        if sizes.knows(&found.ty) {
                            self.too_large(&field.ty.span);
                        }
                        continue;
                    };
                    let align = self.align(field.align.as_ref(), natural).unwrap_or(natural);
                    let placed = self.field(field, found, size, align);
                    (layout.field(placed, align), &field.ty.span)
                }
            };
            if let Err(TooLarge) = result {
                self.too_large(span);
                return None;
            }
            if let Some(extent) = &mut extent {
                extent.look(member, layout.end(), &self.source, self.diagnostics);
            }
        }
        let natural = layout.natural_align();
        let align = self.align(s.align.as_ref(), natural).unwrap_or(natural);
        if !whole {
            return None;
        }
        let has_extent = extent.is_some();
        let extent = match extent {
            Some(extent) => {
                let end = layout.end();
                Some(extent.checked(align, end, &self.source, self.diagnostics)?)
            }
            None => None,
        };
        match layout.finish(align, extent) {
            Ok((size, align, members)) => {
                let (deprecated, doc) = (s.deprecated.clone(), s.doc.clone());
                let name = name.clone();
                // Until all are laid out.
                let (has_ranges, has_defaults) = (false, false);
                Some(Struct {
                    name,
                    size,
                    align,
                    extent: has_extent,
                    members,
                    has_ranges,
                    has_defaults,
                    deprecated,
                    doc,
                })
            }
            Err(TooLarge) => {
                self.too_large(&s.name.span);
                None
            }
        }
    }

    /// A field without a place yet.
    fn field(&mut self, field: &syntax::Field, found: &Found, size: u64, align: u64) -> Field {
        let default = self.default(field, &found.ty, found.range);
        Field {
            name: field.name.value.clone(),
            ty: found.ty.clone(),
            offset: 0,
            size,
            align,
            unit: found.unit.clone(),
            range: found.range,
            default,
            since: self.since(field.since.as_ref()),
            deprecated: field.deprecated.clone(),
            doc: field.doc.clone(),
        }
    }

    /// Fields that are no more are none that are.
    fn was(&mut self, s: &syntax::Struct) {
        let fields: BTreeMap<&str, &Spanned<String>> = s
            .members
            .iter()
            .filter_map(Member::field)
            .map(|f| (f.name.value.as_str(), &f.name))
            .collect();
        for member in &s.members {
            let Member::Reserved(reserved) = member else { continue };
            self.unique("the former field", reserved.was.iter());
            for name in &reserved.was {
                if let Some(field) = fields.get(name.value.as_str()) {
                    let message = format!("`{}` is a field of `{}` now", name.value, s.name.value);
                    self.error(Code::E087, &name.span, message)
                        .related(field.span.clone(), "it is here")
                        .help("`was` names fields that lay there and are no more");
                }
            }
        }
    }

    fn too_large(&mut self, span: &std::ops::Range<usize>) {
        let message = format!("the struct is larger than {MAX_SIZE} bytes");
        self.error(Code::E036, span, message).label("with this");
    }

    /// The default of a field, which is within its range.
    fn default(
        &mut self,
        field: &syntax::Field,
        ty: &Type,
        range: Option<Range>,
    ) -> Option<FieldDefault> {
        let written = field.default.as_ref()?;
        let default = self.names.default(written, ty, self.diagnostics)?;
        if let Some(message) = ranges::outside(&default, range) {
            self.error(Code::E081, &written.span, message);
            return None;
        }
        Some(default)
    }

    /// The version that brought something, which is not one to come.
    fn since(&mut self, since: Option<&Spanned<(u32, u32)>>) -> Option<(u32, u32)> {
        let since = since?;
        // Of a version that is missing or none, which was reported, nothing is known.
        let (major, minor) = self.version.value;
        if since.value > (major, minor) && !self.version.span.is_empty() {
            let version = self.version.span.clone();
            let message = format!("the schema is of version {major}.{minor}, which comes before");
            self.error(Code::E049, &since.span, message).related(version, "its version");
            return None;
        }
        Some(since.value)
    }

    /// An alignment that is asked for, if it can be had.
    fn align(&mut self, asked: Option<&Spanned<i128>>, natural: u64) -> Option<u64> {
        let asked = asked?;
        let align = u64::try_from(asked.value).ok().filter(|a| a.is_power_of_two() && *a <= 4096);
        match align {
            Some(align) if align >= natural => Some(align),
            Some(align) => {
                self.error(Code::E045, &asked.span, format!("the type needs {natural} anyway"))
                    .label(format!("{align} is less"))
                    .help("an alignment can be raised, not lowered");
                None
            }
            None => {
                let message = format!("{} is no alignment", asked.value);
                self.error(Code::E045, &asked.span, message)
                    .help("an alignment is a power of two from 1 to 4096");
                None
            }
        }
    }
}

/// The fields that have a range, of their own or of their type, by the names of
/// struct and field.
fn ranged(resolved: &Schema) -> BTreeSet<(&str, &str)> {
    let structs = resolved.structs();
    let fields = structs.flat_map(|s| s.fields().map(move |f| (s, f)));
    let with = fields.filter(|(_, f)| f.range.is_some());
    with.map(|(s, f)| (s.name.as_str(), f.name.as_str())).collect()
}

/// All names in C, behind the schema's own; what is there twice is reported.
pub(super) fn c_names(
    schema: &syntax::Schema,
    resolved: &Schema,
    diagnostics: &mut Diagnostics,
) -> Space {
    let ranged = ranged(resolved);
    let source = &schema.source;
    let mut c = Space::default();
    let mut add = |written: String, name: &Spanned<String>, from: String| {
        c.add(diagnostics, source, written, &name.span, &from);
    };
    for constant in &schema.constants {
        let name = &constant.name.value;
        add(name.clone(), &constant.name, format!("`{name}`"));
        if constant.deprecated.is_some() {
            add(format!("{name}_deprecated"), &constant.name, format!("the mark of `{name}`"));
        }
    }
    for alias in &schema.aliases {
        add(alias.name.value.clone(), &alias.name, format!("`{}`", alias.name.value));
    }
    for e in &schema.enums {
        let name = &e.name.value;
        add(name.clone(), &e.name, format!("`{name}`"));
        for function in ["name", "add"] {
            add(format!("{name}_{function}"), &e.name, format!("the function of `{name}`"));
        }
        for value in &e.values {
            let v = &value.name.value;
            add(format!("{name}_{v}"), &value.name, format!("`{name}.{v}`"));
            if value.deprecated.is_some() {
                let from = format!("the mark of `{name}.{v}`");
                add(format!("{name}_{v}_deprecated"), &value.name, from);
            }
        }
    }
    for f in &schema.flags {
        let name = &f.name.value;
        add(name.clone(), &f.name, format!("`{name}`"));
        for function in ["contains", "add"] {
            add(format!("{name}_{function}"), &f.name, format!("the function of `{name}`"));
        }
        for bit in &f.bits {
            let b = &bit.name.value;
            add(format!("{name}_{b}"), &bit.name, format!("`{name}.{b}`"));
            if bit.deprecated.is_some() {
                let from = format!("the mark of `{name}.{b}`");
                add(format!("{name}_{b}_deprecated"), &bit.name, from);
            }
        }
    }
    for s in &schema.structs {
        let name = &s.name.value;
        for written in ["", "_equal", "_add", "_format", "_default", "_within_ranges"] {
            add(format!("{name}{written}"), &s.name, format!("`{name}`"));
        }
        for field in s.members.iter().filter_map(Member::field) {
            let f = &field.name.value;
            if ranged.contains(&(name.as_str(), f.as_str())) {
                for end in ["MIN", "MAX"] {
                    let from = format!("the range of `{name}.{f}`");
                    add(format!("{name}_{f}_{end}"), &field.name, from);
                }
            }
        }
    }
    for u in &schema.unions {
        let name = &u.name.value;
        // In Rust, the enum with data.
        for written in ["", "_name", "_equal", "_add", "_format", "Value"] {
            add(format!("{name}{written}"), &u.name, format!("`{name}`"));
        }
        for variant in &u.variants {
            let v = &variant.name.value;
            let from = format!("`{name}.{v}`");
            add(format!("{name}_{}", v.to_uppercase()), &variant.name, from.clone());
            for written in ["is", "set", "get"] {
                add(format!("{name}_{written}_{v}"), &variant.name, from.clone());
            }
        }
    }
    for segment in &schema.segments {
        let name = segments::type_name(&segment.name.value);
        let from = format!("the segment `{}`", segment.name.value);
        for suffix in segments::C_SUFFIXES {
            add(format!("{name}{suffix}"), &segment.name, from.clone());
        }
        for object in &segment.objects {
            for suffix in segments::C_OBJECT_SUFFIXES {
                let written = format!("{name}_{}{suffix}", object.name.value);
                add(written, &object.name, format!("the object `{}`", object.name.value));
            }
        }
    }
    for (written, place, from) in written::wrapped(schema, resolved) {
        c.add(diagnostics, source, written, &place, &from);
    }
    c
}

/// Two names of a schema that generated code would write in the same way.
fn check_written_names(schema: &syntax::Schema, resolved: &Schema, diagnostics: &mut Diagnostics) {
    let source = &schema.source;
    let ranged = ranged(resolved);
    c_names(schema, resolved, diagnostics);
    // Variants in Rust are in UpperCamelCase.
    for u in &schema.unions {
        let mut space = Space::default();
        for variant in &u.variants {
            let written = unions::rust_variant(&variant.name.value);
            let from = format!("the variant `{}`", variant.name.value);
            space.add(diagnostics, source, written, &variant.name.span, &from);
        }
    }
    // Field constants in Rust are the names in capitals.
    for s in &schema.structs {
        let mut space = Space::default();
        for field in s.members.iter().filter_map(Member::field) {
            let written = field.name.value.to_uppercase();
            let from = format!("the field `{}`", field.name.value);
            if ranged.contains(&(s.name.value.as_str(), field.name.value.as_str())) {
                let from = format!("the range of {from}");
                let written = format!("{written}_RANGE");
                space.add(diagnostics, source, written, &field.name.span, &from);
            }
            space.add(diagnostics, source, written, &field.name.span, &from);
        }
    }
}
