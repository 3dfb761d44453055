/* [32 lines as in ../empty/schema.h, with e0ef39c9] */
typedef struct golden_Pair {
  uint64_t one;
  uint64_t two;
} golden_Pair;
SHM_STATIC_ASSERT(sizeof(golden_Pair) == 16, "size of golden_Pair");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Pair) == 8, "alignment of golden_Pair");
SHM_STATIC_ASSERT(offsetof(golden_Pair, one) == 0, "offset of golden_Pair.one");
SHM_STATIC_ASSERT(offsetof(golden_Pair, two) == 8, "offset of golden_Pair.two");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Pair_equal(const golden_Pair *a, const golden_Pair *b) {
  if (a->one != b->one) {
    return false;
  }
  if (a->two != b->two) {
    return false;
  }
  return true;
}

SHM_APART void golden_Pair_add(shm_text *text, const golden_Pair *value) {
  shm_add(text, "Pair { ");
  shm_add(text, "one: ");
  shm_add_number(text, value->one);
  shm_add(text, ", two: ");
  shm_add_number(text, value->two);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Pair_format(const golden_Pair *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Pair_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
