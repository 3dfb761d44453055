// [48 lines as in ../struct/schema.hpp, with 0df2fdcf]
/// The segment feed: 12288 bytes, at posix:/golden.feed unless told otherwise.
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr ::std::uint64_t SIZE = 12288;
// [35 lines as in ../segment/schema.hpp]
  /// An array of 3 cells: the latest value of each.
  ::shm::cell::cells<::golden_Tick> each() const { return {attachment_, 0, 3}; }
// [65 lines as in ../segment/schema.hpp, with 0df2fdcf]
