// [19 lines as in ../empty/schema.hpp, with 3e471829]
inline std::string to_string(golden_Side value) {
  char buffer[36];
  shm_text text;
  shm_text_begin(&text, buffer, sizeof buffer);
  golden_Side_add(&text, value);
  return std::string(buffer, text.used);
}
constexpr void shm_is_value(const golden_Side *) {}
inline std::ostream &operator<<(std::ostream &out, golden_Side value) {
  return out << to_string(value);
}
// [6 lines as in ../empty/schema.hpp, with 3e471829]
/// Who gives.
using Side = ::golden_Side;
// [9 lines as in ../struct/schema.hpp, with 3e471829]
