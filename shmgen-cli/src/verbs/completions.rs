//! `shmgen completions` and `shmgen man`.

use crate::failure::Done;
use crate::show;
use clap::CommandFactory;
use clap_complete::Shell;

/// Print a script that completes this command in a shell
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Print this command's manual page
#[derive(clap::Args)]
pub(crate) struct ManArguments {}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let mut command = crate::Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "shmgen", &mut script);
    show::print(&String::from_utf8_lossy(&script))?;
    Ok(())
}

pub(crate) fn man(_: &ManArguments) -> Done {
    let mut page = Vec::new();
    clap_mangen::Man::new(crate::Arguments::command()).render(&mut page)?;
    show::print(&String::from_utf8_lossy(&page))?;
    Ok(())
}
