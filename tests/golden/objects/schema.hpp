// [43 lines as in ../struct/schema.hpp]
/// The segment feed: 20480 bytes, at posix:/golden.feed unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `lanes` (queue)
/// - `log` (ring)
/// - `pipe` (stream)
/// - `news` (topic)
/// - `latest` (cell)
/// - `now` (state)
/// - `stop` (event)
/// - `counts` (counters)
/// - `blob` (raw)
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr std::uint64_t SIZE = 20480;
// [91 lines as in ../segment/schema.hpp]
