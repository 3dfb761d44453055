// [48 lines as in ../struct/schema.hpp, with 3b8ccf3a]
/// The segment feed: 8192 bytes, at sysv-file:feed.id unless told otherwise.
// [107 lines as in ../segment/schema.hpp, with 3b8ccf3a]
