// [19 lines as in ../empty/schema.hpp, with b28fb917]
inline std::string to_string(const golden_Reading &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Reading_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Reading *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Reading &value) {
  return out << to_string(value);
}
inline bool within_ranges(const golden_Reading &value) { return golden_Reading_within_ranges(&value); }
inline bool operator==(const golden_Reading &a, const golden_Reading &b) { return golden_Reading_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Reading &a, const golden_Reading &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with b28fb917]
using Reading = ::golden_Reading;
constexpr double Reading_celsius_MIN = (-273.15);
constexpr ::uint8_t Reading_percent_MAX = UINT8_C(100);
constexpr ::int8_t Reading_hours_MIN = (-INT8_C(12));
constexpr ::int8_t Reading_hours_MAX = INT8_C(12);

using ::to_string;
using ::within_ranges;
// [7 lines as in ../empty/schema.hpp, with b28fb917]
