// [11 lines as in ../struct/schema.rs]
pub struct Packet {
    pub raw: [u8; 6],
    pub sums: [u16; 3],
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl Packet {
    /// The field `raw`, for access in place.
    pub const RAW: ::shm_runtime::FieldRef<Self, [u8; 6]> = ::shm_runtime::FieldRef::at(0);
    /// The field `sums`, for access in place.
    pub const SUMS: ::shm_runtime::FieldRef<Self, [u16; 3]> = ::shm_runtime::FieldRef::at(6);
}

#[rustfmt::skip]
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]
impl ::core::default::Default for Packet {
    fn default() -> Self {
        Self {
            raw: [0; 6],
            sums: [0; 3],
// [6 lines as in ../struct/schema.rs]
impl ::core::fmt::Debug for Packet {
    fn fmt(&self, f_: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f_.debug_struct("Packet")
            .field("raw", &self.raw)
            .field("sums", &self.sums)
// [6 lines as in ../struct/schema.rs]
    Packet, size 12, align 2,
    uses [],
    imports [
    ],
    fields {
        raw at 0 size 6: "bytes[6]" "" "", [u8; 6];
        sums at 6 size 6: "u16[3]" "" "", [u16; 3];
// [7 lines as in ../struct/schema.rs]
