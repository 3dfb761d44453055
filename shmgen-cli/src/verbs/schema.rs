//! `shmgen schema`: the schema language, for editors.

use crate::failure::Done;
use crate::show;

/// Print the JSON Schema of the schema language, for editors
///
/// Save it beside a schema and begin the schema with the line
/// `#:schema ./shmgen.schema.json`: editors with Taplo complete and check keys.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Done {
    show::print_json(&shmgen::syntax::json_schema())?;
    Ok(())
}
