/* [32 lines as in ../empty/schema.h, with b455d7b1] */
typedef struct __attribute__((aligned(64))) golden_Line {
  uint8_t first;
  uint8_t _reserved0[15];
  uint32_t second;
  uint8_t _reserved1[44];
} golden_Line;
SHM_STATIC_ASSERT(sizeof(golden_Line) == 64, "size of golden_Line");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Line) == 64, "alignment of golden_Line");
SHM_STATIC_ASSERT(offsetof(golden_Line, first) == 0, "offset of golden_Line.first");
SHM_STATIC_ASSERT(offsetof(golden_Line, _reserved0) == 1, "offset of golden_Line._reserved0");
SHM_STATIC_ASSERT(offsetof(golden_Line, second) == 16, "offset of golden_Line.second");
SHM_STATIC_ASSERT(offsetof(golden_Line, _reserved1) == 20, "offset of golden_Line._reserved1");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Line_equal(const golden_Line *a, const golden_Line *b) {
  if (a->first != b->first) {
    return false;
  }
  if (a->second != b->second) {
    return false;
  }
  return true;
}

SHM_APART void golden_Line_add(shm_text *text, const golden_Line *value) {
  shm_add(text, "Line { ");
  shm_add(text, "first: ");
  shm_add_number(text, value->first);
  shm_add(text, ", second: ");
  shm_add_number(text, value->second);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Line_format(const golden_Line *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Line_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
