//! From TOML to the [`Schema`] as it is written.

use super::keys::{
    ALIAS, ASSERT, BIT, CONST, ENUM, FIELD, FLAGS, RESERVED, ROOT, SCHEMA, SEGMENT, STRUCT, UNION,
    VALUE, VARIANT,
};
use super::meta::version;
use super::objects::object;
use super::type_text::type_text;
use super::values::{account, default, range, value};
use super::walk::{Context, Named, Node, Table};
use super::{
    Alias, Assertion, Bit, Constant, Enum, EnumValue, Expression, Field, Flags, Member, Reserved,
    Schema, Segment, Struct, Union, Variant,
};
use crate::diagnostics::{Code, Diagnostics, Source, Span, Spanned};
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::de::DeTable;

/// The edition of the language that this version reads.
pub(super) const EDITION: i128 = 1;

/// Reads a schema. What is wrong goes to `diagnostics`; `None` if nothing can
/// be made of the file.
pub fn parse(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Option<Schema> {
    let mut context = Context::new(Arc::clone(source), diagnostics);
    let (root, errors) = DeTable::parse_recoverable(source.text());
    for error in &errors {
        let end = source.text().len();
        let span = error.span().unwrap_or(end..end);
        let zeros = leading_zeros(source.text(), span.start);
        let message = format!("this is not TOML: {}", error.message());
        let told = context.error(Code::E003, span, message);
        if zeros {
            told.help("a number has no leading zeros; an octal one is written 0o640");
        }
    }
    if !errors.is_empty() {
        return None;
    }
    let start = 0..source.text().find('\n').unwrap_or(source.text().len());
    edition(&mut context, root.get_ref(), &start)?;
    let table = Table::new(&mut context, root.get_ref(), &ROOT, &start);
    let Header { name, version, doc, lint, imports } = header(&mut context, &table);
    let mut schema = Schema {
        source: Arc::clone(source),
        name,
        version,
        doc,
        lint,
        imports,
        constants: vec![],
        aliases: vec![],
        enums: vec![],
        flags: vec![],
        structs: vec![],
        unions: vec![],
        segments: vec![],
        left_out: vec![],
        computed: BTreeMap::new(),
    };
    let c = &mut context;
    // Of a declaration of which nothing can be made, the name stays.
    macro_rules! all {
        ($key:literal, $list:ident, $parse:expr) => {
            for entry in table.named(c, $key, &mut schema.left_out) {
                let name = entry.name.clone();
                match $parse(c, entry) {
                    Some(parsed) => schema.$list.push(parsed),
                    None => schema.left_out.push(name),
                }
            }
        };
    }
    all!("const", constants, constant);
    all!("alias", aliases, alias);
    all!("enum", enums, enumeration);
    all!("flags", flags, flags);
    all!("struct", structs, structure);
    all!("union", unions, union);
    for entry in table.named(c, "segment", &mut vec![]) {
        schema.segments.extend(segment(c, entry));
    }
    for text in std::mem::take(&mut context.computed) {
        let expression = Expression::parse(&mut context, &text);
        schema.computed.insert(text.span.start, expression);
    }
    Some(schema)
}

/// Whether a number with zeros in front stands at or just before a place.
fn leading_zeros(text: &str, at: usize) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    let before = text.get(..at).unwrap_or("");
    let begin = before.trim_end_matches(digits).len();
    let number = text[begin..].split(|c: char| !digits(c)).next().unwrap_or("");
    number.len() > 1 && number.starts_with('0')
}

/// The edition comes first: of a later one, nothing else can be said.
fn edition(context: &mut Context<'_>, root: &DeTable<'_>, start: &Span) -> Option<()> {
    let Some(node) = root.get("shmgen") else {
        context
            .error(Code::E004, start.clone(), "the edition of the schema language is missing")
            .help("a schema begins with the line `shmgen = 1`");
        return Some(()); // the rest can be looked at all the same
    };
    let found = context.integer(node, "shmgen")?;
    if found.value == EDITION {
        return Some(());
    }
    let message = format!("edition {} of the schema language is not known here", found.value);
    let error = context.error(Code::E004, found.span, message);
    if found.value > EDITION {
        error.help(format!(
            "shmgen {} reads edition {EDITION}; a later edition needs a later version",
            env!("CARGO_PKG_VERSION")
        ));
    } else {
        error.help(format!("write `shmgen = {EDITION}`"));
    }
    None
}

