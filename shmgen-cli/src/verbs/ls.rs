//! `shmgen ls`: every segment that can be seen.

use crate::failure::Done;
use crate::show;
use clap::ValueEnum;
use shm_runtime::{Printable, SegmentStat, json, list};

/// List the segments of this machine
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
    /// Without the line of headings
    #[arg(long, conflicts_with = "json")]
    noheadings: bool,
    /// These columns, in this order
    #[arg(
        short = 'o',
        long = "output",
        value_name = "NAME,..",
        value_delimiter = ',',
        ignore_case = true,
        conflicts_with = "json"
    )]
    output: Vec<Column>,
}

/// A column. The names are in lower case on the command line, in upper case as
/// headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Column {
    Address,
    Kind,
    Size,
    Resident,
    Swapped,
    Mode,
    Owner,
    Group,
    State,
    Waiting,
    Schema,
    Segment,
    Attached,
    Pids,
    Count,
    Creator,
    Created,
    Changed,
    Id,
    Key,
    Locked,
    Name,
    Seals,
    Objects,
    Wrong,
}

const USUAL: [Column; 8] = [
    Column::Address,
    Column::Size,
    Column::Mode,
    Column::Owner,
    Column::State,
    Column::Waiting,
    Column::Schema,
    Column::Attached,
];

pub(crate) fn run(arguments: &Arguments) -> Done {
    let stats = list();
    if arguments.json {
        show::print_json(&json::Segments::from(stats.as_slice()))?;
        return Ok(());
    }
    let columns = if arguments.output.is_empty() { &USUAL[..] } else { &arguments.output };
    let headings: Vec<String> = columns.iter().map(|c| c.heading()).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> =
        stats.iter().map(|stat| columns.iter().map(|c| c.of(stat)).collect()).collect();
    let text = show::table(&headings, &rows);
    let text = if arguments.noheadings {
        text.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        &text
    };
    show::print(text)?;
    Ok(())
}

impl Column {
    fn heading(self) -> String {
        self.to_possible_value().map_or_else(String::new, |v| v.get_name().to_uppercase())
    }

    /// What a segment has there; `-` for nothing.
    fn of(self, stat: &SegmentStat) -> String {
        let kernel = &stat.kernel;
        let header = stat.header.as_ref();
        let text = match self {
            Self::Address => Some(stat.address.to_string()),
            Self::Kind => Some(stat.address.kind().to_owned()),
            Self::Size => Some(show::size(stat.size)),
            Self::Resident => kernel.resident.map(show::size),
            Self::Swapped => kernel.swapped.map(show::size),
            Self::Mode => Some(format!("{:04o}", stat.mode)),
            Self::Owner => Some(show::user(stat.uid)),
            Self::Group => Some(show::group(stat.gid)),
            Self::State => Some(show::state(stat)),
            Self::Waiting => stat.waiting().map(|n| n.to_string()),
            Self::Schema => header.map(|h| match h.schema.as_str() {
                "" => "no schema".to_owned(),
                schema => format!("{} {}", Printable(schema), Printable(&h.version)),
            }),
            Self::Segment => header.map(|h| Printable(&h.segment).to_string()),
            Self::Attached => attached(stat),
            Self::Pids => Some(pids(stat).iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
            Self::Count => Some(kernel.attached.unwrap_or(pids(stat).len() as u64).to_string()),
            Self::Creator => header
                .map(|h| format!("{} ({})", h.creator.pid, Printable(&h.creator.program)))
                .or_else(|| kernel.creator_pid.map(|pid| pid.to_string())),
            Self::Created => header.map(|h| show::time_ns(h.created_ns)),
            Self::Changed => kernel.change_time.map(show::time_seconds),
            Self::Id => kernel.id.map(|id| id.to_string()),
            Self::Key => kernel.key.map(|key| format!("{key:#010x}")),
            Self::Locked => kernel.locked.map(|l| if l { "yes" } else { "no" }.to_owned()),
            Self::Wrong => stat.fault.as_ref().map(|f| Printable(&f.to_string()).to_string()),
            Self::Name => kernel.name.as_ref().map(|name| Printable(name).to_string()),
            Self::Seals => kernel.seals.as_ref().map(|seals| seals.join(",")),
            Self::Objects => header.map(|_| {
                let names = stat.objects.iter().map(|o| Printable(&o.name).to_string());
                names.collect::<Vec<_>>().join(",")
            }),
        };
        text.filter(|t| !t.is_empty()).unwrap_or_else(|| "-".to_owned())
    }
}

/// The participants, and who else has it mapped: readers, and those who look at
/// it as bytes.
fn attached(stat: &SegmentStat) -> Option<String> {
    let mut who: Vec<String> = stat.participants.iter().map(show::participant).collect();
    let others = stat
        .mappers()
        .into_iter()
        .filter(|m| !stat.participants.iter().any(|p| p.pid == m.pid && !p.foreign_pid_namespace));
    who.extend(others.map(|m| show::mapper(&m)));
    if who.is_empty() {
        let times = stat.kernel.attached.filter(|n| *n > 0)?;
        return Some(format!("{times} times"));
    }
    Some(who.join(", "))
}

/// The processes that are known to be attached, the dead left out.
fn pids(stat: &SegmentStat) -> Vec<u32> {
    let alive = stat.participants.iter().filter(|p| p.alive && !p.foreign_pid_namespace);
    let mut pids: Vec<u32> = alive.map(|p| p.pid).chain(stat.mapped_by.iter().copied()).collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}
