// [48 lines as in ../struct/schema.hpp, with 3e05dc9c]
/// The segment feed: 12288 bytes, at posix:/golden.feed unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `last` (cell)
/// - `each` (cell)
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr ::std::uint64_t SIZE = 12288;
// [93 lines as in ../segment/schema.hpp, with 3e05dc9c]
