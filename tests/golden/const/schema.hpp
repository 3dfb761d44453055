// [19 lines as in ../empty/schema.hpp]
/// How deep a book is.
constexpr uint32_t LEVELS = UINT32_C(5);
constexpr uint64_t SLOTS = UINT64_C(11);
constexpr double RATIO = (-0.5);
constexpr bool ENABLED = true;

}  // namespace shmgen_v0_1_0
}  // namespace golden

#endif  // GOLDEN_SCHEMA_HPP
