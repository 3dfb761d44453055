//! `shmgen explain`: what a code of a diagnostic means, with an example.

use crate::failure::{Done, Failure};
use crate::show;
use serde_json::{Value, json};
use shmgen::diagnostics::Code;
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

pub(crate) fn run(arguments: &Arguments) -> Done {
    let one = match &arguments.code {
        Some(name) => Some(Code::from_name(name).ok_or_else(|| unknown(name))?),
        None => None,
    };
    if arguments.json {
        let codes = one.as_ref().map_or(Code::ALL, std::slice::from_ref);
        let codes: Vec<Value> = codes.iter().map(|code| to_json(*code)).collect();
        show::print_json(&json!({ "version": 1, "codes": codes }))?;
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
        let length = word.chars().count();
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

fn to_json(code: Code) -> Value {
    json!({
        "code": code.name(),
        "title": code.title(),
        "explanation": code.explanation(),
        "example": code.example().map(|e| json!({ "wrong": e.wrong, "right": e.right })),
    })
}
