// [19 lines as in ../empty/schema.hpp, with f5ffee4e]
inline std::string to_string(const golden_Robot &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Robot_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Robot *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Robot &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Robot &a, const golden_Robot &b) { return golden_Robot_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Robot &a, const golden_Robot &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with f5ffee4e]
using Robot = ::golden_Robot;

using ::to_string;

/// The segment feed: 8192 bytes, at posix:/golden.feed unless told otherwise.
// [39 lines as in ../segment/schema.hpp]
  /// Where it is.
  /// A state: a value behind a lock.
  ::shm::state::state<::golden_Robot> robot() const { return {attachment_, 0}; }
// [65 lines as in ../segment/schema.hpp, with f5ffee4e]