/// What `[schema]` says.
struct Header {
    name: Spanned<String>,
    version: Spanned<(u32, u32)>,
    doc: String,
    lint: Vec<Code>,
    imports: Vec<Spanned<String>>,
}

/// Name, version and documentation; where one is missing or wrong, which is
/// reported, something in its place, so that the rest can be looked at.
fn header(context: &mut Context<'_>, root: &Table<'_, '_>) -> Header {
    let mut header = Header {
        name: Spanned::new("unnamed".to_owned(), 0..0),
        version: Spanned::new((0, 0), 0..0),
        doc: String::new(),
        lint: Vec::new(),
        imports: Vec::new(),
    };
    let Some(node) = root.get("schema") else { return header };
    let Some(table) = node.get_ref().as_table() else {
        context
            .wrong_kind(node, "schema", "a table")
            .help("write [schema], and below it name = \"acme.market\" and version = \"1.0\"");
        return header;
    };
    let table = Table::new(context, table, &SCHEMA, &node.span());
    if let Some(name) = table.text(context, "name") {
        header.name = name;
    }
    if let Some(text) = table.text(context, "version") {
        match version(&text.value) {
            Some(version) => header.version = Spanned::new(version, text.span),
            None => {
                let message = format!("`{}` is no version", text.value);
                context.error(Code::E013, text.span, message).help(
                    "a version is major.minor, such as \"2.1\": a minor only grows, a major may \
                     break",
                );
            }
        }
    }
    header.doc = table.doc(context);
    header.lint = table.lint(context);
    header.imports = table.texts(context, "imports");
    header
}

