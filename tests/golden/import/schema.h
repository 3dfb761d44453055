/* [17 lines as in ../empty/schema.h, with ab4e3ea4] */
#include "base.h"
/* [15 lines as in ../empty/schema.h, with ab4e3ea4] */
typedef struct golden_Event {
  base_Stamp at;
  uint64_t number;
} golden_Event;
SHM_STATIC_ASSERT(sizeof(golden_Event) == 16, "size of golden_Event");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Event) == 8, "alignment of golden_Event");
SHM_STATIC_ASSERT(offsetof(golden_Event, at) == 0, "offset of golden_Event.at");
SHM_STATIC_ASSERT(offsetof(golden_Event, number) == 8, "offset of golden_Event.number");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Event_equal(const golden_Event *a, const golden_Event *b) {
  if (!base_Stamp_equal(&a->at, &b->at)) {
    return false;
  }
/* [6 lines as in ../struct/schema.h] */
SHM_APART void golden_Event_add(shm_text *text, const golden_Event *value) {
  shm_add(text, "Event { ");
  shm_add(text, "at: ");
  base_Stamp_add(text, &value->at);
  shm_add(text, ", number: ");
  shm_add_number(text, value->number);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Event_format(const golden_Event *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Event_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
