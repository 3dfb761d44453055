//! What other languages and formats write, and what to write here instead: types
//! of C, C++, Rust and Python, and keys that other descriptions of layouts have.
//! Nothing is accepted because of it.

/// Where the documentation tells more.
const PAGE: &str = "see the page \"Foreign layouts\" of the documentation";

/// What to write instead of a type that there is not, by its whole text.
pub(crate) fn advice_on_type(written: &str) -> Option<String> {
    let text = plain(written);
    // Between brackets it multiplies.
    let is_address = text.split(['[', ']']).step_by(2).any(|part| part.contains('*'));
    if is_address || text.starts_with('&') || text.contains("_Atomic") {
        let instead = if text.contains("char") || text.contains("str") {
            "text is stored in place: str[N]"
        } else {
            "write an offset or an index: u64"
        };
        return Some(format!("an address means nothing in another process; {instead}"));
    }
    if let Some((unit, bits)) = text.split_once(':')
        && bits.trim().parse::<u32>().is_ok()
    {
        let unit = scalar(unit.trim()).unwrap_or("u8");
        return Some(format!(
            "bit fields are not supported yet: write one {unit} for all bits of the unit, and shift \
             and mask; or flags, if each is one bit; {PAGE}"
        ));
    }
    if let Some(inner) = text.strip_suffix("| None") {
        return Some(format!("write {}?", here(inner)));
    }
    if let Some((name, inner)) = generic(text) {
        let inner: Vec<&str> = inner.split(',').map(str::trim).collect();
        let of = here(inner.first()?);
        return match (name.to_ascii_lowercase().as_str(), inner.get(1)) {
            ("optional" | "option" | "maybe", _) => Some(format!("write {of}?")),
            ("array" | "staticarray", Some(n)) => Some(format!("write {of}[{n}]")),
            ("list" | "vec" | "vector" | "sequence" | "array" | "staticvector" | "span", _) => {
                Some(format!("write {of}[<=N] for up to N, {of}[N] for exactly N"))
            }
            _ => None,
        };
    }
    let (name, suffix) = text.split_at(text.find('[').unwrap_or(text.len()));
    if matches!(suffix, "[]" | "[?]" | "[*]") {
        return Some(format!("write {0}[<=N] for up to N, {0}[N] for exactly N", here(name)));
    }
    // A name of C++ or Rust, or C's `struct level`.
    let (path, last) = name.rsplit_once("::").unwrap_or(("", name));
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let is_other = name.contains("::") || text != written.trim();
    if is_other && !last.is_empty() && last.chars().all(is_name) {
        let own = || (path != "std").then(|| format!("write {last}{suffix}"));
        return advice_on_name(last, suffix).or_else(own);
    }
    if name.trim().contains(' ') && scalar(name.trim()).is_some() {
        return Some(format!("use {}", here(text)));
    }
    // Rust's `[u8; 4]`.
    if let Some((inner, n)) =
        text.strip_prefix('[').and_then(|t| t.strip_suffix(']'))?.split_once(';')
    {
        return Some(format!("write {}[{}]", here(inner), n.trim()));
    }
    None
}

/// What to write instead of a type's name; `suffix` is what stands behind it.
pub(crate) fn advice_on_name(name: &str, suffix: &str) -> Option<String> {
    let target = |ty: &str| Some(format!("its size depends on the target; use {ty}{suffix}"));
    match name {
        "usize" | "size_t" | "uintptr_t" | "c_size_t" => return target("u64"),
        "isize" | "ssize_t" | "intptr_t" | "ptrdiff_t" | "off_t" | "time_t" => {
            return target("i64");
        }
        "wchar_t" | "char32_t" | "char16_t" | "wstr" => {
            let unit = if name == "char16_t" { "u16" } else { "u32" };
            return Some(format!("text is UTF-8 here: str[N]; a wide character is {unit}{suffix}"));
        }
        "char" if suffix.is_empty() => return Some("use u8 for a byte, str[N] for text".into()),
        "char" => return Some(format!("write str{suffix} for text, u8{suffix} for bytes")),
        "string" | "String" | "std.string" | "text" => {
            return Some(
                "text has a bound in shared memory: str[<=N], or str[N], padded with NULs".into(),
            );
        }
        "long" | "unsigned long" => {
            let ty = if name == "long" { "i64" } else { "u64" };
            return Some(format!("use {ty}{suffix}, as on 64-bit Linux"));
        }
        "void" => return Some("leave the field out, or write bytes[N]".into()),
        "list" | "List" | "Vec" | "vector" => {
            return Some("a list of up to N is written T[<=N], such as u8[<=16]".into());
        }
        "Optional" | "Option" | "optional" => {
            return Some("an optional is written T?, such as u8?".into());
        }
        "i128" | "u128" | "__int128" | "f16" | "f80" | "f128" => {
            let (kind, bytes) = match name {
                "f16" => ("u16", "its bits"),
                _ => ("bytes[16]", "its bytes"),
            };
            return Some(format!("there is no such type yet; {kind}{suffix} holds {bytes}"));
        }
        _ => {}
    }
    if let Some((ty, order)) = with_order(name) {
        return Some(match order {
            "little" => format!("all numbers are little-endian: use {ty}{suffix}"),
            _ => format!(
                "all numbers are little-endian, another byte order is not supported yet: \
                 write bytes[{}]{suffix}, and swap them in the program; {PAGE}",
                bytes_of(ty)
            ),
        });
    }
    if let Some(bits) = name.strip_prefix(['u', 'i', 'f']).and_then(|n| n.parse::<u32>().ok())
        && bits % 8 == 0
        && bits <= 64
    {
        return Some(format!(
            "there is no number of {bits} bits; bytes[{}]{suffix} holds its bytes",
            bits / 8
        ));
    }
    scalar(name).map(|ty| format!("use {ty}{suffix}"))
}