fn constant(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Constant> {
    let table = Table::new(context, entry.table, &CONST, &entry.span);
    let meta = table.meta(context);
    let ty = table.text(context, "type");
    let value = table.get("value").and_then(|node| value(context, node, "value"));
    Some(Constant { name: entry.name, ty: ty?, value: value?, meta })
}

fn alias(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Alias> {
    let table = Table::new(context, entry.table, &ALIAS, &entry.span);
    let meta = table.meta(context);
    let unit = table.line(context, "unit").map(|t| t.value).unwrap_or_default();
    let range = range(context, &table);
    let ty = type_text(context, &table, "type")?;
    Some(Alias { name: entry.name, ty, unit, range, meta })
}

fn enumeration(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Enum> {
    let before = context.diagnostics.len();
    let table = Table::new(context, entry.table, &ENUM, &entry.span);
    let meta = table.meta(context);
    let repr = table.text(context, "repr");
    let mut values = Vec::new();
    for (value, span) in table.get("value").map(|n| context.tables(n, "value")).unwrap_or_default()
    {
        let table = Table::new(context, value, &VALUE, &span);
        let meta = table.meta(context);
        let name = table.text(context, "name");
        let number = table.number(context, "number");
        if let (Some(name), Some(number)) = (name, number) {
            values.push(EnumValue { name, number, meta });
        }
    }
    let is_whole = context.diagnostics.len() == before;
    Some(Enum { name: entry.name, repr: repr?, values, is_whole, meta })
}

fn flags(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Flags> {
    let before = context.diagnostics.len();
    let table = Table::new(context, entry.table, &FLAGS, &entry.span);
    let meta = table.meta(context);
    let repr = table.text(context, "repr");
    let mut bits = Vec::new();
    for (bit, span) in table.get("bit").map(|n| context.tables(n, "bit")).unwrap_or_default() {
        let table = Table::new(context, bit, &BIT, &span);
        let meta = table.meta(context);
        let name = table.text(context, "name");
        let bit = table.number(context, "bit");
        if let (Some(name), Some(bit)) = (name, bit) {
            bits.push(Bit { name, bit, meta });
        }
    }
    let is_whole = context.diagnostics.len() == before;
    Some(Flags { name: entry.name, repr: repr?, bits, is_whole, meta })
}

fn structure(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Struct> {
    let before = context.diagnostics.len();
    let table = Table::new(context, entry.table, &STRUCT, &entry.span);
    let meta = table.meta(context);
    let align = table.number(context, "align");
    let extent = table.number(context, "extent");
    let assert = table.get("assert").and_then(|node| assertion(context, node));
    let fields = context_tables(context, &table, "field")?;
    let mut members = Vec::with_capacity(fields.len());
    for (field, span) in fields {
        members.extend(member(context, field, &span));
    }
    let is_whole = context.diagnostics.len() == before;
    Some(Struct { name: entry.name, align, extent, assert, members, is_whole, meta })
}

fn context_tables<'t, 'a>(
    context: &mut Context<'_>,
    table: &Table<'t, 'a>,
    key: &str,
) -> Option<Vec<(&'t DeTable<'a>, Span)>> {
    table.get(key).map(|node| context.tables(node, key))
}

fn assertion(context: &mut Context<'_>, node: &Node<'_>) -> Option<Assertion> {
    let table = context.table(node, "assert")?;
    let table = Table::new(context, table, &ASSERT, &node.span());
    let mut out = Assertion {
        size: table.number(context, "size"),
        align: table.number(context, "align"),
        offsets: Vec::new(),
    };
    let offsets = table.get("offset").and_then(|node| context.table(node, "offset"));
    for (name, node) in offsets.into_iter().flatten() {
        if let Some(offset) = context.number(node, name.get_ref()) {
            let name = Spanned::new(name.get_ref().to_string(), name.span());
            out.offsets.push((name, offset));
        }
    }
    out.offsets.sort_by_key(|(name, _)| name.span.start);
    Some(out)
}

/// Names of fields that are no more.
fn was(context: &mut Context<'_>, node: &Node<'_>) -> Vec<Spanned<String>> {
    let Some(list) = node.get_ref().as_array() else {
        context.wrong_kind(node, "was", "a list of names: [\"old_name\"]");
        return Vec::new();
    };
    if list.is_empty() {
        context
            .error(Code::E013, node.span(), "the list is empty")
            .help("it names the fields that lay there; leave it out if there was none");
    }
    list.iter().filter_map(|item| context.text(item, "was")).collect()
}

fn member(context: &mut Context<'_>, table: &DeTable<'_>, span: &Span) -> Option<Member> {
    if table.contains_key("reserved") {
        let table = Table::new(context, table, &RESERVED, span);
        table.doc(context);
        let was = table.get("was").map(|node| was(context, node)).unwrap_or_default();
        let bytes = table.number(context, "reserved")?;
        return Some(Member::Reserved(Reserved { bytes, was }));
    }
    let table = Table::new(context, table, &FIELD, span);
    let meta = table.meta(context);
    let unit = table.line(context, "unit").map(|t| t.value);
    let align = table.number(context, "align");
    let default = table.get("default").and_then(|node| default(context, node));
    let range = range(context, &table);
    let name = table.text(context, "name");
    let ty = type_text(context, &table, "type");
    Some(Member::Field(Field { name: name?, ty: ty?, unit, align, range, default, meta }))
}

fn union(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Union> {
    let before = context.diagnostics.len();
    let table = Table::new(context, entry.table, &UNION, &entry.span);
    let meta = table.meta(context);
    let tag = table.text(context, "tag");
    let mut variants = Vec::new();
    for (variant, span) in context_tables(context, &table, "variant").unwrap_or_default() {
        let table = Table::new(context, variant, &VARIANT, &span);
        let meta = table.meta(context);
        let range = range(context, &table);
        let name = table.text(context, "name");
        let number = table.number(context, "number");
        let ty = type_text(context, &table, "type");
        let is_empty = table.get("type").is_none();
        if let (Some(name), Some(number), true) = (name, number, is_empty || ty.is_some()) {
            variants.push(Variant { name, number, ty, range, meta });
        }
    }
    let is_whole = context.diagnostics.len() == before;
    Some(Union { name: entry.name, tag: tag?, variants, is_whole, meta })
}

fn segment(context: &mut Context<'_>, entry: Named<'_, '_>) -> Option<Segment> {
    let table = Table::new(context, entry.table, &SEGMENT, &entry.span);
    let doc = table.doc(context);
    let lint = table.lint(context);
    let mut segment = Segment {
        name: entry.name,
        backend: table.text(context, "backend"),
        posix_name: table.line(context, "name"),
        key: table.number(context, "key"),
        id_file: table.line(context, "id_file"),
        mode: table.integer(context, "mode"),
        owner: account(context, &table, "owner"),
        group: account(context, &table, "group"),
        participants: table.number(context, "participants"),
        pages: table.text(context, "pages"),
        objects: vec![],
        doc,
        lint,
    };
    if table.get("object")?.get_ref().as_array().is_some_and(|list| list.is_empty()) {
        let message = format!("the segment `{}` has no objects", segment.name.value);
        context.error(Code::E066, segment.name.span.clone(), message);
    }
    for (item, span) in context_tables(context, &table, "object")? {
        segment.objects.extend(object(context, item, &span));
    }
    Some(segment)
}
