//! `shmgen layout`: byte maps of a schema's structs.

use super::load;
use crate::failure::{Done, Failure};
use crate::show;
use serde_json::{Value, json};
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
        let structs: Vec<Value> = maps.iter().map(to_json).collect();
        show::print_json(&json!({ "version": 1, "structs": structs }))?;
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

fn to_json(map: &Map) -> Value {
    json!({
        "name": map.name,
        "size": map.size,
        "align": map.align,
        "kept": map.kept(),
        "cache_lines": map.cache_lines(),
        "lost": map.lost(),
        "parts": map.parts.iter().map(part).collect::<Vec<_>>(),
        "reorder": map.reorder.as_ref().map(|r| {
            json!({ "size": r.size, "saves": r.saves, "fields": r.fields })
        }),
    })
}

fn part(part: &Part) -> Value {
    let (first, last) = part.cache_lines();
    let mut value = json!({
        "kind": match part.kind {
            Kind::Field => "field",
            Kind::Reserved => "reserved",
            Kind::Hole => "hole",
            Kind::Kept => "kept",
        },
        "offset": part.offset,
        "size": part.size,
        "first_cache_line": first,
        "last_cache_line": last,
    });
    if part.kind == Kind::Reserved && !part.was.is_empty() {
        value["was"] = json!(part.was);
    }
    if part.kind == Kind::Field {
        value["name"] = json!(part.name);
        value["type"] = json!(part.ty);
        value["align"] = json!(part.align);
        value["straddles"] = json!(part.straddles());
    }
    value
}
