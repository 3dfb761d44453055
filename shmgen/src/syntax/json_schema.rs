//! The schema language as a JSON Schema, for editors: made of the table of
//! keys that the parser uses. Keys that this version does not support are left
//! out. What needs more than one place of the file to judge is left to
//! `shmgen check`.

use super::keys::{Key, ROOT, Rule, Shape, TableKind};
use super::parse::EDITION;
use crate::diagnostics::Code;
use serde_json::{Map, Value, json};
use shm_runtime::contract::Primitive;

/// What a name looks like: letters, digits and single underscores.
const NAME: &str = "[A-Za-z](_?[A-Za-z0-9])*";
/// The name of a user or a group, as far as it can be determined by looking.
const ACCOUNT: &str = "^[^:/\\u0000-\\u001f\\u007f-\\u009f]{1,256}$";

/// The JSON Schema (draft 2020-12) of the schema language.
pub fn json_schema() -> Value {
    let mut definitions = Definitions(Map::new());
    let root = table(&ROOT, &mut definitions);
    let mut out = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("shmgen schema, edition {EDITION}"),
        "description": "Shared structs and queues, from which shmgen generates code.",
    });
    for (key, value) in root {
        out[key] = value;
    }
    out["$defs"] = Value::Object(definitions.0);
    out
}

/// The kinds of table, each once.
struct Definitions(Map<String, Value>);

impl Definitions {
    /// A reference to the definition of a kind of table.
    fn reference(&mut self, kind: &'static TableKind) -> Value {
        let id = kind.what.trim_matches(['[', ']']);
        let id = id.trim_start_matches("an ").trim_start_matches("a ").replace(' ', "-");
        if !self.0.contains_key(&id) {
            self.0.insert(id.clone(), Value::Null); // keeps its place
            let whole = self.definition(kind);
            self.0.insert(id.clone(), whole);
        }
        json!({ "$ref": format!("#/$defs/{id}") })
    }

    fn definition(&mut self, kind: &'static TableKind) -> Value {
        let this = Value::Object(table(kind, self));
        let Some((key, other)) = kind.instead else { return this };
        json!({
            "if": { "type": "object", "required": [key] },
            "then": self.reference(other),
            "else": this,
        })
    }
}

fn table(kind: &'static TableKind, definitions: &mut Definitions) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in kind.keys {
        properties.insert(key.name.to_owned(), property(key, definitions));
    }
    // The parser has words of its own for a missing edition.
    let is_required = |k: &&Key| k.required || matches!(k.shape, Shape::Edition);
    let required: Vec<&str> = kind.keys.iter().filter(is_required).map(|k| k.name).collect();
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    out.insert("additionalProperties".to_owned(), json!(false));
    if !kind.rules.is_empty() {
        out.insert("allOf".to_owned(), kind.rules.iter().map(|r| rule(kind, r)).collect());
    }
    out
}

fn rule(table: &TableKind, rule: &Rule) -> Value {
    let mut condition = json!({ "properties": { rule.of: { "const": rule.choice } } });
    if !rule.by_default {
        condition["required"] = json!([rule.of]);
    }
    let mut then = json!({});
    let (either, needs): (Vec<&str>, Vec<&str>) =
        rule.needs.iter().copied().partition(|key| key.contains('|'));
    if !needs.is_empty() {
        then["required"] = json!(needs);
    }
    for keys in either {
        let together = |keys: &str| keys.split('+').map(str::to_owned).collect::<Vec<_>>();
        let keys = keys.split('|').map(|keys| json!({ "required": together(keys) }));
        then["oneOf"] = keys.collect();
    }
    for key in table.excluded(rule) {
        then["properties"][key] = json!(false);
    }
    json!({ "if": condition, "then": then })
}

fn property(key: &Key, definitions: &mut Definitions) -> Value {
    let mut value = shape(key.shape, definitions);
    value["description"] = json!(key.doc);
    value
}

fn shape(shape: Shape, definitions: &mut Definitions) -> Value {
    let names = |wanted: fn(&Primitive) -> bool| {
        let all = Primitive::ALL.into_iter().filter(wanted).map(Primitive::name);
        json!({ "enum": all.collect::<Vec<_>>() })
    };
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Name => name(),
        Shape::Dotted => json!({
            "type": "string",
            "pattern": format!("^{NAME}(\\.{NAME})*$"),
            "maxLength": shm_runtime::header::SCHEMA_NAME_MAX,
        }),
        Shape::Version => json!({ "type": "string", "pattern": "^0*[0-9]{1,6}\\.0*[0-9]{1,6}$" }),
        Shape::Type => json!({
            "type": "string",
            "minLength": 1,
            "examples": [
                "u64", "i32", "f64", "bool", "str[16]", "bytes[8]", "f32[4][8]", "u64[<=8]", "u64?",
            ],
        }),
        Shape::Scalar => names(|_| true),
        Shape::Bits { signed: true } => names(|p| p.integer_range().is_some()),
        Shape::Bits { signed: false } => names(|p| p.integer_range().is_some() && !p.is_signed()),
        Shape::Choice(choices) => json!({ "enum": choices }),
        Shape::Edition => json!({ "const": EDITION }),
        Shape::Integer(low, high) => integer(low, high),
        Shape::Names => json!({ "type": "array", "items": name(), "minItems": 1 }),
        Shape::Numbers => json!({
            "type": "object",
            "additionalProperties": integer(i64::MIN.into(), u64::MAX.into()),
        }),
        Shape::Lints => {
            let lints = Code::ALL.iter().filter(|code| code.is_lint()).map(|code| code.name());
            json!({ "type": "array", "items": { "enum": lints.collect::<Vec<_>>() } })
        }
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Permissions => json!({
            "type": "integer",
            "minimum": 0o600,
            "maximum": 0o777,
        }),
        Shape::Account => json!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u32::MAX - 1 },
                { "type": "string", "pattern": ACCOUNT },
            ],
        }),
        Shape::Constant => json!({ "type": ["number", "boolean", "string"] }),
        Shape::Number => json!({ "type": ["number", "string"] }),
        Shape::Default => json!({
            "anyOf": [
                { "type": ["number", "boolean", "string"] },
                { "type": "array", "items": { "type": "string" } },
            ],
        }),
        Shape::Side => json!({ "enum": [1, "many"] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Table(kind) => definitions.reference(kind),
        Shape::Named(kind) => json!({
            "type": "object",
            "propertyNames": name(),
            "additionalProperties": definitions.reference(kind),
        }),
        Shape::List(kind) => json!({
            "type": "array",
            "items": definitions.reference(kind),
            "minItems": 1,
        }),
    }
}

fn integer(low: i128, high: i128) -> Value {
    json!({
        "anyOf": [
            { "type": "integer", "minimum": number(low), "maximum": number(high) },
            { "type": "string", "minLength": 1 },
        ],
    })
}

fn name() -> Value {
    json!({
        "type": "string",
        "pattern": format!("^{NAME}$"),
        "maxLength": super::NAME_MAX,
    })
}

/// A bound as JSON has it: every one of ours is a number of 64 bits.
fn number(n: i128) -> Value {
    match (i64::try_from(n), u64::try_from(n)) {
        (Ok(n), _) => json!(n),
        (_, Ok(n)) => json!(n),
        _ => Value::Null,
    }
}