/// Without what says nothing here.
fn plain(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = ["const ", "volatile ", "struct ", "enum ", "union "]
        .iter()
        .find_map(|word| text.strip_prefix(word))
    {
        text = rest.trim_start();
    }
    text
}

/// `Name<inner>` or `Name[inner]`, where the inner is no length.
fn generic(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['<', '['])?;
    let close = if text[at..].starts_with('<') { '>' } else { ']' };
    let inner = text[at + 1..].strip_suffix(close)?;
    let name = text[..at].rsplit([':', '.']).next()?.trim();
    let is_type = inner.starts_with(|c: char| c.is_alphabetic());
    (is_type && !name.is_empty()).then_some((name, inner))
}

/// The type as it is written here, as well as that can be known.
fn here(text: &str) -> String {
    let text = plain(text);
    let end = text.find('[').unwrap_or(text.len());
    let (name, suffix) = text.split_at(end);
    format!("{}{suffix}", scalar(name.trim()).unwrap_or(name.trim()))
}

/// Our name of a number of another language.
fn scalar(name: &str) -> Option<&'static str> {
    let name = name.rsplit([':', '.']).next()?;
    let bare = name.strip_suffix("_t").unwrap_or(name);
    let bare = bare.strip_prefix("c_").unwrap_or(bare).trim_start_matches('_');
    Some(match bare {
        "uint8" | "u8" | "unsigned char" | "byte" | "ubyte" | "UInt8" | "octet" | "BYTE" => "u8",
        "uint16" | "u16" | "unsigned short" | "ushort" | "UInt16" | "WORD" => "u16",
        "uint32" | "u32" | "unsigned int" | "unsigned" | "uint" | "UInt32" | "DWORD" | "uid"
        | "gid" | "mode" => "u32",
        "uint64" | "u64" | "unsigned long long" | "ulonglong" | "ulong" | "UInt64" => "u64",
        "int8" | "i8" | "s8" | "signed char" | "sbyte" | "Int8" => "i8",
        "int16" | "i16" | "s16" | "short" | "short int" | "Int16" => "i16",
        "int32" | "i32" | "s32" | "int" | "signed int" | "signed" | "Int32" | "pid" => "i32",
        "int64" | "i64" | "s64" | "long long" | "longlong" | "long long int" | "Int64" => "i64",
        "float" | "float32" | "f32" | "Float32" | "real32" => "f32",
        "double" | "float64" | "f64" | "Float64" | "real64" => "f64",
        "bool" | "Bool" | "boolean" | "Boolean" | "_Bool" => "bool",
        _ => return None,
    })
}

/// A number whose name says its order of bytes: `u16be`, `be16`, `__be32`,
/// `uint32_le`.
fn with_order(name: &str) -> Option<(&'static str, &'static str)> {
    let bare = name.trim_start_matches('_').to_ascii_lowercase();
    let bare = bare.strip_suffix("_t").unwrap_or(&bare);
    let order = |word: &str| if word == "le" { "little" } else { "big" };
    for word in ["be", "le"] {
        if let Some(rest) = bare.strip_suffix(word)
            && let Some(ty) = scalar(rest.trim_end_matches('_'))
        {
            return Some((ty, order(word)));
        }
        let Some(rest) = bare.strip_prefix(word) else { continue };
        let ty = match rest.trim_start_matches('_') {
            "16" => Some("u16"),
            "32" => Some("u32"),
            "64" => Some("u64"),
            other => scalar(other),
        };
        if let Some(ty) = ty {
            return Some((ty, order(word)));
        }
    }
    None
}

