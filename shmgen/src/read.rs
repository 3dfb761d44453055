//! From the bytes of a file to a source that diagnostics can point into.

use crate::diagnostics::{Code, Diagnostics, Source};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The largest schema that is imported, in bytes.
const MAX_SIZE: u64 = 64 << 20;

/// The bytes of a file that a schema names: a file, and no pipe or device,
/// which might never end.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, String> {
    let words = |error: std::io::Error| error.to_string();
    if !std::fs::metadata(path).map_err(words)?.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(words)?;
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(format!("it has more than {MAX_SIZE} bytes"));
    }
    Ok(bytes)
}

/// The text of a file; `None` if it is not UTF-8, which is reported.
pub(crate) fn source(
    path: &Path,
    bytes: Vec<u8>,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<Source>> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(Source::new(path, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = Source::new(path, text);
            diagnostics
                .error(Code::E002, &source, at..at + 1, "the file is not UTF-8")
                .label("the first byte that is not");
            None
        }
    }
}
