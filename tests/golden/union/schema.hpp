// [19 lines as in ../empty/schema.hpp, with 0a278e07]
inline std::string to_string(const golden_Payload &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Payload_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Payload *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Payload &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Payload &a, const golden_Payload &b) { return golden_Payload_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Payload &a, const golden_Payload &b) { return !(a == b); }
#endif
/// Calls `f` with what the union holds: its value, text as std::string_view, or shm::empty_variant, or, for a tag that
/// none has, shm::unknown_variant. Where `f` takes two arguments, the first is the tag, a shm::tag<N>.
template <class F>
decltype(auto) visit(const golden_Payload &value, F &&f) {
  const auto tag = shm_look8(&value.tag);
  switch (tag) {
  case UINT8_C(0):
    return shm::detail::visit_variant<UINT8_C(0)>(f, shm::empty_variant{0});
  case UINT8_C(1):
    return shm::detail::visit_variant<UINT8_C(1)>(f, value.as.price);
  default:
    return shm::detail::visit_unknown(f, shm::unknown_variant{tag, &value.as, sizeof value.as});
  }
}
/// Calls `f` with what the union holds: its value, text as std::string_view, or shm::empty_variant, or, for a tag that
/// none has, shm::unknown_variant. Where `f` takes two arguments, the first is the tag, a shm::tag<N>.
template <class F>
decltype(auto) visit(golden_Payload &value, F &&f) {
  const auto tag = shm_look8(&value.tag);
  switch (tag) {
  case UINT8_C(0):
    return shm::detail::visit_variant<UINT8_C(0)>(f, shm::empty_variant{0});
  case UINT8_C(1):
    return shm::detail::visit_variant<UINT8_C(1)>(f, value.as.price);
  default:
    return shm::detail::visit_unknown(f, shm::unknown_variant{tag, &value.as, sizeof value.as});
  }
}
// [6 lines as in ../empty/schema.hpp, with 0a278e07]
/// What a message carries.
using Payload = ::golden_Payload;

using ::to_string;

using ::visit;
// [7 lines as in ../empty/schema.hpp, with 0a278e07]
