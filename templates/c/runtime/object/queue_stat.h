/* ---- What is known about a queue ----------------------------------------
 *
 * By who is attached to its segment. Looking changes nothing.
 */

/* The numbers of a queue. */
typedef struct shm_queue_facts {
  uint64_t item_size;
  uint64_t capacity;    /* messages that always fit */
  uint64_t depth;       /* messages that wait */
  uint64_t pushed;      /* messages that were ever pushed, */
  uint64_t popped;      /* and popped */
  uint64_t times_full;  /* how often a push found no room */
  uint64_t redelivered; /* messages that came a second time after a consumer died */
  uint64_t high_water;  /* the greatest depth that was noticed: sampled, not exact */
  int64_t producer;     /* the participant that is the producer, by the index of its record; -1 for none */
  int64_t consumer;     /* likewise */
  uint64_t dropped;     /* messages that were committed and given up; from one to one none is */
  bool producer_waits;  /* alive; went to sleep until there is room, and nobody woke it since */
  bool consumer_waits;  /* the same, until there is a message */
} shm_queue_facts;

/* Asks for the numbers of a queue, each as it is now. */
SHM_NODISCARD SHM_APART shm_status shm_queue_stat(const shm_attachment *attachment, uint32_t object,
                                                  shm_queue_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_queue(core, object);
  shm_queue_slots slots;
  uint64_t hint;
  memset(out, 0, sizeof *out);
  out->producer = out->consumer = -1;
  if (status != SHM_OK) {
    return status;
  }
  slots = shm_queue_slots_of(core, object);
  out->item_size = core->spec->objects[object].item_size;
  out->capacity = core->spec->objects[object].capacity;
  /* Taken first: the depth is then rather too great than too small. */
  out->popped = shm_load_acquire(shm_queue_word(&slots, SHM_QUEUE_TAKEN));
  /* The exact tail: from the hint on over whole stamps. */
  hint = shm_load_acquire(shm_queue_word(&slots, SHM_QUEUE_TAIL_HINT));
  out->pushed = hint + shm_queue_count_whole(&slots, shm_queue_cursor_at(&slots, hint), UINT64_MAX);
  out->depth = out->pushed - out->popped < slots.count ? out->pushed - out->popped : slots.count;
  out->times_full = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_TIMES_FULL));
  out->redelivered = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_REDELIVERED));
  out->high_water = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_HIGH_WATER));
  out->high_water = out->high_water > out->depth ? out->high_water : out->depth;
  out->producer = shm_role_holder(shm_queue_word(&slots, SHM_QUEUE_PRODUCER_ROLE));
  out->consumer = shm_role_holder(shm_queue_word(&slots, SHM_QUEUE_CONSUMER_ROLE));
  out->producer_waits = shm_holder_waits(core, out->producer, shm_queue_flag(&slots, SHM_QUEUE_SPACE_FLAG));
  out->consumer_waits = shm_holder_waits(core, out->consumer, shm_queue_flag(&slots, SHM_QUEUE_DATA_FLAG));
  return SHM_OK;
}
