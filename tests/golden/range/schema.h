/* [32 lines as in ../empty/schema.h, with b28fb917] */
typedef struct golden_Reading {
  /* Range: at least -273.15. */
  double celsius;
  /* Range: at most 100. */
  uint8_t percent;
  /* Range: -12 to 12. */
  int8_t hours[4];
  uint8_t _reserved0[3];
} golden_Reading;
SHM_STATIC_ASSERT(sizeof(golden_Reading) == 16, "size of golden_Reading");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Reading) == 8, "alignment of golden_Reading");
SHM_STATIC_ASSERT(offsetof(golden_Reading, celsius) == 0, "offset of golden_Reading.celsius");
SHM_STATIC_ASSERT(offsetof(golden_Reading, percent) == 8, "offset of golden_Reading.percent");
SHM_STATIC_ASSERT(offsetof(golden_Reading, hours) == 9, "offset of golden_Reading.hours");
SHM_STATIC_ASSERT(offsetof(golden_Reading, _reserved0) == 13, "offset of golden_Reading._reserved0");

#define golden_Reading_celsius_MIN (-273.15)
#define golden_Reading_percent_MAX UINT8_C(100)
#define golden_Reading_hours_MIN (-INT8_C(12))
#define golden_Reading_hours_MAX INT8_C(12)

/* Whether every field is within its range, those of what is inside too. */
SHM_INLINE bool golden_Reading_within_ranges(const golden_Reading *value) {
  if (!(value->celsius >= golden_Reading_celsius_MIN)) {
    return false;
  }
  if (!(value->percent <= golden_Reading_percent_MAX)) {
    return false;
  }
  for (size_t i0 = 0; i0 < 4; i0++) {
    if (!(value->hours[i0] >= golden_Reading_hours_MIN && value->hours[i0] <= golden_Reading_hours_MAX)) {
      return false;
    }
  }
  return true;
}

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Reading_equal(const golden_Reading *a, const golden_Reading *b) {
  if (a->celsius != b->celsius) {
    return false;
  }
  if (a->percent != b->percent) {
    return false;
  }
  for (size_t i0 = 0; i0 < 4; i0++) {
    if (a->hours[i0] != b->hours[i0]) {
      return false;
    }
  }
  return true;
}

SHM_APART void golden_Reading_add(shm_text *text, const golden_Reading *value) {
  shm_add(text, "Reading { ");
  shm_add(text, "celsius: ");
  {
    char number[32];
    snprintf(number, sizeof number, "%.17g", SHM_CAST(double, value->celsius));
    shm_add(text, number);
  }
  shm_add(text, ", percent: ");
  shm_add_number(text, value->percent);
  shm_add(text, ", hours: ");
  shm_add(text, "[");
  for (size_t i0 = 0; i0 < 4; i0++) {
    shm_add(text, i0 == 0 ? "" : ", ");
    shm_add_signed(text, value->hours[i0]);
  }
  shm_add(text, "]");
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Reading_format(const golden_Reading *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Reading_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
