// [19 lines as in ../empty/schema.hpp, with 3e47820e]
inline std::string to_string(const golden_Level &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Level_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Level *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Level &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Level &a, const golden_Level &b) { return golden_Level_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Level &a, const golden_Level &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with 3e47820e]
/// What one costs.
///
/// Unit: 1e-8 USD.
using Price = ::golden_Price;
using Row = ::golden_Row;
using Level = ::golden_Level;
// [9 lines as in ../struct/schema.hpp, with 3e47820e]
