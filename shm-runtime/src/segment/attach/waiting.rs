//! Attaching to a segment that another process is about to create.

use crate::error::{ErrorKind, Result};
use crate::object::clock::Deadline;
use crate::segment::os::options::Options;
use std::time::Duration;

/// How often an attach that waits looks again: what a start-up does not notice.
const RETRY: Duration = Duration::from_millis(5);

/// `attach`, and again while there is no such segment, as long as the options
/// say. What was removed may come again.
pub(crate) fn attach_waiting<T>(options: &Options, attach: impl Fn() -> Result<T>) -> Result<T> {
    let mut found = attach();
    if options.wait.is_zero() {
        return found;
    }
    let deadline = Deadline::after(options.wait);
    loop {
        match found {
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Removed) => {
                let Some(left) = deadline.left() else {
                    let ms = options.wait.as_millis();
                    return Err(e.map_message(|why| format!("{why}, and none came in {ms} ms")));
                };
                std::thread::sleep(left.min(RETRY));
            }
            definite => return definite,
        }
        found = attach();
    }
}
