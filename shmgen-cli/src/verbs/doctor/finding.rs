//! A finding: what was looked at, what there is, what follows, what to type.

use schemars::JsonSchema;
use serde::Serialize;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Nothing to do.
    Ok,
    /// It works, but perhaps not for long, or not for every user.
    Warn,
    /// It does not work.
    Fail,
}

impl Level {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// The result of a check.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) check: &'static str,
    /// How serious it is.
    pub(super) level: Level,
    /// What there is.
    pub(super) found: String,
    /// What follows from it.
    pub(super) means: String,
    /// What to type, a line each.
    pub(super) todo: Vec<String>,
}

impl Finding {
    pub(super) fn new(check: &'static str, level: Level, found: impl Into<String>) -> Self {
        Self { check, level, found: found.into(), means: String::new(), todo: Vec::new() }
    }

    pub(super) fn means(mut self, means: impl Into<String>) -> Self {
        self.means = means.into();
        self
    }

    pub(super) fn todo(mut self, line: impl Into<String>) -> Self {
        self.todo.push(line.into());
        self
    }
}
