//! Notes: what is right, and yet not all of it works in this version.

use crate::diagnostics::{Code, Diagnostics};
use crate::model;
use crate::syntax::{self, Body};
use shm_runtime::contract::Side;

/// Looks at a schema in which nothing is wrong.
pub(crate) fn notes(written: &syntax::Schema, schema: &model::Schema) -> Diagnostics {
    let mut found = Diagnostics::default();
    for (segment, resolved) in written.segments.iter().zip(&schema.segments) {
        for (object, resolved) in segment.objects.iter().zip(&resolved.objects) {
            if resolved.handle().is_some() {
                continue;
            }
            let (span, what) = match &object.body {
                Body::Queue { producers, consumers, .. } => {
                    let mut sides = [producers, consumers].into_iter().flatten();
                    let many = sides.find(|side| side.value == Side::Many);
                    let span = many.map_or(&object.kind.span, |side| &side.span).clone();
                    (span, "queues with many producers or consumers")
                }
                Body::Ring { .. } => (object.kind.span.clone(), "rings"),
                Body::Stream { .. } => (object.kind.span.clone(), "streams"),
                Body::Topic { .. } => (object.kind.span.clone(), "topics"),
                Body::Cell { .. } => (object.kind.span.clone(), "cells"),
                Body::State { .. } => (object.kind.span.clone(), "states"),
                Body::Event => (object.kind.span.clone(), "events"),
                Body::Counters { .. } => (object.kind.span.clone(), "counters"),
                Body::Raw { .. } => (object.kind.span.clone(), "raw bytes"),
            };
            let name = &object.name.value;
            let message = format!("this version creates and shows {what}, and cannot use them yet");
            found
                .error(Code::N001, &written.source, span, message)
                .label(format!("generated code has no functions for `{name}`"));
        }
    }
    found
}
