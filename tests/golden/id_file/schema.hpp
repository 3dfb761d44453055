// [43 lines as in ../struct/schema.hpp]
/// The segment feed: 8192 bytes, at sysv-file:feed.id unless told otherwise.
// [99 lines as in ../segment/schema.hpp]
