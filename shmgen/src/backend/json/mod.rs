//! The JSON backend: the resolved model, for programs of other languages.
//!
//! serde writes these views straight from the model: a list holds no elements,
//! it makes each as it is written. Types are in [`types`], segments in
//! [`segments`], single values in [`scalars`].

mod scalars;
mod segments;
mod types;

use crate::model::{Constant, Schema, TypeDecl};
use scalars::{Each, Number, RangeView};
use segments::SegmentView;
use serde::Serialize;
use std::sync::Arc;
use types::{EnumView, FlagsView, StructView, TypeView, UnionView};

/// The version of this form: it grows when a key changes its meaning.
const VERSION: u32 = 1;

/// The model of a schema.
pub(super) fn model(schema: &Schema) -> String {
    // Only a map with keys that are no text could fail, and there is none.
    serde_json::to_string_pretty(&Model::from(schema)).unwrap_or_default() + "\n"
}

/// The resolved model of a schema: what `shmgen gen --lang json` writes. Every
/// name is looked up, every size and offset is in bytes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Model<'a> {
    /// Who wrote it from which file.
    generated: String,
    /// The version of this form. Keys may be added to it; it grows when one
    /// changes its meaning.
    #[cfg_attr(feature = "json-schema", schemars(extend("const" = VERSION)))]
    version: u32,
    /// The schema itself.
    schema: SchemaView<'a>,
    /// The schemas whose types are used.
    imports: Each<'a, Arc<Schema>, ImportView<'a>>,
    /// Constants, in the order of the file.
    constants: Each<'a, Constant, ConstantView<'a>>,
    /// Aliases, in the order of the file.
    aliases: Each<'a, crate::model::Alias, AliasView<'a>>,
    /// Enums, in the order of the file.
    enums: Each<'a, TypeDecl, EnumView<'a>>,
    /// Sets of flags, in the order of the file.
    flags: Each<'a, TypeDecl, FlagsView<'a>>,
    /// Structs, each after those that it contains.
    structs: Each<'a, TypeDecl, StructView<'a>>,
    /// Unions, each after those that it contains.
    unions: Each<'a, TypeDecl, UnionView<'a>>,
    /// Segments, in the order of the file.
    segments: Each<'a, crate::model::Segment, SegmentView<'a>>,
}

impl<'a> From<&'a Schema> for Model<'a> {
    fn from(schema: &'a Schema) -> Self {
        let types = &schema.types;
        Self {
            generated: format!("by shmgen from {}.toml, do not edit", schema.stem),
            version: VERSION,
            schema: SchemaView {
                name: &schema.name,
                version: schema.version_text(),
                doc: &schema.doc,
            },
            imports: Each::new(&schema.imports, |import| {
                Some(ImportView { schema: &import.name, module: &import.module })
            }),
            constants: Each::new(&schema.constants, |c| Some(ConstantView::from(c))),
            aliases: Each::new(&schema.aliases, |a| Some(AliasView::from(a))),
            enums: Each::new(types, |t| match t {
                TypeDecl::Enum(e) => Some(EnumView::from(e)),
                _ => None,
            }),
            flags: Each::new(types, |t| match t {
                TypeDecl::Flags(f) => Some(FlagsView::from(f)),
                _ => None,
            }),
            structs: Each::new(types, |t| match t {
                TypeDecl::Struct(s) => Some(StructView::from(s)),
                _ => None,
            }),
            unions: Each::new(types, |t| match t {
                TypeDecl::Union(u) => Some(UnionView::from(u)),
                _ => None,
            }),
            segments: Each::new(&schema.segments, |s| Some(SegmentView::from(s))),
        }
    }
}

/// A schema.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Schema"))]
struct SchemaView<'a> {
    /// Its dotted name: the prefix in C, the namespace in C++.
    name: &'a str,
    /// Its version, `major.minor`.
    version: String,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

/// A schema whose types are used.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Import"))]
struct ImportView<'a> {
    /// Its dotted name, as types refer to it.
    schema: &'a str,
    /// What its files are called.
    module: &'a str,
}

/// A constant.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Constant"))]
struct ConstantView<'a> {
    /// Its name.
    name: &'a str,
    /// A primitive type, such as `u64`.
    #[serde(rename = "type")]
    ty: &'static str,
    /// Its value.
    value: Number,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Constant> for ConstantView<'a> {
    fn from(c: &'a Constant) -> Self {
        Self {
            name: &c.name,
            ty: c.ty.name(),
            value: Number::of(c.ty, c.value),
            deprecated: c.meta.deprecated.as_deref(),
            doc: &c.meta.doc,
        }
    }
}

/// An alias: another name for a type.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Alias"))]
struct AliasView<'a> {
    /// Its name.
    name: &'a str,
    #[serde(flatten)]
    ty: TypeView<'a>,
    /// The unit of fields that do not say otherwise; empty for none.
    unit: &'a str,
    /// The valid numbers; null for all.
    range: Option<RangeView>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a crate::model::Alias> for AliasView<'a> {
    fn from(a: &'a crate::model::Alias) -> Self {
        Self {
            name: &a.name,
            ty: TypeView::from(&a.ty),
            unit: &a.unit,
            range: a.range.map(RangeView::from),
            deprecated: a.meta.deprecated.as_deref(),
            doc: &a.meta.doc,
        }
    }
}
