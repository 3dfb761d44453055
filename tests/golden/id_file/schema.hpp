// [48 lines as in ../struct/schema.hpp, with e61297f3]
/// The segment feed: 8192 bytes, at sysv-file:feed.id unless told otherwise.
// [107 lines as in ../segment/schema.hpp, with e61297f3]
