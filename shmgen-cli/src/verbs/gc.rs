//! `shmgen gc`: remove what nobody uses any more. What that is, and how it is
//! made sure, is the runtime's business; here it is chosen, told and counted.

use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shm_runtime::{Candidate, ErrorKind, Keep, Printable, Survey, Verdict};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Remove the segments of shmgen that nobody uses any more
///
/// These are orphans (nobody alive is attached), System V segments whose creator died before they
/// were ready, and companion files whose segment is gone. Only your own are removed, and no orphans
/// in which messages wait; bare segments and those of other programs never are. Lists what it kept,
/// and why.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools)] // one for each switch
pub(crate) struct Arguments {
    /// Remove nothing; say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Only what was made, or given another owner or mode, so long ago: 90s, 15m, 12h, 7d
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    older: Option<Duration>,
    /// Also remove orphans in which messages wait, and the messages with them
    #[arg(long)]
    drop_messages: bool,
    /// As root: also remove what belongs to other users
    #[arg(long)]
    all_users: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `gc --json` prints.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Told {
    /// The version of this form.
    version: Version<1>,
    /// Whether nothing was removed, because that was asked for.
    dry_run: bool,
    /// What was removed, or would be.
    removed: Vec<Element>,
    /// What was kept.
    kept: Vec<Element>,
}

/// A segment, or the companion file of one.
#[derive(Serialize, JsonSchema)]
struct Element {
    /// Its address; of a companion the path of its file.
    address: String,
    /// Bytes.
    size: u64,
    /// The owning user.
    uid: u32,
    /// `live`, `orphan`, `foreign`, `removed`, `unreadable`, `initialising` or
    /// `damaged`; null for a companion.
    state: Option<&'static str>,
    /// Why it counts as unused: `orphan`, `half-born` or `companion`; null if it
    /// does not.
    kind: Option<&'static str>,
    /// How many messages wait in it; missing for a companion, and where they cannot
    /// be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
    /// Why it was kept, for programs: `foreign`, `damaged`, `other-user`,
    /// `messages`, `in-use`, `being-born`, `young`, `gone`, `unknown` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Why it was kept, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl From<&Outcome> for Element {
    fn from(outcome: &Outcome) -> Self {
        let c = &outcome.candidate;
        let kept = outcome.kept.as_ref();
        Self {
            address: c.name.clone(),
            size: c.size,
            uid: c.uid,
            state: c.state.map(shm_runtime::SegmentState::name),
            kind: kind(c),
            waiting: c.waiting,
            reason: kept.map(|(reason, _)| *reason),
            why: kept.map(|(_, why)| why.clone()),
        }
    }
}

/// What became of a candidate.
struct Outcome {
    candidate: Candidate,
    /// Removed, or to be removed; else why not.
    kept: Option<(&'static str, String)>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let mut failed: Option<Failure> = None;
    let mut outcomes = Vec::new();
    let mut asked = Survey::default();
    if arguments.drop_messages {
        asked = asked.drop_messages();
    }
    if arguments.all_users {
        asked = asked.all_users();
    }
    for candidate in asked.look() {
        let (kept, failure) = decide(&candidate, arguments, now);
        if let Some(earlier) = failure.and_then(|f| failed.replace(f)) {
            earlier.report();
        }
        outcomes.push(Outcome { candidate, kept });
    }
    if arguments.json {
        show::print_json(&told(&outcomes, arguments.dry_run))?;
    } else {
        show::print(&as_text(&outcomes, arguments.dry_run))?;
        eprintln!("{}", summary(&outcomes, arguments.dry_run));
    }
    failed.map_or(Ok(()), Err)
}

/// Why it is kept, if it is; with a failure if it should have gone.
fn decide(
    candidate: &Candidate,
    arguments: &Arguments,
    now: u64,
) -> (Option<(&'static str, String)>, Option<Failure>) {
    if let Verdict::Keep(reason, why) = &candidate.verdict {
        return (Some((reason.name(), why.clone())), None);
    }
    let age = now.saturating_sub(u64::try_from(candidate.changed).unwrap_or(0));
    if arguments.older.is_some_and(|older| age < older.as_secs()) {
        let why = format!("nobody uses it, but it is only {} old", show::age(age));
        return (Some(("young", why)), None);
    }
    if arguments.dry_run {
        return (None, None);
    }
    match candidate.remove() {
        Ok(()) => (None, None),
        // Somebody was faster, and uses it or has removed it.
        Err(error) if error.kind() == ErrorKind::Busy => {
            (Some((Keep::InUse.name(), error.to_string())), None)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            (Some(("gone", error.to_string())), None)
        }
        Err(error) => (Some(("failed", error.to_string())), Some(error.into())),
    }
}

fn kind(candidate: &Candidate) -> Option<&'static str> {
    match &candidate.verdict {
        Verdict::Leftover(leftover) => Some(leftover.name()),
        Verdict::Keep(..) => None,
    }
}

fn as_text(outcomes: &[Outcome], dry_run: bool) -> String {
    if outcomes.is_empty() {
        return String::new();
    }
    let rows = outcomes.iter().map(|o| {
        let (verb, why) = match &o.kept {
            Some((_, why)) => ("kept", Printable(why).to_string()),
            None => {
                let verb = if dry_run { "would remove" } else { "removed" };
                let why = match kind(&o.candidate) {
                    Some("half-born") => "its creator died before it was ready",
                    Some("companion") => "its System V segment is gone",
                    _ => "orphan: nobody is attached",
                };
                let waiting = match o.candidate.waiting.unwrap_or(0) {
                    0 => String::new(),
                    1 => ", with 1 message that waits".to_owned(),
                    n => format!(", with {n} messages that wait"),
                };
                (verb, why.to_owned() + &waiting)
            }
        };
        let c = &o.candidate;
        vec![
            verb.to_owned(),
            Printable(&c.name).to_string(),
            show::size(c.size),
            show::user(c.uid),
            why,
        ]
    });
    show::table(&["", "ADDRESS", "SIZE", "OWNER", "WHY"], &rows.collect::<Vec<_>>())
}

fn summary(outcomes: &[Outcome], dry_run: bool) -> String {
    let gone: Vec<&Outcome> = outcomes.iter().filter(|o| o.kept.is_none()).collect();
    let bytes = gone.iter().fold(0, |sum: u64, o| sum.saturating_add(o.candidate.size));
    let verb = if dry_run { "would be removed" } else { "removed" };
    let kept = outcomes.len() - gone.len();
    format!("{} {verb}, {}; {kept} kept", gone.len(), show::size(bytes))
}

fn told(outcomes: &[Outcome], dry_run: bool) -> Told {
    let pick =
        |kept| outcomes.iter().filter(|o| o.kept.is_some() == kept).map(Element::from).collect();
    Told { version: Version, dry_run, removed: pick(false), kept: pick(true) }
}

/// A duration: 90s, 15m, 12h, 7d or 2w.
fn duration(text: &str) -> Result<Duration, String> {
    let bad = || "a duration is a number with s, m, h, d or w behind it, such as 12h".to_owned();
    let unit = text.chars().last().ok_or_else(bad)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(bad()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| bad())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(bad)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2w"), Ok(Duration::from_secs(14 * 86_400)));
        for bad in ["", "5", "h", "-1h", "5µ", "1.5h", "99999999999999999999d", "9999999999999999w"]
        {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
