//! `shmgen set`: owner and permissions.

use super::{address, mode};
use crate::failure::{Done, Failure};
use shm_runtime::{Account, Inspector, Owner, Printable, Segment};

/// Change the owner or the permissions of a segment
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it is: <posix:/NAME>, sysv:KEY, sysv-id:ID, sysv-file:PATH, memfd:PID/FD
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// Its permissions, octal
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<u32>,
    /// The owning user, a number or a name
    #[arg(long, value_name = "USER")]
    uid: Option<String>,
    /// The owning group, a number or a name
    #[arg(long, value_name = "GROUP")]
    gid: Option<String>,
    /// Even if it is another user's
    #[arg(long)]
    force: bool,
    /// Print what is known about it afterwards, as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let address = address(&arguments.address)?;
    if arguments.mode.is_none() && arguments.uid.is_none() && arguments.gid.is_none() {
        return Err(Failure::usage("nothing to change: say --mode, --uid or --gid"));
    }
    let keep = Owner::KEEP;
    let owner = Owner {
        uid: id(arguments.uid.as_ref(), "user", Account::user_id)?.unwrap_or(keep.uid),
        gid: id(arguments.gid.as_ref(), "group", Account::group_id)?.unwrap_or(keep.gid),
        mode: arguments.mode.unwrap_or(keep.mode),
    };
    if !arguments.force {
        let uid = Inspector::owner_to("set", &address)?.uid;
        if uid != super::caller() {
            return Err(Failure::permission(format!(
                "{address} belongs to {}; change it with --force",
                crate::show::user(uid)
            )));
        }
    }
    Segment::set_at(&address, owner)?;
    if arguments.json {
        let options = shm_runtime::Options::default().trust_any_owner();
        let stat = Inspector::open(&address, &options)?.stat()?;
        crate::show::print_json(&shm_runtime::json::Segment::from(&stat))?;
    }
    Ok(())
}

/// The number of a user or a group that was named.
fn id(
    text: Option<&String>,
    what: &str,
    find: fn(&Account) -> Option<u32>,
) -> Result<Option<u32>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let found = find(&Account::from(text.as_str()));
    let none =
        || Failure::usage(format!("there is no {what} `{}` on this machine", Printable(text)));
    found.map(Some).ok_or_else(none)
}
