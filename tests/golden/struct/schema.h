/* [32 lines as in ../empty/schema.h, with fafecd8e] */
typedef struct golden_Tick {
  uint64_t number;
} golden_Tick;
SHM_STATIC_ASSERT(sizeof(golden_Tick) == 8, "size of golden_Tick");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Tick) == 8, "alignment of golden_Tick");
SHM_STATIC_ASSERT(offsetof(golden_Tick, number) == 0, "offset of golden_Tick.number");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Tick_equal(const golden_Tick *a, const golden_Tick *b) {
  if (a->number != b->number) {
    return false;
  }
  return true;
}

SHM_APART void golden_Tick_add(shm_text *text, const golden_Tick *value) {
  shm_add(text, "Tick { ");
  shm_add(text, "number: ");
  shm_add_number(text, value->number);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Tick_format(const golden_Tick *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Tick_add(&text, value);
  return text.used;
}
/* [8 lines as in ../empty/schema.h] */
