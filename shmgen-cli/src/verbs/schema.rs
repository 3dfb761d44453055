//! `shmgen schema`: the schema language, for editors.

use crate::failure::Done;
use crate::show;

/// Print the JSON Schema of the schema language, for editors
///
/// Save it beside a schema and begin the schema with the line
/// `#:schema ./shmgen.schema.json`: editors with Taplo complete and check keys.
///
/// With --model, of what `gen --lang json` writes, for programs that read it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The JSON Schema of the resolved model instead
    #[arg(long)]
    model: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    show::print_json(&if arguments.model {
        shmgen::backend::model_schema()
    } else {
        shmgen::syntax::json_schema()
    })?;
    Ok(())
}
