//! `shmgen ls`: every segment that can be seen.

use crate::failure::Done;
use crate::show;
use shm_runtime::{Printable, SegmentStat, list};

/// List the segments of this machine
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
    /// Without the line of headings
    #[arg(long, conflicts_with = "json")]
    noheadings: bool,
}

const HEADINGS: [&str; 7] = ["ADDRESS", "SIZE", "MODE", "OWNER", "STATE", "SCHEMA", "ATTACHED"];

pub(crate) fn run(arguments: &Arguments) -> Done {
    let stats = list();
    if arguments.json {
        show::print_json(&show::segments_json(&stats))?;
        return Ok(());
    }
    let text = show::table(&HEADINGS, stats.iter().map(row).collect());
    let text = if arguments.noheadings {
        text.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        &text
    };
    show::print(text)?;
    Ok(())
}

fn row(stat: &SegmentStat) -> Vec<String> {
    let schema = stat.header.as_ref().map_or("-".to_owned(), |h| match h.schema.as_str() {
        "" => "no schema".to_owned(),
        schema => format!("{} {}", Printable(schema), Printable(&h.version)),
    });
    let mut attached: Vec<String> = stat.participants.iter().map(show::participant).collect();
    if attached.is_empty() {
        match stat.kernel.attached {
            Some(n) if n > 0 => attached.push(format!("{n} times")),
            _ => attached.push("-".to_owned()),
        }
    }
    vec![
        stat.address.to_string(),
        show::size(stat.size),
        format!("{:04o}", stat.mode),
        show::user(stat.uid),
        stat.state.name().to_owned(),
        schema,
        attached.join(", "),
    ]
}
