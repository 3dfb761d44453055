//! What every text of a failure keeps to, whichever language tells it.

/// Parts that say as little as this may come twice.
const SHORT: usize = 12;

/// Fails where a text says something twice: where a part of it, between colons,
/// lies in another.
pub fn said_once(text: &str) {
    assert_eq!(twice(text), None, "{text}");
}

/// A part that comes twice.
pub fn twice(text: &str) -> Option<String> {
    let parts: Vec<String> =
        text.split([':', '\n']).map(|part| part.trim().to_lowercase()).collect();
    // The address that stands behind `posix:` is said where it helps to be typed.
    let is_address = |part: &str| part.starts_with('/') || part.starts_with("0x");
    let long = parts.iter().enumerate().filter(|(_, p)| p.len() > SHORT && !is_address(p));
    for (i, part) in long {
        if parts.iter().enumerate().any(|(k, other)| k != i && other.contains(part.as_str())) {
            return Some(part.clone());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::twice;

    #[test]
    fn a_doubled_cause_is_found() {
        for text in [
            "no such segment: cannot attach to posix:/x: no such segment",
            "there is no such segment: cannot attach to posix:/x: there is no such segment",
            "cannot remove posix:/x: cannot remove posix:/x: the segment is gone",
        ] {
            assert!(twice(text).is_some(), "{text}");
        }
        for text in [
            "cannot attach to posix:/x: there is no such segment",
            "cannot create posix:/a.long.name: mmap: Cannot allocate memory; `shmgen rm posix:/a.long.name`",
        ] {
            assert_eq!(twice(text), None);
        }
    }
}
