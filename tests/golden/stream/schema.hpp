// [17 lines as in ../empty/schema.hpp, with 39a78806]
// Macros of headers that may be included before, put aside up to the end of this one.
#pragma push_macro("log")
#undef log
// [9 lines as in ../empty/schema.hpp, with 39a78806]
/// The segment feed: 12288 bytes, at posix:/golden.feed unless told otherwise.
class Feed {
 public:
  /// Bytes of the whole segment.
  static constexpr ::std::uint64_t SIZE = 12288;
// [35 lines as in ../segment/schema.hpp]
  /// What was said.
  /// A stream with room for 4096 bytes.
  ::shm::stream::stream<void> log() const { return {attachment_, 0, 4096}; }
// [62 lines as in ../segment/schema.hpp, with 39a78806]
#pragma pop_macro("log")

}  // extern "C++"

#endif  // SHM_SCHEMA_golden_HPP
