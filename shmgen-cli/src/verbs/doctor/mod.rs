//! `shmgen doctor`: whether this machine, or this container, is fit for shared
//! memory. What is found lies in `machine`, what it means in `checks`, what to
//! type for containers in `containers`; here it is reported.

mod checks;
mod containers;
mod finding;
mod machine;

use super::load;
use crate::failure::{Done, Failure};
use crate::show;
use finding::{Finding, Level};
use machine::{Machine, Need};
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shm_runtime::{Address, ErrorKind, Inspector, Options};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Tell whether this machine is fit for shared memory, and what to change
///
/// Looks at /dev/shm, the limits of System V, memory, locks and namespaces. With --schema it also
/// says whether the segments of that schema fit, and what to tell a container engine. Exits with 1
/// if something fails.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Whether there is room for the segments of this schema
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `doctor --json` prints.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Report {
    /// The version of this form.
    version: Version<1>,
    /// What was found, a check each.
    findings: Vec<Finding>,
    /// The segments of the schema; null without `--schema`.
    segments: Option<Vec<machine::Wanted>>,
    /// Options for container engines.
    containers: containers::Snippets,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let need = arguments.schema.as_deref().map(need).transpose()?;
    let machine = Machine::look();
    let findings = checks::all(&machine, need.as_ref());
    let snippets = containers::snippets(need.as_ref());
    if arguments.json {
        show::print_json(&Report {
            version: Version,
            findings: findings.clone(),
            segments: need.map(|need| need.segments),
            containers: snippets,
        })?;
    } else {
        let mut text = as_text(&findings);
        let short = findings.iter().any(|f| f.check == "room" && f.level != Level::Ok);
        if need.is_some() || short && machine.container.is_some() {
            text.push_str(&containers::as_text(&snippets));
        }
        show::print(&text)?;
    }
    if findings.iter().any(|f| f.level == Level::Fail) {
        return Err(Failure::silent(1));
    }
    Ok(())
}

/// What the segments of a schema need; those that are there need nothing more.
fn need(path: &Path) -> Result<Need, Failure> {
    let schema = load(path)?;
    let options = Options::default().trust_any_owner();
    let mut need = Need::default();
    for segment in &schema.segments {
        // A memfd has no name by which one that is there could be found.
        let there = segment.setup.address != Address::Memfd(None)
            && !matches!(
                Inspector::open(&segment.setup.address, &options),
                Err(e) if e.kind() == ErrorKind::NotFound
            );
        need.segments.push(machine::Wanted {
            name: segment.name.clone(),
            kind: segment.setup.address.kind(),
            size: segment.size,
            there,
        });
    }
    Ok(need)
}

fn as_text(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let _ =
            writeln!(out, "{:<5} {:<14} {}", finding.level.name(), finding.check, finding.found);
        if finding.level == Level::Ok {
            continue;
        }
        let _ = writeln!(out, "      {:<14} {}", "", finding.means);
        for line in &finding.todo {
            let _ = writeln!(out, "      {:<14}   {line}", "");
        }
    }
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    let _ = writeln!(
        out,
        "\n{} ok, {} to look at, {} that fail",
        count(Level::Ok),
        count(Level::Warn),
        count(Level::Fail)
    );
    out
}
