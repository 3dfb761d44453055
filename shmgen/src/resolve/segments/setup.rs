//! Where segments are, how they are made, and to whom they belong: what is in
//! the schema and not in the contract.

use super::Resolver;
use crate::diagnostics::{Code, Spanned};
use crate::model::Setup;
use crate::syntax;
use shm_runtime::{Account, Address, HugePages, Printable, header};

/// Sizes of huge pages that Linux knows on some machines, and that are not among
/// those of a schema.
const ELSEWHERE: [&str; 8] = ["64K", "1M", "8M", "16M", "32M", "256M", "512M", "16G"];

/// `None` if something was written that is wrong.
#[allow(clippy::option_option)] // not written, or written and wrong, or right
fn written<T>(found: Option<Option<T>>) -> Option<Option<T>> {
    match found {
        Some(None) => None,
        Some(found) => Some(found),
        None => Some(None),
    }
}

/// Whether text can be written into code and messages as it is.
fn is_plain(text: &str) -> bool {
    Printable(text).to_string() == text
}

impl Resolver<'_, '_> {
    pub(super) fn setup(&mut self, segment: &syntax::Segment) -> Option<Setup> {
        let address = self.address(segment);
        let mode = self.mode(segment);
        let participants = self.participants(segment);
        let pages = segment.pages.as_ref().map(|pages| self.pages(pages));
        let owner = segment.owner.as_ref().map(|owner| self.account(owner, "user"));
        let group = segment.group.as_ref().map(|group| self.account(group, "group"));
        Some(Setup {
            address: address?,
            mode: mode?,
            participants: participants?,
            owner: written(owner)?,
            group: written(group)?,
            pages: written(pages)?,
        })
    }

    fn address(&mut self, segment: &syntax::Segment) -> Option<Address> {
        let backend = segment.backend.as_ref().map_or("posix", |b| b.value.as_str());
        match backend {
            "posix" => {
                const HELP: &str = "leave it out, or say backend = \"sysv\"";
                if let Some(key) = &segment.key {
                    self.error(Code::E062, key, "a POSIX segment has a name, not a key").help(HELP);
                }
                if let Some(file) = &segment.id_file {
                    self.error(Code::E062, file, "a POSIX segment has a name, not an id file")
                        .help(HELP);
                }
                self.posix_address(segment)
            }
            "sysv" => {
                if let Some(name) = &segment.posix_name {
                    self.error(Code::E062, name, "a System V segment has a key, not a name")
                        .help("leave it out, or say backend = \"posix\"");
                }
                self.sysv_address(segment)
            }
            "memfd" => {
                const HELP: &str = "leave it out; others come to it by its descriptor";
                for place in [&segment.posix_name, &segment.id_file].into_iter().flatten() {
                    self.error(Code::E062, place, "a memfd has no place of its own").help(HELP);
                }
                if let Some(key) = &segment.key {
                    self.error(Code::E062, key, "a memfd has no place of its own").help(HELP);
                }
                Some(Address::Memfd(None))
            }
            other => {
                let backend = segment.backend.as_ref()?;
                self.error(Code::E013, backend, format!("there is no backend `{other}`"))
                    .help("the backends are posix, sysv and memfd");
                None
            }
        }
    }

    fn sysv_address(&mut self, segment: &syntax::Segment) -> Option<Address> {
        if let Some(file) = &segment.id_file {
            if segment.key.is_some() {
                let message = "a System V segment has a key or an id file, not both";
                self.error(Code::E062, file, message);
                return None;
            }
            // Whatever can be a path is one.
            let address = format!("sysv-file:{}", file.value).parse::<Address>().ok();
            let address = address.filter(|_| is_plain(&file.value));
            if address.is_none() {
                self.error(Code::E100, file, "this cannot be the path of a file")
                    .help("write something like id_file = \"/run/acme/feed.id\"");
            }
            return address;
        }
        let Some(key) = &segment.key else {
            let message =
                format!("the System V segment `{}` needs a key or an id file", segment.name.value);
            self.error(Code::E012, &segment.name, message).help(
                "choose a number of 32 bits: key = 0x5348_0001; or say id_file = \"feed.id\"",
            );
            return None;
        };
        // C and other programs print half of all keys as negative numbers.
        #[allow(clippy::cast_sign_loss)] // the same 32 bits
        let signed = i32::try_from(key.value).ok().map(|k| k as u32);
        let found = u32::try_from(key.value).ok().or(signed).filter(|k| *k != 0);
        if found.is_none() {
            self.error(Code::E061, key, format!("{} is no key", key.value)).help(
                "a key is a number from 1 to 0xFFFFFFFF, or a negative one from -2147483648 on",
            );
        }
        found.map(Address::Sysv)
    }

