//! What is known about an object of any kind without taking part in it: numbers
//! by name, and who holds its roles.

use std::borrow::Cow;

/// What a look at an object finds.
///
/// ```
/// use shm_runtime::facts::Facts;
/// let facts = Facts { numbers: vec![("depth".into(), 3)], holders: vec![] };
/// assert_eq!((facts.number("depth"), facts.number("version")), (Some(3), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its numbers by name, in an order that says what belongs together. Of counters
    /// the names are the schema's; what a kind does not have is not there.
    pub numbers: Vec<(Cow<'static, str>, i128)>,
    /// The holders of its roles.
    pub holders: Vec<Holder>,
}

/// A process that holds a role of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The role, such as `producer`.
    pub role: &'static str,
    /// The participant, by the index of its record.
    pub participant: u32,
    /// Whether it is alive and sleeps until it can go on: a producer until there is
    /// room, a consumer until there is a message. It went to sleep, and nobody woke it
    /// since; one whose time was up before that counts, too.
    pub waits: bool,
}

impl Facts {
    /// The number of that name.
    pub fn number(&self, name: &str) -> Option<i128> {
        self.numbers.iter().find(|(key, _)| key == name).map(|(_, number)| *number)
    }

    /// A number that counts something, which is never negative.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.number(name).and_then(|number| u64::try_from(number).ok())
    }

    /// Who holds the roles of that name.
    pub fn holders_of<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Holder> {
        self.holders.iter().filter(move |holder| holder.role == role)
    }
}
