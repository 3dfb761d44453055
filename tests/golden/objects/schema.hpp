// [17 lines as in ../empty/schema.hpp, with 3efd9f8a]
// Macros of headers that may be included before, put aside up to the end of this one.
#pragma push_macro("log")
#undef log
// [32 lines as in ../struct/schema.hpp, with 3efd9f8a]
/// The segment feed: 16384 bytes, at posix:/golden.feed unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `lanes` (queue)
/// - `log` (ring)
/// - `news` (topic)
/// - `stop` (event)
/// - `counts` (counters)
/// - `blob` (raw)
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr ::std::uint64_t SIZE = 16384;
// [96 lines as in ../segment/schema.hpp, with 3efd9f8a]
#pragma pop_macro("log")

}  // extern "C++"

#endif  // SHM_SCHEMA_golden_HPP
