// [19 lines as in ../empty/schema.hpp, with 8f176a8b]
inline std::string to_string(const golden_bytes_list6 &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_bytes_list6_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_bytes_list6 *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_bytes_list6 &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_bytes_list6 &a, const golden_bytes_list6 &b) { return golden_bytes_list6_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_bytes_list6 &a, const golden_bytes_list6 &b) { return !(a == b); }
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
// [7 lines as in ../struct/schema.hpp, with 8f176a8b]
/// `bytes[<=6]`
using bytes_list6 = ::golden_bytes_list6;
using Order = ::golden_Order;
// [9 lines as in ../struct/schema.hpp, with 8f176a8b]
