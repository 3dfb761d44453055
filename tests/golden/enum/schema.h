/* [32 lines as in ../empty/schema.h, with 3e471829] */
/* Who gives. */
/* Any number is a value; those without a name come from other versions. */
#ifdef __cplusplus
enum class golden_Side : uint8_t {
  NONE = UINT8_C(0),
  /* Takes. */
  BUY = UINT8_C(1),
  SELL = UINT8_C(2),
};
constexpr golden_Side golden_Side_NONE = golden_Side::NONE;
constexpr golden_Side golden_Side_BUY = golden_Side::BUY;
constexpr golden_Side golden_Side_SELL = golden_Side::SELL;
#else
typedef uint8_t golden_Side;
#define golden_Side_NONE ((golden_Side)UINT8_C(0))
/* Takes. */
#define golden_Side_BUY ((golden_Side)UINT8_C(1))
#define golden_Side_SELL ((golden_Side)UINT8_C(2))
#endif

/* The name of a value, NULL if it has none. */
SHM_INLINE const char *golden_Side_name(golden_Side value) {
  switch (SHM_CAST(uint8_t, value)) {
  case UINT8_C(0):
    return "NONE";
  case UINT8_C(1):
    return "BUY";
  case UINT8_C(2):
    return "SELL";
  default:
    return NULL;
  }
}

SHM_APART void golden_Side_add(shm_text *text, golden_Side value) {
  const char *name = golden_Side_name(value);
  if (name != NULL) {
    shm_add(text, name);
  } else {
    shm_add_number(text, SHM_CAST(uint8_t, value));
  }
/* [9 lines as in ../struct/schema.h] */
