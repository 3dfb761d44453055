// [19 lines as in ../empty/schema.hpp, with f10367d5]
inline std::string to_string(const golden_i64_list4 &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_i64_list4_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_i64_list4 *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_i64_list4 &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_i64_list4 &a, const golden_i64_list4 &b) { return golden_i64_list4_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_i64_list4 &a, const golden_i64_list4 &b) { return !(a == b); }
#endif

inline std::string to_string(const golden_Book &value) {
  std::string text(256, '\0');
  for (;;) {
    const std::size_t used = golden_Book_format(&value, &text[0], text.size());
// [7 lines as in ../struct/schema.hpp]
constexpr void shm_is_value(const golden_Book *) {}
inline std::ostream &operator<<(std::ostream &out, const golden_Book &value) {
  return out << to_string(value);
}
inline bool operator==(const golden_Book &a, const golden_Book &b) { return golden_Book_equal(&a, &b); }
#if !defined(__cpp_impl_three_way_comparison)
inline bool operator!=(const golden_Book &a, const golden_Book &b) { return !(a == b); }
// [7 lines as in ../struct/schema.hpp, with f10367d5]
/// `i64[<=4]`
using i64_list4 = ::golden_i64_list4;
using Book = ::golden_Book;
// [9 lines as in ../struct/schema.hpp, with f10367d5]
