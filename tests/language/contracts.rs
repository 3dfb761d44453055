//! What a refused attach says of a segment made from another version of the
//! schema: C names the first difference in the words of the Rust runtime, and
//! Python has them all. And what is no part of the contract keeps nobody out.

#![forbid(unsafe_code)]

use shm_runtime::contract::{Contract, explain};
use shmgen::diagnostics::Source;
use shmgen::model::Limits;
use shmgen_test_support::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{run, scratch, shmgen};

const SCHEMA: &str = r#"
shmgen = 1
[schema]
name = "acme.market"
version = "2.1"
[alias.Price]
type = "i64"
range = { min = 1 }
[struct.Inner]
field = [ { name = "ratio", type = "f32", range = { max = 0.1 } } ]
[struct.Trade]
extent = 64
field = [
  { name = "price", type = "Price", range = { max = 1000 } },
  { name = "inner", type = "Inner[2]" },
  { reserved = 4, was = ["fee"] },
  { name = "side", type = "u8" },
  { name = "sizes", type = "Price[<=1]" },
  { name = "note", type = "Note" },
]
[union.Note]
tag = "u8"
variant = [
  { name = "raw", number = 0, type = "bytes[2]" },
  { name = "percent", number = 1, type = "u8", range = { max = 100 } },
]
[segment.feed]
object = [ { name = "trades", kind = "queue", item = "Trade", capacity = 4 } ]
"#;

/// Edits of the schema, and what the first difference is about; nothing if the
/// contract is the same.
const EDITS: [(&str, &str, &str); 17] = [
    ("max = 1000", "max = 999", "Trade.price has range 1..1000 here, 1..999 in the segment"),
    (", range = { max = 1000 }", "", "Trade.price has range 1..1000 here, 1.. in the segment"),
    ("min = 1 }", "min = -1 }", "Trade.price has range 1..1000 here, -1..1000 in the segment"),
    ("range = { max = 0.1 }", "unit = \"%\"", "Inner.ratio has unit none here, `%` in the segment"),
    (", range = { max = 0.1 }", "", "Inner.ratio has range ..0.1 here, none in the segment"),
    ("max = 0.1", "min = 0.1", "Inner.ratio has range ..0.1 here, 0.1.. in the segment"),
    ("\"fee\"", "\"tax\"", "Trade.fee (formerly 4 bytes at 16) is not in the segment"),
    (", was = [\"fee\"]", "", "Trade.fee (formerly 4 bytes at 16) is not in the segment"),
    ("\"fee\"", "\"fee\", \"tax\"", "Trade.tax (formerly 4 bytes at 16) is in the segment only"),
    (
        "extent = 64",
        "extent = 128",
        "Trade is 64 bytes aligned to 8 here, 128 bytes aligned to 8 in the segment",
    ),
    ("extent = 64", "align = 64", "Trade has an extent here, none in the segment"),
    (
        "type = \"Price[<=1]\"",
        "type = \"Price[<=1]\", range = { max = 9 }",
        "Trade.sizes has range 1.. here, 1..9 in the segment",
    ),
    (", range = { max = 100 }", "", "Note.percent has range ..100 here, none in the segment"),
    (
        "number = 1, type = \"u8\", range = { max = 100 }",
        "number = 1",
        "Note.percent holds u8 here, nothing in the segment",
    ),
    // The same said otherwise, and what is no part of the contract.
    ("\"Price\", range = { max = 1000 }", "\"i64\", range = { min = 1, max = 1000 }", ""),
    ("max = 1000 }", "max = 1000 }, default = 7, since = \"2.0\", deprecated = \"no\"", ""),
    ("extent = 64", "extent = 64\nassert = { size = 64, offset.side = 20 }", ""),
];

fn contract(text: &str) -> Contract {
    let checked = shmgen::check(&Source::new("market.toml", text), Limits::default());
    checked.into_result().unwrap_or_else(|d| panic!("{d}")).segments.remove(0).contract
}

const C: &str = r#"
#include "market.h"
#include <stdio.h>
int main(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    acme_market_Feed feed;
    shm_status status = acme_market_Feed_attach(&feed, arguments[i]);
    puts(status == SHM_OK ? "attached" : shm_last_error());
    acme_market_Feed_detach(&feed);
  }
  return 0;
}
"#;

const PYTHON: &str = "
import sys, market, shm_runtime
for address in sys.argv[1:]:
    try:
        market.Feed.attach(address).close()
        print('attached')
    except shm_runtime.Mismatch as reason:
        print(reason)
";

/// A folder with what is generated from a schema.
fn generated(folder: &Path, text: &str) -> PathBuf {
    let schema = folder.join("market.toml");
    std::fs::write(&schema, text).unwrap();
    tools::generate(&schema, folder);
    schema
}

#[test]
fn the_first_difference_reads_the_same_in_c_and_in_rust() {
    let folder = scratch("contracts");
    let mine = contract(SCHEMA);
    let mut addresses = Vec::new();
    for (n, (old, new, says)) in EDITS.iter().enumerate() {
        assert!(SCHEMA.contains(old), "{old}");
        let text = SCHEMA.replace(old, new);
        let told = explain(&mine, &contract(&text));
        match says {
            &"" => assert!(told.is_empty(), "{new}: {told:?}"),
            says => assert_eq!(told.first().map(|d| d.text.as_str()), Some(*says), "{new}"),
        }
        // What the other side would say of it is about the same thing.
        let back = explain(&contract(&text), &mine);
        assert_eq!(back.len(), told.len(), "{new}");
        let theirs = folder.join(format!("theirs-{n}"));
        std::fs::create_dir_all(&theirs).unwrap();
        let schema = generated(&theirs, &text);
        let address = format!("posix:/contracts.{}.{n}", std::process::id());
        let mut create = shmgen();
        create.arg("create").arg(&address).arg("--schema").arg(&schema);
        run(create.args(["--segment", "feed"]));
        addresses.push(address);
    }
    generated(&folder, SCHEMA);
    std::fs::write(folder.join("attach.c"), C).unwrap();
    let mut gcc = Command::new("gcc");
    run(gcc.current_dir(&folder).args(["-std=c11", "-O1", "-o", "attach", "attach.c"]));
    let in_c = run(Command::new(folder.join("attach")).args(&addresses)).stdout;
    let mut python = tools::python_with(&folder);
    let in_python = run(python.args(["-W", "error", "-c", PYTHON]).args(&addresses)).stdout;
    for address in &addresses {
        run(shmgen().arg("rm").arg(address));
    }
    for (language, said) in [("C", in_c), ("Python", in_python)] {
        let said = String::from_utf8(said).unwrap();
        // The first line of each: who made the segment and what to do come below.
        let first = || said.lines().filter(|line| !line.starts_with(' '));
        assert_eq!(first().count(), EDITS.len(), "{said}");
        for (line, (_, new, says)) in first().zip(EDITS) {
            let expected = if says.is_empty() { "attached" } else { says };
            assert!(line.contains(expected), "{language}, {new}: {line}");
        }
    }
}
