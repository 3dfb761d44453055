//! Looking at segments from outside, without taking part in them: `stat`, `ls`,
//! `top` and `dump`.

pub(crate) mod attached;
pub(crate) mod bytes;
pub(crate) mod inspector;
pub(crate) mod kernel;
pub(crate) mod list;
pub(crate) mod mapper;
pub(crate) mod objects;
pub(crate) mod stat;
pub(crate) mod watch;
