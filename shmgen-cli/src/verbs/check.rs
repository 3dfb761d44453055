//! `shmgen check`: what is wrong with a schema.

use super::generate::{Lang, limits_of};
use crate::failure::{Done, Failure};
use crate::show;
use clap::ValueEnum;
use shmgen::diagnostics::{Diagnostics, Format, render};
use std::path::PathBuf;

/// Check a schema and say all that is wrong with it
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The schema, a TOML file
    schema: PathBuf,
    /// How to say it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Only what is wrong for these languages, separated by commas
    /// [default: rust,c,cpp,python]
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    lang: Vec<Lang>,
    /// Also warn of what is right and could be better: names, holes, cache lines
    #[arg(long)]
    lint: bool,
    /// Exit with 1 if there are warnings
    #[arg(long, requires = "lint")]
    deny: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For programs
    Json,
    /// For GitHub Actions
    Github,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let checked = shmgen::check_file(&arguments.schema, limits_of(&arguments.lang));
    let format = match arguments.format {
        _ if arguments.json => Format::Json,
        Form::Text => Format::Text,
        Form::Json => Format::Json,
        Form::Github => Format::Github,
    };
    let warnings = if arguments.lint { checked.warnings() } else { Diagnostics::default() };
    let mut news = checked.notes();
    news.extend(warnings.clone());
    // For programs, the diagnostics are the data; for people, they are messages.
    if format != Format::Text {
        let found = if news.is_empty() { &checked.diagnostics } else { &news };
        show::print(&render(found, format, false))?;
    }
    match checked.into_result() {
        Ok(schema) => {
            if format == Format::Text {
                eprint!("{}", super::told(&news));
                eprintln!(
                    "{}: ok, {} {} with {} and {}",
                    arguments.schema.display(),
                    schema.name,
                    schema.version_text(),
                    show::count(schema.declared().count(), "type"),
                    show::count(schema.segments.len(), "segment"),
                );
            }
            if arguments.deny && !warnings.is_empty() {
                return Err(Failure::silent(1));
            }
            Ok(())
        }
        Err(diagnostics) if format == Format::Text => Err(super::wrong(&diagnostics)),
        Err(_) => Err(Failure::silent(2)),
    }
}
