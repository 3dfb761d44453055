//! `shmgen schema`: the JSON Schemas of the schema language, and of the JSON
//! that the verbs print.

use crate::failure::Done;
use crate::show;
use crate::verbs::{demo, doctor, dump, explain, gc, generate, init, layout, rm, size, top, write};
use clap::ValueEnum;
use serde_json::Value;
use shm_runtime::json::{Segment, Segments, schema};

/// Print the JSON Schema of the schema language, for editors
///
/// Save it beside a schema and begin the schema with the line
/// `#:schema ./shmgen.schema.json`: editors with Taplo complete and check keys.
///
/// With --of, of what a verb prints with --json, for programs that read it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Of what this verb prints with --json instead
    #[arg(long, value_name = "WHAT")]
    of: Option<Form>,
    /// The same as --of model
    #[arg(long, conflicts_with = "of")]
    model: bool,
}

/// A form of JSON.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// Segments, as `ls` lists them
    Ls,
    /// A segment: `stat`, `create`, `set`, `lock`, `unlock`; and Python's `stat()`
    Stat,
    /// A look of `top`
    Top,
    /// Objects with what is in them
    Dump,
    /// A line of `dump --follow`
    Follow,
    /// Diagnostics
    Check,
    /// The resolved model: `gen --lang json`
    Model,
    /// Names of generated files
    Gen,
    /// Names of files that would be generated: `gen --list`
    List,
    /// Codes of diagnostics
    Explain,
    /// Byte maps of structs
    Layout,
    /// Sizes of segments
    Size,
    /// What was removed and kept
    Gc,
    /// What this machine is fit for
    Doctor,
    /// A project that was made
    Init,
    /// What went from language to language
    Demo,
    /// Addresses that were removed
    Rm,
    /// Bytes that were written
    Write,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let form = if arguments.model { Some(Form::Model) } else { arguments.of };
    show::print_json(&form.map_or_else(shmgen::syntax::json_schema, Form::schema))?;
    Ok(())
}

impl Form {
    fn schema(self) -> Value {
        match self {
            Self::Ls => schema::<Segments>(),
            Self::Stat => schema::<Segment>(),
            Self::Top => schema::<top::Look>(),
            Self::Dump => schema::<dump::Dumped>(),
            Self::Follow => schema::<dump::Line>(),
            Self::Check => schema::<shmgen::diagnostics::Report<'_>>(),
            Self::Model => schema::<shmgen::backend::Model<'_>>(),
            Self::Gen => schema::<generate::Generated>(),
            Self::List => schema::<generate::Listed>(),
            Self::Explain => schema::<explain::Codes>(),
            Self::Layout => schema::<layout::Layout>(),
            Self::Size => schema::<size::Sizes>(),
            Self::Gc => schema::<gc::Told>(),
            Self::Doctor => schema::<doctor::Report>(),
            Self::Init => schema::<init::Made>(),
            Self::Demo => schema::<demo::Demo>(),
            Self::Rm => schema::<rm::Removed>(),
            Self::Write => schema::<write::Written>(),
        }
    }
}
