// [48 lines as in ../struct/schema.hpp, with 0c3e45dd]
/// The segment feed: 8192 bytes, at memfd: unless told otherwise.
// [107 lines as in ../segment/schema.hpp, with 0c3e45dd]
