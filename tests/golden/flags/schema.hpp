// [19 lines as in ../empty/schema.hpp, with b57df5b7]
inline std::string to_string(golden_State value) {
  char buffer[44];
  shm_text text;
  shm_text_begin(&text, buffer, sizeof buffer);
  golden_State_add(&text, value);
  return std::string(buffer, text.used);
}
constexpr void shm_is_value(const golden_State *) {}
inline std::ostream &operator<<(std::ostream &out, golden_State value) {
  return out << to_string(value);
}
// [6 lines as in ../empty/schema.hpp, with b57df5b7]
using State = ::golden_State;
// [9 lines as in ../struct/schema.hpp, with b57df5b7]
