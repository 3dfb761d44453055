//! A schema of any bytes: diagnostics in every form, or files in every language.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shmgen::backend::{Language, Options, generate};
use shmgen::bytemap::{Map, svg, text};
use shmgen::diagnostics::{Format, Source, render};
use shmgen::model::{Limits, TypeDecl};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Files that a schema names would be read: there are none in this folder.
    let source = Source::new("/nonexistent/fuzz/input.toml", text);
    let checked = shmgen::check(&source, Limits::default());
    for format in [Format::Text, Format::Json, Format::Github] {
        render(&checked.diagnostics, format, true);
        render(&checked.warnings(), format, false);
    }
    let Ok(schema) = checked.into_result() else { return };
    for decl in &schema.types {
        if let TypeDecl::Struct(s) = decl {
            let map = Map::of(s);
            text::render(&map, true);
            svg::render(&[map]);
        }
    }
    for segment in &schema.segments {
        let parts = shmgen::sizes::parts(segment);
        assert_eq!(parts.iter().map(|p| p.size).sum::<u64>(), segment.size);
        let again = shm_runtime::contract::Contract::decode(&segment.contract_bytes);
        assert_eq!(again.as_ref(), Ok(&segment.contract));
    }
    // The same text on every run.
    let once = generate(&schema, &Language::ALL, &Options::default());
    assert_eq!(once, generate(&schema, &Language::ALL, &Options::default()));
});
