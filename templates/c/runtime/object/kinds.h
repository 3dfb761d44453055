/* ---- The kinds of object -------------------------------------------------
 *
 * The one list of them. FORM is for each form of a kind: its number in the
 * directory of a segment, and the prefix of the functions that answer what is
 * asked of any object (lay, sweep, leave; see registry.h). RECORD is for each
 * record in a contract: its tag, and the kind's name in schemas, which is the
 * prefix of what compares two of them (differ).
 *
 * A new kind adds its chapters, and a line here.
 */
/* clang-format off */
#define SHM_KINDS(FORM, RECORD)                                                       \
  FORM(SHM_KIND_QUEUE, queue, 1)                        RECORD('Q', queue)            \
  FORM(SHM_KIND_QUEUE_LANES, queue_lanes, 2)            RECORD('L', queue)            \
  FORM(SHM_KIND_QUEUE_OWNED, queue_owned, 3)            RECORD('M', queue)            \
  FORM(SHM_KIND_RING, ring, 4)                          RECORD('R', ring)             \
  FORM(SHM_KIND_RING_LANES, ring_lanes, 5)                                            \
  FORM(SHM_KIND_STREAM, stream, 6)                      RECORD('B', stream)           \
  FORM(SHM_KIND_STREAM_ITEMS, stream_items, 14)         RECORD('I', stream)           \
  FORM(SHM_KIND_TOPIC, topic, 7)                        RECORD('P', topic)            \
  FORM(SHM_KIND_CELL, cell, 8)                          RECORD('C', cell)             \
  FORM(SHM_KIND_CELLS, cells, 13)                       RECORD('V', cell)             \
  FORM(SHM_KIND_STATE, state, 9)                        RECORD('A', state)            \
  FORM(SHM_KIND_EVENT, event, 10)                       RECORD('N', event)            \
  FORM(SHM_KIND_COUNTERS, counters, 11)                 RECORD('K', counters)         \
  FORM(SHM_KIND_RAW, raw, 12)                           RECORD('W', raw)
/* clang-format on */

/* For questions that are asked of the forms alone, or of the records alone. */
#define SHM_NO_FORM(KIND, form, number)
#define SHM_NO_RECORD(tag, kind)

#define SHM_FORM_NUMBER(KIND, form, number) KIND = number,
enum { SHM_KINDS(SHM_FORM_NUMBER, SHM_NO_RECORD) SHM_KIND_NONE = 0 };

/* What the kind of a record is called in schemas; NULL if this version does not know it. */
#define SHM_RECORD_NAME(tag, kind)                                                                           \
  case tag:                                                                                                  \
    return #kind;
SHM_APART const char *shm_object_kind(char tag) {
  switch (tag) {
    SHM_KINDS(SHM_NO_FORM, SHM_RECORD_NAME)
  default:
    return NULL;
  }
}

SHM_LAYOUT(object)
