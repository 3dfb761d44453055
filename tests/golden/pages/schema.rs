// [58 lines as in ../segment/schema.rs]
/// The segment `feed`: 2_097_152 bytes, at `posix:/golden.feed` unless told otherwise.
// [14 lines as in ../segment/schema.rs]
            ::shm_runtime::Setup::at("posix:/golden.feed").mode(0o600).participants(64).pages(::shm_runtime::HugePages::M2)
// [15 lines as in ../segment/schema.rs]
    pub const SIZE: u64 = 2_097_152;
// [53 lines as in ../segment/schema.rs]
