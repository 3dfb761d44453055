//! The page of a form of JSON: a table of keys for each object of its schema.

use serde_json::Value;
use std::fmt::Write as _;

/// The page of a form, in Markdown.
pub(crate) fn page(form: &str, schema: &Value) -> String {
    let mut out =
        String::from("<!-- Made from the types that are written: see tests/cli/json.rs. -->\n\n");
    let _ = writeln!(out, "# JSON: {form}\n\n{}\n", text(schema));
    let _ = writeln!(
        out,
        "The [JSON Schema](../schemas/{form}.schema.json) of this page, draft 2020-12, is what \
         `shmgen schema --of {form}` prints."
    );
    body(&mut out, schema);
    let definitions = schema.get("$defs").and_then(Value::as_object);
    for (name, definition) in definitions.into_iter().flatten() {
        let _ = writeln!(out, "\n## {name}\n\n{}", text(definition));
        body(&mut out, definition);
    }
    out
}

fn text(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// Tables of the keys of an object, or of the forms that it can have.
fn body(out: &mut String, schema: &Value) {
    keys(out, schema);
    for choices in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()) {
        let names: Vec<&Value> = choices.iter().filter(|c| c.get("const").is_some()).collect();
        if names.len() == choices.len() {
            out.push_str("\n| value | |\n|---|---|\n");
            for choice in names {
                let _ = writeln!(out, "| {} | {} |", shown(&choice["const"]), text(choice));
            }
            continue;
        }
        let also = if schema.get("properties").is_some() { "Also one" } else { "One" };
        let _ = writeln!(out, "\n{also} of these:");
        for choice in choices {
            let said = match text(choice) {
                "" => kind(choice),
                said => said.to_owned(),
            };
            let _ = writeln!(out, "\n- {said}");
            keys(out, choice);
        }
    }
}

fn keys(out: &mut String, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let required = schema["required"].as_array();
    out.push_str("\n| key | value | |\n|---|---|---|\n");
    for (name, property) in properties {
        let always = required.is_some_and(|all| all.iter().any(|key| key == name));
        let optional = if always { "" } else { " (may be missing)" };
        let said = text(property).replace('\n', " ");
        let _ = writeln!(out, "| `{name}` | {}{optional} | {said} |", kind(property));
    }
}

/// What a value is: `text`, `number or null`, `list of Segment`.
fn kind(schema: &Value) -> String {
    if let Some(constant) = schema.get("const") {
        return shown(constant);
    }
    if let Some(choices) = schema["enum"].as_array() {
        return choices.iter().map(shown).collect::<Vec<_>>().join(", ");
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|key| schema[*key].as_array()) {
        let mut all: Vec<String> = choices.iter().map(kind).collect();
        all.dedup();
        return all.join(" or ");
    }
    if let Some(only) = schema["allOf"].as_array().and_then(|all| all.first()) {
        return kind(only);
    }
    let types = match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect::<Vec<_>>(),
    };
    let names: Vec<String> = types
        .into_iter()
        .map(|ty| match ty {
            "string" if schema["format"] == "date-time" => "time".to_owned(),
            "string" => "text".to_owned(),
            "integer" | "number" => "number".to_owned(),
            "array" => match schema.get("items") {
                Some(items) => format!("list of {}", kind(items)),
                None => "list".to_owned(),
            },
            other => other.to_owned(),
        })
        .collect();
    names.join(" or ")
}

fn shown(value: &Value) -> String {
    format!("`{value}`")
}
