// [19 lines as in ../empty/schema.hpp, with d0b69bba]
inline std::string to_string(const golden_Named &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Named_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Named *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Named &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Named &a, const golden_Named &b) { return golden_Named_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Named &a, const golden_Named &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with d0b69bba]
using Named = ::golden_Named;
// [9 lines as in ../struct/schema.hpp, with d0b69bba]
