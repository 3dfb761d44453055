// [19 lines as in ../empty/schema.hpp, with e4a6d5f3]
inline std::string to_string(const golden_str_list16 &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_str_list16_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_str_list16 *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_str_list16 &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_str_list16 &a, const golden_str_list16 &b) { return golden_str_list16_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_str_list16 &a, const golden_str_list16 &b) { return !(a == b); }
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
inline golden_Order shm_default_of(const golden_Order *) { return golden_Order_default(); }
inline bool operator==(const golden_Order &a, const golden_Order &b) { return golden_Order_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Order &a, const golden_Order &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with e4a6d5f3]
/// `str[<=16]`
using str_list16 = ::golden_str_list16;
using Order = ::golden_Order;
// [9 lines as in ../struct/schema.hpp, with e4a6d5f3]
