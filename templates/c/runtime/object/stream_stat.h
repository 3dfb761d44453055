/* ---- What is known about a stream ---------------------------------------
 *
 * By who is attached to its segment. Looking changes nothing.
 */

/* The numbers of a stream; counts are of items, which are bytes where none is named. */
typedef struct shm_stream_facts {
  uint64_t item_size;
  uint64_t capacity;    /* items that always fit */
  uint64_t depth;       /* items that wait */
  uint64_t written;     /* items that were ever written, */
  uint64_t read;        /* and read */
  uint64_t times_full;  /* how often a write found no room at all */
  uint64_t redelivered; /* items that came a second time after a reader died */
  uint64_t high_water;  /* the greatest depth that was noticed: sampled, not exact */
  int64_t writer;       /* the participant that is the writer, by the index of its record; -1 for none */
  int64_t reader;       /* likewise */
  bool writer_waits;    /* alive; went to sleep until there is room, and nobody woke it since */
  bool reader_waits;    /* the same, until there is an item */
} shm_stream_facts;

/* Asks for the numbers of a stream, each as it is now. */
SHM_NODISCARD SHM_APART shm_status shm_stream_stat(const shm_attachment *attachment, uint32_t object,
                                                   shm_stream_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_stream(core, object);
  shm_stream_area area;
  memset(out, 0, sizeof *out);
  out->writer = out->reader = -1;
  if (status != SHM_OK) {
    return status;
  }
  area = shm_stream_area_of(core, object);
  out->item_size = area.item_size;
  out->capacity = core->spec->objects[object].capacity;
  /* Taken first: the depth is then rather too great than too small. */
  out->read = shm_load_acquire(shm_stream_word(&area, SHM_STREAM_TAKEN));
  out->written = shm_load_acquire(shm_stream_word(&area, SHM_STREAM_TAIL));
  out->depth = out->written - out->read < area.count ? out->written - out->read : area.count;
  out->times_full = shm_load_relaxed(shm_stream_word(&area, SHM_STREAM_TIMES_FULL));
  out->redelivered = shm_load_relaxed(shm_stream_word(&area, SHM_STREAM_REDELIVERED));
  out->high_water = shm_load_relaxed(shm_stream_word(&area, SHM_STREAM_HIGH_WATER));
  out->high_water = out->high_water > out->depth ? out->high_water : out->depth;
  out->writer = shm_role_holder(shm_stream_word(&area, SHM_STREAM_WRITER_ROLE));
  out->reader = shm_role_holder(shm_stream_word(&area, SHM_STREAM_READER_ROLE));
  out->writer_waits = shm_holder_waits(core, out->writer, shm_stream_flag(&area, SHM_STREAM_SPACE_FLAG));
  out->reader_waits = shm_holder_waits(core, out->reader, shm_stream_flag(&area, SHM_STREAM_DATA_FLAG));
  return SHM_OK;
}
