// [48 lines as in ../struct/schema.hpp, with a7694a99]
/// The segment feed: 8192 bytes, at sysv:0x53480001 unless told otherwise.
// [107 lines as in ../segment/schema.hpp, with a7694a99]
