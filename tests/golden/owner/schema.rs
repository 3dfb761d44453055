// [73 lines as in ../segment/schema.rs]
            ::shm_runtime::Setup::at("posix:/golden.feed").mode(0o660).participants(64).owner("nobody").group(12345)
// [69 lines as in ../segment/schema.rs]
