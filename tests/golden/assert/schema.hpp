// [19 lines as in ../empty/schema.hpp, with e0ef39c9]
inline std::string to_string(const golden_Pair &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Pair_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Pair *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Pair &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Pair &a, const golden_Pair &b) { return golden_Pair_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Pair &a, const golden_Pair &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with e0ef39c9]
using Pair = ::golden_Pair;
// [9 lines as in ../struct/schema.hpp, with e0ef39c9]
