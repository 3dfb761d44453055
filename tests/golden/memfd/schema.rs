// [58 lines as in ../segment/schema.rs]
/// The segment `feed`: 8192 bytes, at `memfd:` unless told otherwise.
// [14 lines as in ../segment/schema.rs]
            ::shm_runtime::Setup::at("memfd:").mode(0o600).participants(64)
// [69 lines as in ../segment/schema.rs]
