// [19 lines as in ../empty/schema.hpp, with ff6603ff]
inline std::string to_string(const golden_Trade &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Trade_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Trade *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Trade &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Trade &a, const golden_Trade &b) { return golden_Trade_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Trade &a, const golden_Trade &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with ff6603ff]
/// The last 52 bytes are kept free for later versions.
using Trade = ::golden_Trade;
// [9 lines as in ../struct/schema.hpp, with ff6603ff]
