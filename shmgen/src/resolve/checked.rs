//! The names of a schema: whether every language can write them.

use super::Resolver;
use super::clashes::declared_names;
use super::names;
use super::words::Role;
use crate::diagnostics::{Code, Spanned};
use crate::syntax::{self, Member};
use shm_runtime::header::SCHEMA_NAME_MAX;
use std::sync::Arc;

impl Resolver<'_, '_> {
    pub(super) fn schema_name(&mut self, name: &Spanned<String>) {
        if name.value.len() > SCHEMA_NAME_MAX {
            let message = format!("a schema's name has at most {SCHEMA_NAME_MAX} characters");
            self.error(Code::E020, &name.span, message);
            return;
        }
        let mut at = name.span.start + 1; // behind the quote
        for part in name.value.split('.') {
            let exact = at..at + part.len();
            let as_written = self.source.text().get(exact.clone()) == Some(part);
            let span = if as_written { exact } else { name.span.clone() };
            let part = Spanned::new(part.to_owned(), span);
            at += part.value.len() + 1;
            names::check(self.diagnostics, &self.source, &part, Role::Namespace);
        }
    }

    pub(super) fn check_names(&mut self, schema: &syntax::Schema) {
        let source = Arc::clone(&self.source);
        let mut check = |name: &Spanned<String>, role| {
            names::check(self.diagnostics, &source, name, role);
        };
        declared_names(schema).for_each(|name| check(name, Role::Top));
        for values in schema.enums.iter().map(|e| &e.values) {
            values.iter().for_each(|v| check(&v.name, Role::Member));
        }
        for bits in schema.flags.iter().map(|f| &f.bits) {
            bits.iter().for_each(|b| check(&b.name, Role::Member));
        }
        for variant in schema.unions.iter().flat_map(|u| &u.variants) {
            check(&variant.name, Role::Variant);
        }
        for member in schema.structs.iter().flat_map(|s| &s.members) {
            match member {
                Member::Field(field) => check(&field.name, Role::Field),
                Member::Reserved(reserved) => {
                    reserved.was.iter().for_each(|name| check(name, Role::Field));
                }
            }
        }
        for segment in &schema.segments {
            check(&segment.name, Role::Segment);
            segment.objects.iter().for_each(|o| check(&o.name, Role::Object));
        }
    }
}
