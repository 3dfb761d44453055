//! What the derive refuses, in the words that a programmer sees, and what it
//! takes. `TRYBUILD=overwrite cargo test -p shm-derive` writes the texts anew.

#![allow(missing_docs)]

#[test]
fn every_struct_that_cannot_be_shared_is_refused_with_a_reason() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn what_can_be_shared_compiles_without_a_warning_in_a_crate_without_unsafe_code() {
    trybuild::TestCases::new().pass("tests/ui/good/*.rs");
}
