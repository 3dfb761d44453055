// [58 lines as in ../segment/schema.rs]
/// The segment `feed`: 8192 bytes, at `sysv:0x53480001` unless told otherwise.
// [14 lines as in ../segment/schema.rs]
            ::shm_runtime::Setup::at("sysv:0x53480001").mode(0o600).participants(64)
// [69 lines as in ../segment/schema.rs]
