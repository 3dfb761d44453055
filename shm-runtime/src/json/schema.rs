//! The JSON Schema of a form: made from its type by schemars.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The JSON Schema (draft 2020-12) of what is written for a `T`.
///
/// A key that is not required is never null: it is missing instead. Numbers have
/// no `format`, which says how wide a Rust type is and nothing of the data.
pub fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with_transform(tidy as fn(&mut Schema));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn tidy(schema: &mut Schema) {
    transform_subschemas(&mut (tidy as fn(&mut Schema)), schema);
    let Some(object) = schema.as_object_mut() else { return };
    let numeric = object.get("type").is_some_and(|ty| {
        let is_number = |ty: &Value| ty == "integer" || ty == "number";
        is_number(ty) || ty.as_array().is_some_and(|all| all.iter().any(is_number))
    });
    if numeric {
        object.remove("format");
    }
    if let Some(text) = object.get_mut("description") {
        *text = text.as_str().map_or_else(String::new, joined).into();
    }
    let required: Vec<Value> =
        object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        if !required.iter().any(|key| key == name) {
            without_null(property);
        }
    }
}

/// A paragraph of a doc comment is one line.
fn joined(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|p| p.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn without_null(property: &mut Value) {
    let Some(object) = property.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").map_or(true, |ty| ty != "null"));
        if let [one] = choices.as_slice() {
            let one = one.clone();
            object.remove("anyOf");
            if let Value::Object(one) = one {
                object.extend(one);
            }
        }
    }
}