    /// A user or a group.
    fn account(&mut self, written: &Spanned<syntax::Account>, what: &str) -> Option<Account> {
        let found = match &written.value {
            // The greatest number stands for "no change" in chown(2).
            syntax::Account::Number(n) => {
                u32::try_from(*n).ok().filter(|n| *n != u32::MAX).map(Account::Id)
            }
            syntax::Account::Name(name) => {
                let is_name = (1..=256).contains(&name.chars().count())
                    && is_plain(name)
                    && !name.contains([':', '/']);
                is_name.then(|| Account::from(name.as_str())).filter(|a| *a != u32::MAX.into())
            }
        };
        if found.is_none() {
            self.error(Code::E101, written, format!("this cannot be a {what}")).help(format!(
                "a {what} is a number from 0 to 4294967294, or a name, which is looked up where the \
                 segment is created"
            ));
        }
        found
    }

    fn posix_address(&mut self, segment: &syntax::Segment) -> Option<Address> {
        let Some(name) = &segment.posix_name else {
            return Some(Address::Posix(format!("{}.{}", self.model.name, segment.name.value)));
        };
        if !name.value.starts_with('/') {
            let message = format!("`{}` does not begin with a slash", name.value);
            self.error(Code::E060, name, message).help(format!("write \"/{}\"", name.value));
            return None;
        }
        match format!("posix:{}", name.value).parse::<Address>() {
            Ok(Address::Posix(bare)) if !bare.is_empty() => Some(Address::Posix(bare)),
            Ok(_) => {
                self.error(Code::E060, name, "the name is empty behind its slash");
                None
            }
            Err(error) => {
                self.error(Code::E060, name, error.to_string());
                None
            }
        }
    }

    fn mode(&mut self, segment: &syntax::Segment) -> Option<u32> {
        let Some(mode) = &segment.mode else { return Some(0o600) };
        // `mode = 640` is 0o1200; `mode = 400` would be 0o620 by chance.
        let written = self.source.text().get(mode.span.clone()).unwrap_or("");
        if !written.starts_with("0o") {
            let digits = written.trim_matches(['"', '\'']);
            let digits = digits.strip_prefix("0o").unwrap_or(digits);
            let meant = u32::from_str_radix(digits, 8).ok().filter(|m| *m <= 0o777);
            self.error(Code::E063, mode, "a mode is written as an octal number")
                .help(format!("write mode = 0o{:o}", meant.unwrap_or(0) | 0o600));
            return None;
        }
        let found = u32::try_from(mode.value).ok().filter(|m| *m <= 0o777);
        match found {
            Some(mode) if mode & 0o600 == 0o600 => Some(mode),
            Some(_) => {
                self.error(Code::E063, mode, "the owner must be able to read and write")
                    .help("write mode = 0o600, or more");
                None
            }
            None => {
                let message = format!("0o{:o} is not within 0o000 to 0o777", mode.value);
                self.error(Code::E063, mode, message);
                None
            }
        }
    }

    fn pages(&mut self, written: &Spanned<String>) -> Option<HugePages> {
        const HELP: &str = "write pages = \"2M\", or \"1G\"; without it, pages are ordinary ones";
        let found = written.value.parse().ok();
        if found.is_none() {
            let name = &written.value;
            if ELSEWHERE.contains(&name.as_str()) {
                let message = format!("huge pages of {name} are not supported yet");
                self.error(Code::E090, written, message).help(HELP);
            } else {
                let message = format!("`{name}` is no size of huge pages");
                self.error(Code::E013, written, message).help(HELP);
            }
        }
        found
    }

    fn participants(&mut self, segment: &syntax::Segment) -> Option<u32> {
        let Some(n) = &segment.participants else { return Some(shm_runtime::Setup::PARTICIPANTS) };
        let max = header::PARTICIPANTS_MAX;
        let found = u32::try_from(n.value).ok().filter(|n| *n > 0 && *n <= max);
        if found.is_none() {
            let message = format!("{} is not a number of participants", n.value);
            self.error(Code::E013, n, message)
                .help(format!("it is from 1 to {max}; each takes 64 bytes"));
        }
        found
    }
}
