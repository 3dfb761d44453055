/* [32 lines as in ../empty/schema.h, with b57df5b7] */
/* Any bits may be set; those without a name come from other versions. */
#ifdef __cplusplus
enum class golden_State : uint32_t {
  /* Of yesterday. */
  OLD = UINT32_C(0x1),
  TOP = UINT32_C(0x80000000),
};
constexpr golden_State golden_State_OLD = golden_State::OLD;
constexpr golden_State golden_State_TOP = golden_State::TOP;
constexpr golden_State operator|(golden_State a, golden_State b) {
  return static_cast<golden_State>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr golden_State operator&(golden_State a, golden_State b) {
  return static_cast<golden_State>(static_cast<uint32_t>(a) & static_cast<uint32_t>(b));
}
constexpr golden_State operator^(golden_State a, golden_State b) {
  return static_cast<golden_State>(static_cast<uint32_t>(a) ^ static_cast<uint32_t>(b));
}
constexpr golden_State operator~(golden_State a) {
  return static_cast<golden_State>(static_cast<uint32_t>(~static_cast<uint32_t>(a)));
}
inline golden_State &operator|=(golden_State &a, golden_State b) { return a = a | b; }
inline golden_State &operator&=(golden_State &a, golden_State b) { return a = a & b; }
#else
typedef uint32_t golden_State;
/* Of yesterday. */
#define golden_State_OLD ((golden_State)UINT32_C(0x1))
#define golden_State_TOP ((golden_State)UINT32_C(0x80000000))
#endif

/* Whether all of some bits are set. */
SHM_INLINE bool golden_State_contains(golden_State value, golden_State bits) {
  return (SHM_CAST(uint64_t, value) & SHM_CAST(uint64_t, bits)) == SHM_CAST(uint64_t, bits);
}

SHM_APART void golden_State_add(shm_text *text, golden_State value) {
  uint64_t rest = SHM_CAST(uint64_t, value);
  const char *separator = "";
  if ((UINT32_C(0x1) & SHM_CAST(uint64_t, value)) != 0) {
    shm_add(text, separator);
    shm_add(text, "OLD");
    separator = " | ";
    rest &= ~SHM_CAST(uint64_t, UINT32_C(0x1));
  }
  if ((UINT32_C(0x80000000) & SHM_CAST(uint64_t, value)) != 0) {
    shm_add(text, separator);
    shm_add(text, "TOP");
    separator = " | ";
    rest &= ~SHM_CAST(uint64_t, UINT32_C(0x80000000));
  }
  if (rest != 0 || separator[0] == '\0') {
    shm_add(text, separator);
    shm_add(text, "0x");
    shm_add_digits(text, rest, 16, 0);
  }
/* [9 lines as in ../struct/schema.h] */
