// [24 lines as in ../empty/schema.hpp, with 0b44e345]
/// How deep a book is.
constexpr ::uint32_t LEVELS = UINT32_C(5);
constexpr ::uint64_t SLOTS = UINT64_C(11);
constexpr double RATIO = (-0.5);
constexpr bool ENABLED = true;
// [7 lines as in ../empty/schema.hpp, with 0b44e345]
