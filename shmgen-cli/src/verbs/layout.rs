//! `shmgen layout`: byte maps of a schema's structs.

use super::load;
use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shmgen::bytemap::{Kind, Map, Part, svg, text};
use shmgen::diagnostics::nearest;
use shmgen::model::{Schema, TypeDecl};
use std::path::{Path, PathBuf};

/// Show what lies where in a struct: holes, cache lines, and the order of
/// fields that would save bytes
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The schema, a TOML file
    schema: PathBuf,
    /// Only this struct
    #[arg(value_name = "TYPE")]
    name: Option<String>,
    /// For programs
    #[arg(long)]
    json: bool,
    /// Draw a picture into this file; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    svg: Option<PathBuf>,
}

/// What `layout --json` prints: byte maps.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Layout {
    /// The version of this form.
    version: Version<1>,
    /// The struct that was named, or all.
    structs: Vec<StructView>,
}

/// The byte map of a struct.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Struct")]
struct StructView {
    /// Its name.
    name: String,
    /// Bytes.
    size: u64,
    /// It begins at a multiple of this.
    align: u64,
    /// Bytes that an extent keeps free.
    kept: u64,
    /// How many cache lines it touches if it begins with one.
    cache_lines: u64,
    /// Bytes in holes.
    lost: u64,
    /// What lies in it, without a byte between the parts.
    parts: Vec<PartView>,
    /// An order of its fields that takes fewer bytes; null if none is known.
    reorder: Option<ReorderView>,
}

/// Some bytes of a struct.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Part")]
struct PartView {
    /// `field`, `reserved`, `hole` or `kept`.
    kind: &'static str,
    /// Bytes from the start of the struct.
    offset: u64,
    /// Bytes.
    size: u64,
    /// The first cache line that they touch, from 0.
    first_cache_line: u64,
    /// The last one.
    last_cache_line: u64,
    /// Reserved bytes: the names of the fields that lay there.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Vec<String>>,
    /// What is said of a field only.
    #[serde(flatten)]
    field: Option<FieldView>,
}

/// What is said of a field only.
#[derive(Serialize, JsonSchema)]
struct FieldView {
    /// Field: its name.
    name: String,
    /// Field: its type.
    #[serde(rename = "type")]
    ty: String,
    /// Field: it lies at a multiple of this.
    align: u64,
    /// Field: whether it lies in two cache lines and would fit into one.
    straddles: bool,
}

/// An order of fields that takes fewer bytes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reorder")]
struct ReorderView {
    /// Bytes of the struct in that order.
    size: u64,
    /// How many fewer that are.
    saves: u64,
    /// The names; reserved bytes as `reserved = N`.
    fields: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let schema = load(&arguments.schema)?;
    let maps = maps(&schema, arguments.name.as_deref())?;
    if maps.is_empty() {
        eprintln!("shmgen: {} declares no structs", arguments.schema.display());
    }
    if let Some(path) = &arguments.svg {
        return draw(&maps, path);
    }
    if arguments.json {
        let structs = maps.iter().map(StructView::from).collect();
        show::print_json(&Layout { version: Version, structs })?;
    } else {
        let colour = show::colour_on(&std::io::stdout());
        let all: Vec<String> = maps.iter().map(|map| text::render(map, colour)).collect();
        show::print(&all.join("\n\n"))?;
    }
    Ok(())
}

/// The maps of all structs, or of the one of that name.
fn maps(schema: &Schema, name: Option<&str>) -> Result<Vec<Map>, Failure> {
    let structs = schema.types.iter().filter_map(|t| match t {
        TypeDecl::Struct(s) => Some(s),
        _ => None,
    });
    let Some(name) = name else { return Ok(structs.map(Map::of).collect()) };
    if let Some(found) = structs.clone().find(|s| s.name == name) {
        return Ok(vec![Map::of(found)]);
    }
    let message = format!("{} has no struct `{name}`", schema.name);
    Err(Failure::usage(match nearest(name, structs.clone().map(|s| s.name.as_str())) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = structs.map(|s| s.name.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            format!("{message}; it has {names}")
        }
    }))
}

fn draw(maps: &[Map], path: &Path) -> Done {
    let picture = svg::render(maps);
    if path.as_os_str() == "-" {
        show::print(&picture)?;
        return Ok(());
    }
    std::fs::write(path, picture)
        .map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

impl From<&Map> for StructView {
    fn from(map: &Map) -> Self {
        Self {
            name: map.name.clone(),
            size: map.size,
            align: map.align,
            kept: map.kept(),
            cache_lines: map.cache_lines(),
            lost: map.lost(),
            parts: map.parts.iter().map(PartView::from).collect(),
            reorder: map.reorder.as_ref().map(|r| ReorderView {
                size: r.size,
                saves: r.saves,
                fields: r.fields.clone(),
            }),
        }
    }
}

impl From<&Part> for PartView {
    fn from(part: &Part) -> Self {
        let (first_cache_line, last_cache_line) = part.cache_lines();
        let is_field = part.kind == Kind::Field;
        Self {
            kind: match part.kind {
                Kind::Field => "field",
                Kind::Reserved => "reserved",
                Kind::Hole => "hole",
                Kind::Kept => "kept",
            },
            offset: part.offset,
            size: part.size,
            first_cache_line,
            last_cache_line,
            was: (part.kind == Kind::Reserved && !part.was.is_empty()).then(|| part.was.clone()),
            field: is_field.then(|| FieldView {
                name: part.name.clone(),
                ty: part.ty.clone(),
                align: part.align,
                straddles: part.straddles(),
            }),
        }
    }
}
