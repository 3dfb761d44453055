//! `shmgen explain`: what a code of a diagnostic means, with an example.

use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shmgen::diagnostics::Code;
use shmgen::width::cells;
use std::fmt::Write as _;

/// Explain the code of a diagnostic, with an example; without one, list all
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The code, such as E030
    code: Option<String>,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `explain --json` prints: codes of diagnostics.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Codes {
    /// The version of this form.
    version: Version<1>,
    /// The one that was asked for, or all.
    codes: Vec<Explained>,
}

/// A code.
#[derive(Serialize, JsonSchema)]
struct Explained {
    /// Such as `E030`.
    code: &'static str,
    /// What it is about, in a few words.
    title: &'static str,
    /// What it means, and what to do.
    explanation: &'static str,
    /// A schema fragment with this error, and its corrected form; null if there is
    /// no example.
    example: Option<Example>,
}

/// A piece of a schema, before and after the fix.
#[derive(Serialize, JsonSchema)]
struct Example {
    /// With the error.
    wrong: &'static str,
    /// Without it.
    right: &'static str,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let one = match &arguments.code {
        Some(name) => Some(Code::from_name(name).ok_or_else(|| unknown(name))?),
        None => None,
    };
    if arguments.json {
        let codes = one.as_ref().map_or(Code::ALL, std::slice::from_ref);
        let codes = codes.iter().map(|code| Explained::from(*code)).collect();
        show::print_json(&Codes { version: Version, codes })?;
    } else {
        show::print(&one.map_or_else(list, explain))?;
    }
    Ok(())
}

fn unknown(name: &str) -> Failure {
    let advice = match Code::nearest(name) {
        Some(near) => format!("did you mean {near} ({})?", near.title()),
        None => "`shmgen explain` lists them all".to_owned(),
    };
    Failure::usage(format!("there is no code `{name}`; {advice}"))
}

fn list() -> String {
    Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect()
}

fn explain(code: Code) -> String {
    let mut out = format!("{code}: {}\n\n{}\n", code.title(), wrapped(code.explanation()));
    if let Some(example) = code.example() {
        for (heading, piece) in [("Wrong", example.wrong), ("Right", example.right)] {
            let _ = writeln!(out, "\n{heading}:\n");
            for line in piece.lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        }
    }
    out
}

/// Text in lines of at most 80 characters.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = cells(word);
        if column > 0 && column + 1 + length > 80 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

impl From<Code> for Explained {
    fn from(code: Code) -> Self {
        Self {
            code: code.name(),
            title: code.title(),
            explanation: code.explanation(),
            example: code.example().map(|e| Example { wrong: e.wrong, right: e.right }),
        }
    }
}
