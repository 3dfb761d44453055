//! A contract of any bytes, as it may lie in a segment: refused, or read, shown
//! and compared.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shm_runtime::contract::{Contract, TypeExpr, explain};
use shm_runtime::json;

fuzz_target!(|bytes: &[u8]| {
    // The first two bytes say how much is contract; the rest are values.
    let Some((head, rest)) = bytes.split_first_chunk::<2>() else { return };
    let at = usize::from(u16::from_le_bytes(*head)).min(rest.len());
    let (contract, values) = rest.split_at(at);
    let Ok(contract) = Contract::decode(contract) else { return };
    assert!(Contract::decode(&contract.encode()).as_ref() == Ok(&contract));
    assert!(explain(&contract, &contract).is_empty());
    let other = Contract { types: vec![], ..contract.clone() };
    assert_eq!(explain(&contract, &other).is_empty(), contract.types.is_empty());
    for def in &contract.types {
        let ty = TypeExpr::Named(def.type_name());
        let Some((size, _)) = contract.size_and_align(&ty) else { continue };
        let Some(bytes) = usize::try_from(size).ok().and_then(|n| values.get(..n)) else {
            continue;
        };
        if let Some(value) = contract.read(&ty, bytes) {
            value.to_string();
            json::to_string(&value);
        }
    }
});
