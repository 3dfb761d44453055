// [19 lines as in ../empty/schema.hpp, with b455d7b1]
inline std::string to_string(const golden_Line &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Line_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Line *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Line &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Line &a, const golden_Line &b) { return golden_Line_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Line &a, const golden_Line &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with b455d7b1]
using Line = ::golden_Line;
// [9 lines as in ../struct/schema.hpp, with b455d7b1]
