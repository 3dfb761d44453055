// [19 lines as in ../empty/schema.hpp, with fafecd8e]
inline std::string to_string(const golden_Tick &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Tick_format(&value, &text[0], text.size());
    if (used + 64 < text.size()) {
      text.resize(used);
      return text;
    }
    text.resize(text.size() * 2);
  }
}
constexpr void shm_is_value(const golden_Tick *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Tick &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Tick &a, const golden_Tick &b) { return golden_Tick_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Tick &a, const golden_Tick &b) { return !(a == b); }
#endif
// [6 lines as in ../empty/schema.hpp, with fafecd8e]
using Tick = ::golden_Tick;

using ::to_string;
// [7 lines as in ../empty/schema.hpp, with fafecd8e]
