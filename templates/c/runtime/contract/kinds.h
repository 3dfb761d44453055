/* ---- The kinds of object -------------------------------------------------
 *
 * As contracts and the directory of a segment number them.
 */

enum {
  SHM_KIND_QUEUE = 1,
  SHM_KIND_QUEUE_LANES = 2,
  SHM_KIND_QUEUE_OWNED = 3,
  SHM_KIND_RING = 4,
  SHM_KIND_RING_LANES = 5,
  SHM_KIND_STREAM = 6,
  SHM_KIND_TOPIC = 7,
  SHM_KIND_CELL = 8,
  SHM_KIND_STATE = 9,
  SHM_KIND_EVENT = 10,
  SHM_KIND_COUNTERS = 11,
  SHM_KIND_RAW = 12,
  SHM_KIND_CELLS = 13 /* an array of cells */
};

enum {
  SHM_LANES_MAX = 1024 /* of one object */
};
