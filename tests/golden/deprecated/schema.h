/* [26 lines as in ../empty/schema.h, with f7bdd4eb] */
/* What is deprecated is for others not to use. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
/* [6 lines as in ../empty/schema.h, with f7bdd4eb] */
/* A zero that warns: a macro itself cannot be deprecated. */
#if defined(__cplusplus)
constexpr uint8_t golden_OLD_deprecated SHM_DEPRECATED("use NEW") = 0;
#else
enum { golden_OLD_deprecated SHM_DEPRECATED("use NEW") = 0 };
#endif
/* Deprecated: use NEW. */
#define golden_OLD (UINT8_C(2) - golden_OLD_deprecated)

typedef struct golden_Trade {
  /* Since 1.0. */
  int64_t price;
  /* Deprecated: use price. */
  uint32_t fee SHM_DEPRECATED("use price");
  uint8_t _reserved0[4];
} golden_Trade;
SHM_STATIC_ASSERT(sizeof(golden_Trade) == 16, "size of golden_Trade");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Trade) == 8, "alignment of golden_Trade");
SHM_STATIC_ASSERT(offsetof(golden_Trade, price) == 0, "offset of golden_Trade.price");
SHM_STATIC_ASSERT(offsetof(golden_Trade, fee) == 8, "offset of golden_Trade.fee");
SHM_STATIC_ASSERT(offsetof(golden_Trade, _reserved0) == 12, "offset of golden_Trade._reserved0");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Trade_equal(const golden_Trade *a, const golden_Trade *b) {
  if (a->price != b->price) {
    return false;
  }
  if (a->fee != b->fee) {
    return false;
  }
  return true;
}

SHM_APART void golden_Trade_add(shm_text *text, const golden_Trade *value) {
  shm_add(text, "Trade { ");
  shm_add(text, "price: ");
  shm_add_signed(text, value->price);
  shm_add(text, ", fee: ");
  shm_add_number(text, value->fee);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Trade_format(const golden_Trade *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Trade_add(&text, value);
/* [9 lines as in ../struct/schema.h] */
#pragma GCC diagnostic pop

#endif /* SHM_SCHEMA_golden_H */
