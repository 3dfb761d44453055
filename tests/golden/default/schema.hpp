// [19 lines as in ../empty/schema.hpp, with f880b923]
inline std::string to_string(golden_Side value) {
  char buffer[35];
  shm_text text;
  shm_text_begin(&text, buffer, sizeof buffer);
  golden_Side_add(&text, value);
  return std::string(buffer, text.used);
}
constexpr void shm_is_value(const golden_Side *) {}
inline std::ostream &operator<<(std::ostream &out, golden_Side value) {
  return out << to_string(value);
}

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
// [7 lines as in ../struct/schema.hpp, with f880b923]
using Side = ::golden_Side;
using Order = ::golden_Order;
// [9 lines as in ../struct/schema.hpp, with f880b923]
