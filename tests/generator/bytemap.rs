//! Byte maps: that they say the truth of a struct, and how `shmgen layout`
//! shows them.

#![forbid(unsafe_code)]

use command::err;
use shmgen::bytemap::{Kind, Map};
use shmgen::diagnostics::Source;
use shmgen::model::{Limits, TypeDecl};
use shmgen_test_support::{command, tools};
use std::process::{Command, Output, Stdio};
use tools::{root, scratch, shmgen};

fn layout(arguments: &[&str]) -> Output {
    shmgen().arg("layout").args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn everything() -> String {
    root().join("tests/schemas/everything.toml").display().to_string()
}

fn map_of(fields: &[String]) -> Map {
    let text = format!(
        "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n\
         [struct.In]\nfield = [ {{ name = \"x\", type = \"u16\" }}, {{ name = \"y\", type = \"u8[9]\" }} ]\n\
         [struct.S]\nfield = [ {} ]\n",
        fields.join(", ")
    );
    let checked = shmgen::check(&Source::new("s.toml", text), Limits::default());
    let schema = checked.into_result().unwrap_or_else(|d| panic!("{d}"));
    let found = schema.types.iter().find_map(|t| match t {
        TypeDecl::Struct(s) if s.name == "S" => Some(Map::of(s)),
        _ => None,
    });
    found.unwrap()
}

/// Random structs: the parts lie without a byte between them, holes are what
/// alignment loses, and the order that is offered has the size that is reported.
#[test]
fn a_better_order_has_the_size_that_it_is_said_to_have() {
    let mut state = 7u64;
    let mut roll = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let types = ["u8", "u16", "u32", "f64", "bool", "str[5]", "u32[3]", "In", "In[2]", "bytes[70]"];
    let mut better = 0;
    for _ in 0..400 {
        let fields: Vec<String> = (0..1 + roll(9))
            .map(|i| match roll(12) {
                0 if i > 0 => format!("{{ reserved = {} }}", 1 + roll(9)),
                1 => format!("{{ name = \"f{i}\", type = \"u8\", align = {} }}", 1 << roll(8)),
                n => {
                    let ty = types[(n as usize + i as usize) % types.len()];
                    format!("{{ name = \"f{i}\", type = \"{ty}\" }}")
                }
            })
            .collect();
        let map = map_of(&fields);
        let mut end = 0;
        for part in &map.parts {
            assert_eq!(part.offset, end, "{fields:?}");
            end = part.end();
        }
        assert_eq!(end, map.size, "{fields:?}");
        let kept: u64 = map.parts.iter().filter(|p| p.kind != Kind::Hole).map(|p| p.size).sum();
        assert_eq!(map.lost(), map.size - kept);
        let Some(reorder) = &map.reorder else { continue };
        better += 1;
        assert!(reorder.saves > 0 && reorder.saves <= map.lost());
        let mut reserved: Vec<&String> = fields.iter().filter(|f| f.contains("reserved")).collect();
        let reordered: Vec<String> = reorder
            .fields
            .iter()
            .map(|name| {
                let wanted = format!("\"{name}\"");
                match fields.iter().find(|f| f.contains(&wanted)) {
                    Some(field) => field.clone(),
                    // Reserved bytes that follow one another were made one.
                    None => {
                        reserved.pop();
                        format!("{{ {name} }}")
                    }
                }
            })
            .collect();
        let again = map_of(&reordered);
        assert_eq!(again.size, reorder.size, "{fields:?}: {reordered:?}");
        assert_eq!(again.size + reorder.saves, map.size);
    }
    assert!(better > 100, "only {better} of the structs have a better order");
}

#[test]
fn what_is_kept_free_and_what_was_is_shown() {
    let keys = root().join("tests/schemas/keys.toml").display().to_string();
    let said = out(&layout(&[&keys, "ShrunkRoomy"]));
    assert_eq!(
        said,
        "\
ShrunkRoomy  64 bytes, aligned to 16, 1 cache line

     0  aaaaaaaa -----··· bbbb---- -------- ++++++++ ++++++++ ++++++++ ++++++++

     offset  size  type  field                cache line
  a       0     8  u64   a                    0
  -       8     3        reserved, was old    0
  -      11     2        reserved, was older  0
  ·      13     3        hole                 0
  b      16     4  u32   b                    0
  -      20     4        reserved             0
  -      24     8        reserved, was last   0
  +      32    32        kept free            0

3 bytes lost in 1 hole
32 bytes kept free for later versions
"
    );
    let json: serde_json::Value =
        serde_json::from_str(&out(&layout(&[&keys, "ShrunkRoomy", "--json"]))).unwrap();
    let map = &json["structs"][0];
    assert_eq!((&map["kept"], &map["lost"]), (&32.into(), &3.into()));
    assert_eq!(map["parts"][1]["was"], serde_json::json!(["old"]));
    assert_eq!(map["parts"][7]["kind"], "kept");
    assert!(map["parts"][5]["was"].is_null() && map["reorder"].is_null());
    let svg = out(&layout(&[&keys, "ShrunkRoomy", "--svg", "-"]));
    for text in ["reserved, was last at 24, 8 bytes", "kept free at 32, 32 bytes", ">kept free<"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    // One that is as large as its extent keeps nothing.
    assert!(!out(&layout(&[&keys, "Full"])).contains("kept"));
}

#[test]
fn a_map_says_where_each_byte_goes() {
    let said = out(&layout(&[&everything(), "Option"]));
    assert_eq!(
        said,
        "\
Option  32 bytes, aligned to 8, 1 cache line

     0  a·bbc··· dddde··· ffffffff g·······

     offset  size  type  field  cache line
  a       0     1  u8    a      0
  ·       1     1        hole   0
  b       2     2  u16   b      0
  c       4     1  u8    c      0
  ·       5     3        hole   0
  d       8     4  u32   d      0
  e      12     1  u8    e      0
  ·      13     3        hole   0
  f      16     8  u64   f      0
  g      24     1  u8    g      0
  ·      25     7        hole   0

14 bytes lost in 4 holes
24 bytes in this order, 8 bytes less:
  f, d, b, a, c, e, g
"
    );
}

#[test]
fn without_a_type_every_struct_is_shown() {
    let said = out(&layout(&[&everything()]));
    for name in ["Level  16 bytes", "Option  32 bytes", "Book  512 bytes", "Outer  1088 bytes"] {
        assert!(said.contains(name), "{name}\n{said}");
    }
    assert!(said.contains("4 to 5, would fit into one") && said.contains("reserved"), "{said}");
    assert!(said.contains(".. 14 lines of books"), "{said}");
    assert!(!said.contains('\x1b'));
}

#[test]
fn a_struct_of_a_gigabyte_is_a_page_too() {
    let folder = scratch("layout-large");
    let schema = folder.join("large.toml");
    let text = "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n[struct.Large]\n\
                field = [ { name = \"n\", type = \"u64\" }, { name = \"data\", type = \"bytes[1_000_000_000]\" } ]\n";
    std::fs::write(&schema, text).unwrap();
    let path = schema.display().to_string();
    assert!(out(&layout(&[&path])).lines().count() < 20);
    assert!(out(&layout(&[&path, "--svg", "-"])).len() < 10_000);
}

#[test]
fn the_same_is_data_for_programs() {
    let json: serde_json::Value =
        serde_json::from_str(&out(&layout(&[&everything(), "--json"]))).unwrap();
    assert_eq!(json["version"], 1);
    let structs = json["structs"].as_array().unwrap();
    let names: Vec<&str> = structs.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Level", "Option", "Book", "Outer"]);
    for s in structs {
        let sizes = s["parts"].as_array().unwrap().iter().map(|p| p["size"].as_u64().unwrap());
        assert_eq!(sizes.sum::<u64>(), s["size"].as_u64().unwrap());
    }
    let option = &structs[1];
    assert_eq!(option["reorder"]["saves"], 8);
    assert_eq!(option["reorder"]["fields"][0], "f");
    assert_eq!(structs[0]["reorder"], serde_json::Value::Null);
    let rows = structs[2]["parts"].as_array().unwrap().iter().find(|p| p["name"] == "rows");
    let rows = rows.unwrap();
    assert_eq!((&rows["first_cache_line"], &rows["last_cache_line"]), (&4.into(), &5.into()));
    assert_eq!((&rows["straddles"], &rows["type"]), (&true.into(), &"f32[2][4]".into()));
}

#[test]
fn a_picture_is_an_svg_file() {
    let file = scratch("layout-svg").join("map.svg");
    let path = file.display().to_string();
    let done = layout(&[&everything(), "--svg", &path]);
    assert_eq!((out(&done).as_str(), err(&done)), ("", format!("wrote {path}\n")));
    let script = "import sys, xml.etree.ElementTree as e\n\
                  root = e.parse(sys.argv[1]).getroot()\n\
                  svg = '{http://www.w3.org/2000/svg}'\n\
                  assert root.tag == svg + 'svg'\n\
                  print(' '.join(t.text for t in root.iter(svg + 'text')))";
    let said = tools::run(Command::new("python3").args(["-W", "error", "-c", script]).arg(&file));
    let said = String::from_utf8(said.stdout).unwrap();
    for text in ["Book", "512 bytes, aligned to 64, 98 bytes lost to holes", "symbol", "f32[4][8]"]
    {
        assert!(said.contains(text), "{said}");
    }
    assert!(out(&layout(&[&everything(), "Level", "--svg", "-"])).starts_with("<svg "));
}

/// `SHMGEN_BLESS=1` draws it anew.
#[test]
fn the_picture_in_the_documentation_is_what_is_drawn() {
    let schema = root().join("examples/quickstart/market.toml").display().to_string();
    let drawn = out(&layout(&[&schema, "Trade", "--svg", "-"]));
    let picture = root().join("docs/images/trade.svg");
    if std::env::var_os("SHMGEN_BLESS").is_some() {
        std::fs::write(&picture, &drawn).unwrap();
    }
    assert!(
        std::fs::read_to_string(&picture).unwrap_or_default() == drawn,
        "{}",
        picture.display()
    );
}

#[test]
fn a_type_that_is_no_struct_is_refused() {
    for (name, says) in [("Boook", "did you mean `Book`?"), ("Zzz", "it has Level, Option, Book")] {
        let done = layout(&[&everything(), name]);
        assert_eq!(done.status.code(), Some(2));
        assert!(err(&done).contains(says), "{}", err(&done));
    }
    let both = layout(&[&everything(), "--json", "--svg", "x.svg"]);
    assert_eq!(both.status.code(), Some(2));
    let nowhere = layout(&[&everything(), "--svg", "/no/such/folder/x.svg"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(err(&nowhere).contains("cannot write /no/such/folder/x.svg"), "{}", err(&nowhere));
}
