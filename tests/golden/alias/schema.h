/* [32 lines as in ../empty/schema.h, with 3e47820e] */
typedef struct golden_Level {
  /* Unit: 1e-8 USD. */
  int64_t price;
  float row[4];
} golden_Level;
SHM_STATIC_ASSERT(sizeof(golden_Level) == 24, "size of golden_Level");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Level) == 8, "alignment of golden_Level");
SHM_STATIC_ASSERT(offsetof(golden_Level, price) == 0, "offset of golden_Level.price");
SHM_STATIC_ASSERT(offsetof(golden_Level, row) == 8, "offset of golden_Level.row");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Level_equal(const golden_Level *a, const golden_Level *b) {
  if (a->price != b->price) {
    return false;
  }
  for (size_t i0 = 0; i0 < 4; i0++) {
    if (a->row[i0] != b->row[i0]) {
      return false;
    }
  }
  return true;
}

SHM_APART void golden_Level_add(shm_text *text, const golden_Level *value) {
  shm_add(text, "Level { ");
  shm_add(text, "price: ");
  shm_add_signed(text, value->price);
  shm_add(text, ", row: ");
  shm_add(text, "[");
  for (size_t i0 = 0; i0 < 4; i0++) {
    shm_add(text, i0 == 0 ? "" : ", ");
    {
      char number[32];
      snprintf(number, sizeof number, "%.9g", SHM_CAST(double, value->row[i0]));
      shm_add(text, number);
    }
  }
  shm_add(text, "]");
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Level_format(const golden_Level *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Level_add(&text, value);
  return text.used;
}

/*
 * What one costs.
 *
 * Unit: 1e-8 USD.
 */
typedef int64_t golden_Price;

typedef float golden_Row[4];
/* [8 lines as in ../empty/schema.h] */
