// [14 lines as in ../empty/schema.hpp, with ab4e3ea4]
#include "base.hpp"

#include <ostream>

inline namespace SHM_VERSIONED(shm_schema_ab4e3ea4) {

inline std::string to_string(const golden_Event &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Event_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Event *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Event &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Event &a, const golden_Event &b) { return golden_Event_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Event &a, const golden_Event &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with ab4e3ea4]
using Event = ::golden_Event;
// [9 lines as in ../struct/schema.hpp, with ab4e3ea4]
