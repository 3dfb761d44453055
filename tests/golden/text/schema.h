/* [32 lines as in ../empty/schema.h, with d0b69bba] */
typedef struct golden_Named {
  char name[12];
} golden_Named;
SHM_STATIC_ASSERT(sizeof(golden_Named) == 12, "size of golden_Named");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Named) == 1, "alignment of golden_Named");
SHM_STATIC_ASSERT(offsetof(golden_Named, name) == 0, "offset of golden_Named.name");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Named_equal(const golden_Named *a, const golden_Named *b) {
  if (!shm_text_equal(a->name, b->name, 12)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Named_add(shm_text *text, const golden_Named *value) {
  shm_add(text, "Named { ");
  shm_add(text, "name: ");
  shm_add(text, "\"");
  shm_add_outside(text, value->name, 12);
  shm_add(text, "\"");
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Named_format(const golden_Named *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Named_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
