/* ---- Queues: what both sides share --------------------------------------
 *
 * Geometry and cursors. All of it is this process's own memory: numbers that
 * the other side wrote are compared, never used as an index, and what cannot be
 * is SHM_CORRUPT. A peer that lies can lose or garble messages; it cannot make
 * another process touch memory outside the slots, or loop without end.
 */

/* The slots of a queue in this process. */
typedef struct shm_ring {
  char *queue; /* where the object begins */
  char *first; /* slot 0 */
  char *end;   /* behind the last slot */
  uint64_t stride;
  uint64_t count;
} shm_ring;

/* A position and the slot it falls on, which wraps without a division. */
typedef struct shm_cursor {
  uint64_t position;
  char *slot;
} shm_cursor;

SHM_INLINE shm_ring shm_ring_of(const shm_core *core, uint32_t object) {
  const shm_object_spec *spec = &core->spec->objects[object];
  shm_ring ring;
  ring.queue = core->segment.base + core->places[object];
  ring.first = ring.queue + SHM_QUEUE_SLOTS;
  ring.end = ring.first + spec->slots * spec->stride;
  ring.stride = spec->stride;
  ring.count = spec->slots;
  return ring;
}

SHM_INLINE shm_cursor shm_cursor_at(const shm_ring *ring, uint64_t position) {
  shm_cursor cursor;
  cursor.position = position;
  cursor.slot = ring->first + position % ring->count * ring->stride;
  return cursor;
}

SHM_HOT void shm_cursor_advance(const shm_ring *ring, shm_cursor *cursor) {
  cursor->position++;
  cursor->slot += ring->stride;
  if (SHM_UNLIKELY(cursor->slot == ring->end)) {
    cursor->slot = ring->first;
  }
}

/* One of the words before the slots. */
SHM_HOT shm_word64 *shm_ring_word(const shm_ring *ring, size_t offset) {
  return SHM_AT(shm_word64, ring->queue, offset);
}

SHM_HOT shm_word32 *shm_ring_flag(const shm_ring *ring, size_t offset) {
  return SHM_AT(shm_word32, ring->queue, offset);
}

/* After a role was claimed from a dead holder, which may have stored what the other
 * side waits for and not notified. */
SHM_APART void shm_ring_wake_both(const shm_ring *ring) {
  shm_wake_up(shm_ring_flag(ring, SHM_QUEUE_DATA_FLAG));
  shm_wake_up(shm_ring_flag(ring, SHM_QUEUE_SPACE_FLAG));
}

SHM_HOT shm_word64 *shm_stamp(char *slot) { return SHM_AT(shm_word64, slot, 0); }

SHM_HOT shm_word64 *shm_payload(char *slot) { return SHM_AT(shm_word64, slot, SHM_STAMP_SIZE); }

/* Whether the message at the cursor is there. */
SHM_HOT bool shm_is_whole(const shm_cursor *cursor) {
  /* Pairs with the releases in shm_producer_commit_one and _commit_batch. */
  return shm_load_acquire(shm_stamp(cursor->slot)) == cursor->position + 1;
}

/* Messages that are there from the cursor on, at most `limit`. */
SHM_INLINE uint64_t shm_count_whole(const shm_ring *ring, shm_cursor cursor, uint64_t limit) {
  uint64_t count = 0;
  limit = limit < ring->count ? limit : ring->count;
  while (count < limit && shm_is_whole(&cursor)) {
    shm_cursor_advance(ring, &cursor);
    count++;
  }
  return count;
}

/* SHM_CHECK_THREADS: an operation on a handle begins and ends. */
SHM_APART shm_status shm_fail_two_threads(void) {
  shm_add(shm_explain(SHM_BUSY),
          "another thread is in an operation on this handle; attach once for each thread");
  return SHM_BUSY;
}

SHM_HOT shm_status shm_enter(uint32_t *busy) {
#if SHM_CHECKS_THREADS
  if (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE) != 0) {
    return shm_fail_two_threads();
  }
#else
  (void)busy;
#endif
  return SHM_OK;
}

SHM_HOT shm_status shm_leave(uint32_t *busy, shm_status status) {
#if SHM_CHECKS_THREADS
  __atomic_store_n(busy, 0, __ATOMIC_RELEASE);
#else
  (void)busy;
#endif
  return status;
}

/* Why a handle cannot be used for items of this size; SHM_OK if it can. */
SHM_APART shm_status shm_check_handle(const shm_core *core, const char *side, uint64_t expected,
                                      size_t given) {
  shm_text *why;
  if (core != NULL && shm_core_is_foreign(core)) {
    return shm_fail_foreign(core);
  }
  if (core != NULL && expected == given) {
    return SHM_OK;
  }
  why = shm_explain(SHM_INVALID);
  if (core == NULL) {
    shm_add(why, "the ");
    shm_add(why, side);
    shm_add(why, " is not claimed");
  } else {
    shm_add(why, "the queue has items of ");
    shm_add_number(why, expected);
    shm_add(why, " bytes, not of ");
    shm_add_number(why, given);
  }
  return SHM_INVALID;
}

/*
 * Messages that wait in a queue, as far as the two cursors tell; another
 * process may change it at any time.
 */
SHM_NODISCARD SHM_APART shm_status shm_queue_depth(const shm_attachment *attachment, uint32_t object,
                                                   uint64_t *depth) {
  const shm_core *core = shm_core_of(attachment);
  uint64_t taken;
  uint64_t tail;
  shm_status status = shm_check_object(core, object);
  *depth = 0;
  if (status != SHM_OK) {
    return status;
  }
  /* Pair with the releases of consumer and producer. */
  taken = shm_load_acquire(shm_core_word(core, core->places[object] + SHM_QUEUE_TAKEN));
  tail = shm_load_acquire(shm_core_word(core, core->places[object] + SHM_QUEUE_TAIL_HINT));
  /* The hint may lag behind what the consumer has taken already. */
  *depth = tail - taken <= core->spec->objects[object].slots ? tail - taken : 0;
  return SHM_OK;
}