fn bytes_of(ty: &str) -> u32 {
    ty.trim_start_matches(['u', 'i', 'f']).parse::<u32>().map_or(1, |bits| bits / 8)
}

/// What to write instead of a key that a kind of table does not have.
pub(super) fn advice_on_key(table: &str, key: &str) -> Option<String> {
    let later =
        |what: &str, instead: &str| Some(format!("{what} is not supported yet: {instead}; {PAGE}"));
    match (table, key) {
        ("a struct" | "[schema]" | "a field", "pack" | "packed") => later(
            "a packed layout",
            "fields are laid out as in C; write a number that is not aligned as bytes[N]",
        ),
        (_, "endian" | "endianness" | "byte_order" | "byteorder" | "big_endian") => later(
            "another byte order than little-endian",
            "write such a number as bytes[N], and swap its bytes in the program",
        ),
        ("a field", "bits" | "bit" | "bit_size" | "bitfield" | "width") => later(
            "a bit field",
            "write one unsigned integer for all bits of the unit, and shift and mask; or flags, \
             if each is one bit",
        ),
        ("a field" | "a struct", "offset" | "offsets" | "at") => Some(format!(
            "fields lie in the order written: `{{ reserved = N }}` in front of a field moves it, \
             and `assert = {{ offset = {{ name = 8 }} }}` of the struct checks it; {PAGE}"
        )),
        ("a field" | "a struct", "pad" | "padding") => {
            Some("bytes without a meaning are `{ reserved = N }` among the fields".into())
        }
        ("a field", "optional" | "nullable" | "required") => {
            Some("an optional is a type of its own: type = \"u8?\"".into())
        }
        ("a field", "length" | "len" | "count" | "size" | "array" | "max" | "capacity") => Some(
            "it is part of the type: \"u8[4]\" is four, \"u8[<=4]\" up to four, \"str[4]\" a \
             text of four bytes"
                .into(),
        ),
        ("a struct", "size") => Some(
            "`extent = N` keeps room for later fields, `assert = { size = N }` only checks".into(),
        ),
        ("a field", "unit_of" | "overlay" | "union") => {
            later("an untagged union", "write a union with a tag, or bytes[N]")
        }
        ("a segment", "bare" | "type" | "consistent" | "magic" | "min_size") => later(
            "a segment that another program laid out",
            "attach to it without a schema, and read it through the struct",
        ),
        ("a segment", "size" | "bytes") => {
            Some("its size follows from its objects; `shmgen size` tells it".into())
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn types_of_other_languages_have_a_name_here() {
        for (theirs, ours) in [
            ("uint32_t", "use u32"),
            ("int64_t", "use i64"),
            ("c_uint16", "use u16"),
            ("__u8", "use u8"),
            ("double", "use f64"),
            ("size_t", "use u64"),
            ("wchar_t", "str[N]"),
            ("uint8_t", "use u8"),
            ("__be32", "bytes[4]"),
            ("u16be", "bytes[2]"),
            ("uint64_le", "use u64"),
            ("u48", "bytes[6]"),
        ] {
            let found = advice_on_name(theirs, "").unwrap_or_default();
            assert!(found.contains(ours), "{theirs}: {found}");
        }
        for (theirs, ours) in [
            ("void*", "address"),
            ("const char *", "str[N]"),
            ("&str", "str[N]"),
            ("u8:4", "bit fields"),
            ("unsigned int : 3", "one u32"),
            ("list[u8]", "u8[<=N]"),
            ("std::vector<uint16_t>", "u16[<=N]"),
            ("Vec<Level>", "Level[<=N]"),
            ("Optional[u8]", "write u8?"),
            ("int32_t | None", "write i32?"),
            ("std::array<float, 4>", "f32[4]"),
            ("[u8; 16]", "u8[16]"),
            ("unsigned int[4]", "use u32[4]"),
            ("volatile unsigned char", "use u8"),
            ("std::string", "str[<=N]"),
            ("std::uint32_t", "use u32"),
            ("acme::Level[4]", "write Level[4]"),
            ("struct level", "write level"),
            ("u8[]", "u8[<=N]"),
            ("int[]", "i32[<=N]"),
        ] {
            let found = advice_on_type(theirs).unwrap_or_default();
            assert!(found.contains(ours), "{theirs}: {found}");
        }
        for fine in ["Level", "Level[4]", "Level[<=4]", "u8[LEN]", "u8[LEN * 2]", "std::map"] {
            assert_eq!(advice_on_type(fine), None, "{fine}");
        }
        assert_eq!(advice_on_name("Level", ""), None);
    }
}
