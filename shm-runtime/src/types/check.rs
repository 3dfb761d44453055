//! Whether definitions fit together.

use super::descriptor::{ByName, Field, TypeBody, TypeDef, Types, VariantDef, Wrapper};
use super::expr::{Primitive, TypeExpr, TypeName};
use std::collections::BTreeSet;

/// How many types may lie in one another: a process that reads a value takes a step for
/// each.
const DEPTH_MAX: usize = 64;

impl Types<'_> {
    /// What a reader of values relies on: names resolve, sizes agree, fields
    /// lie in order within their struct, and nothing contains itself.
    pub(crate) fn check_definitions(self, names: &ByName<'_>) -> Result<(), &'static str> {
        let find = |name: &TypeName| names.find(name).map(|at| &self.0[at]);
        for def in self.0 {
            if !def.align.is_power_of_two() || def.size == 0 || def.size % def.align != 0 {
                return Err("a type's size and alignment do not fit together");
            }
        }
        for def in self.0 {
            if let TypeBody::Struct(fields) = &def.body {
                let mut end = 0;
                for field in fields {
                    let (size, _) =
                        field.ty.size_and_align(&find).ok_or("a field's type is unknown")?;
                    if size != field.size || field.offset < end {
                        return Err("a field's size or offset is wrong");
                    }
                    end = field.offset.checked_add(size).ok_or("a field's end overflows")?;
                }
                if end > def.size {
                    return Err("a field lies outside its struct");
                }
                check_was(def, fields)?;
            }
            if let TypeBody::Union(tag, variants) = &def.body {
                let layout =
                    union_layout(*tag, variants, &find).ok_or("a variant's type is unknown")?;
                if (layout.size, layout.align) != (def.size, def.align) {
                    return Err("a union's size or alignment is wrong");
                }
            }
        }
        Ok(())
    }

    /// Types that contain each other have no end. Kahn's algorithm: take away,
    /// one by one, the types that wait for no other; what is left is a cycle.
    pub(crate) fn check_recursion(self, names: &ByName<'_>) -> Result<(), &'static str> {
        let mut waits_for = vec![0usize; self.0.len()];
        let mut needed_by = vec![Vec::new(); self.0.len()];
        for (i, def) in self.0.iter().enumerate() {
            for name in def.body.parts().filter_map(TypeExpr::named) {
                let part = names.find(name).ok_or("a field's type is unknown")?;
                needed_by[part].push(i);
                waits_for[i] += 1;
            }
        }
        let mut ready: Vec<usize> = (0..self.0.len()).filter(|i| waits_for[*i] == 0).collect();
        let mut done = 0;
        let mut depths = vec![1usize; self.0.len()];
        while let Some(part) = ready.pop() {
            done += 1;
            if depths[part] > DEPTH_MAX {
                return Err("types are nested more than 64 deep");
            }
            for &whole in &needed_by[part] {
                depths[whole] = depths[whole].max(depths[part] + 1);
                waits_for[whole] -= 1;
                if waits_for[whole] == 0 {
                    ready.push(whole);
                }
            }
        }
        if done == self.0.len() { Ok(()) } else { Err("a type contains itself") }
    }
}

/// How a union of these variants is laid out.
fn union_layout<'a>(
    tag: Primitive,
    variants: &[VariantDef],
    defs: &impl Fn(&TypeName) -> Option<&'a TypeDef>,
) -> Option<Wrapper> {
    let (mut largest, mut strictest) = (0, 1);
    for ty in variants.iter().filter_map(|v| v.ty.as_ref()) {
        let (size, align) = ty.size_and_align(defs)?;
        largest = size.max(largest);
        strictest = align.max(strictest);
    }
    Wrapper::union(tag.size(), largest, strictest)
}

/// What was lies in order, in bytes of the struct that no field has, and is no
/// more.
fn check_was(def: &TypeDef, fields: &[Field]) -> Result<(), &'static str> {
    if def.was.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<&str> = fields.iter().map(|f| f.name.as_str()).collect();
    let mut fields = fields.iter().peekable();
    let mut before: Option<(u64, u64, &str)> = None;
    for was in &def.was {
        let end = was.offset.checked_add(was.size).ok_or("a former field's end overflows")?;
        if was.size == 0 || end > def.size || names.contains(was.name.as_str()) {
            return Err("a former field is none");
        }
        let in_order = before.map_or(true, |(offset, end_before, name)| {
            let same_bytes = (offset, end_before) == (was.offset, end);
            if same_bytes { name < was.name.as_str() } else { was.offset >= end_before }
        });
        if !in_order {
            return Err("the former fields are not in order");
        }
        before = Some((was.offset, end, &was.name));
        while fields.next_if(|f| f.offset + f.size <= was.offset).is_some() {}
        if fields.peek().is_some_and(|f| f.offset < end) {
            return Err("a former field lies where a field is");
        }
    }
    Ok(())
}
