// [48 lines as in ../struct/schema.hpp, with d74f853b]
/// The segment feed: 2097152 bytes, at posix:/golden.feed unless told otherwise.
// [7 lines as in ../segment/schema.hpp]
  static constexpr ::std::uint64_t SIZE = 2097152;
// [99 lines as in ../segment/schema.hpp, with d74f853b]
