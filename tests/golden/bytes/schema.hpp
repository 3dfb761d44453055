// [19 lines as in ../empty/schema.hpp, with 1098d958]
inline std::string to_string(const golden_Packet &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Packet_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Packet *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Packet &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Packet &a, const golden_Packet &b) { return golden_Packet_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Packet &a, const golden_Packet &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with 1098d958]
using Packet = ::golden_Packet;
// [9 lines as in ../struct/schema.hpp, with 1098d958]
