//! `shmgen create`: a segment, bare or of a schema.

use super::{address, bytes, load, mode};
use crate::failure::{Done, Failure};
use crate::show;
use shm_runtime::{Address, Attachment, ErrorKind, Inspector, Options, Segment, Spec, json};
use std::path::PathBuf;

/// Create a segment: a bare one of a given size, or one of a schema
///
/// Fails if there is one of that name already: with 6, or with 5 and what differs if it is of
/// another contract. Prints its address.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where: <posix:/NAME>, sysv:KEY, sysv-file:PATH, or posix: for a name that is free; with
    /// --schema, the schema's address unless given
    #[arg(allow_negative_numbers = true)]
    address: Option<String>,
    /// A bare segment of exactly this size in bytes: 4096, 64K, 4M, 1G
    #[arg(long, value_name = "BYTES", value_parser = bytes, required_unless_present = "schema")]
    size: Option<u64>,
    /// A segment of this schema
    #[arg(long, value_name = "FILE", conflicts_with = "size", requires = "segment")]
    schema: Option<PathBuf>,
    /// Which segment of the schema
    #[arg(long, value_name = "NAME", requires = "schema")]
    segment: Option<String>,
    /// Its permissions, octal: exactly these, whatever the umask
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<u32>,
    /// The owning user, a number or a name; else the schema's
    #[arg(long, value_name = "USER")]
    uid: Option<String>,
    /// The owning group, a number or a name; else the schema's
    #[arg(long, value_name = "GROUP")]
    gid: Option<String>,
    /// Print what is known about it, as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn options(&self, mode: u32) -> Options {
        let mut options = Options::default().mode(self.mode.unwrap_or(mode));
        if let Some(user) = &self.uid {
            options = options.user(user.as_str());
        }
        if let Some(group) = &self.gid {
            options = options.group(group.as_str());
        }
        options
    }
}

/// A memfd goes with the process that has it.
fn refuse_memfd(address: &Address) -> Done {
    match address {
        Address::Memfd(None) => Err(Failure::usage(
            "a memfd would be gone as soon as this command ends; create it in a program that \
             stays, or choose another place: posix:/NAME",
        )),
        _ => Ok(()),
    }
}

/// If the segment that is there already is of another contract, says what
/// differs.
fn explain_existing(spec: &Spec, error: shm_runtime::Error) -> shm_runtime::Error {
    if error.kind() != ErrorKind::Exists {
        return error;
    }
    let options = Options::default().trust_any_owner();
    match Attachment::attach_read_only(spec, &options) {
        Err(other) if other.kind() == ErrorKind::Mismatch => other,
        _ => error,
    }
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let given = arguments.address.as_deref().map(address).transpose()?;
    let (address, stat) = match (&arguments.schema, arguments.size) {
        (Some(path), _) => {
            let schema = load(path)?;
            let name = arguments.segment.as_deref().unwrap_or_default();
            let Some(segment) = schema.segments.iter().find(|s| s.name == name) else {
                let names: Vec<&str> = schema.segments.iter().map(|s| s.name.as_str()).collect();
                return Err(Failure::usage(format!(
                    "{} has no segment `{name}`; it has {}",
                    path.display(),
                    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
                )));
            };
            let mut setup = segment.setup.clone();
            if let Some(given) = given {
                setup.address = given;
            }
            let spec =
                Spec::new(segment.contract.clone(), &schema.version_text(), setup.to_runtime())?;
            refuse_memfd(&setup.address)?;
            let options = arguments.options(setup.mode);
            let made = Attachment::create(&spec, &options)
                .map_err(|error| explain_existing(&spec, error))?;
            (made.address().clone(), made.stat()?)
        }
        (None, Some(size)) => {
            let address = given.unwrap_or(Address::Posix(String::new()));
            refuse_memfd(&address)?;
            let options = arguments.options(0o600);
            let made = Segment::create_with(&address, size, &options)?;
            (made.address().clone(), made.stat()?)
        }
        (None, None) => return Err(Failure::usage("say --size or --schema")),
    };
    if arguments.json {
        // As it is once this command is gone, which takes no part in it any
        // more; with a mode that lets nobody look, as it was before that.
        let options = Options::default().trust_any_owner();
        let now = Inspector::open(&address, &options).and_then(|i| i.stat());
        show::print_json(&json::Segment::from(&now.unwrap_or(stat)))?;
    } else {
        show::print(&format!("{}\n", show::address(&address)))?;
    }
    Ok(())
}
