// [19 lines as in ../empty/schema.hpp, with c3dfe2cf]
inline std::string to_string(const golden_i64_optional &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_i64_optional_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_i64_optional *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_i64_optional &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_i64_optional &a, const golden_i64_optional &b) { return golden_i64_optional_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_i64_optional &a, const golden_i64_optional &b) { return !(a == b); }
#endif

inline std::string to_string(const golden_Order &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Order_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Order *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Order &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Order &a, const golden_Order &b) { return golden_Order_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Order &a, const golden_Order &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with c3dfe2cf]
/// `i64?`
using i64_optional = ::golden_i64_optional;
using Order = ::golden_Order;
// [9 lines as in ../struct/schema.hpp, with c3dfe2cf]
