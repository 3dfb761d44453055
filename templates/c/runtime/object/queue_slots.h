/* ---- Queues: what both sides share --------------------------------------
 *
 * Geometry and cursors. All of it is this process's own memory: numbers that
 * the other side wrote are compared, never used as an index, and what cannot be
 * is SHM_CORRUPT. A peer that lies can lose or garble messages; it cannot make
 * another process touch memory outside the slots, or loop without end.
 */

/* The slots of a queue in this process. */
typedef struct shm_queue_slots {
  char *queue; /* where the object begins */
  char *first; /* slot 0 */
  char *end;   /* behind the last slot */
  uint64_t stride;
  uint64_t count;
} shm_queue_slots;

/* A position and the slot it falls on, which wraps without a division. */
typedef struct shm_queue_cursor {
  uint64_t position;
  char *slot;
} shm_queue_cursor;

SHM_INLINE shm_queue_slots shm_queue_slots_of(const shm_core *core, uint32_t object) {
  const shm_object_spec *spec = &core->spec->objects[object];
  shm_queue_slots slots;
  slots.queue = core->segment.base + core->places[object];
  slots.first = slots.queue + SHM_QUEUE_SLOTS;
  slots.end = slots.first + spec->slots * spec->stride;
  slots.stride = spec->stride;
  slots.count = spec->slots;
  return slots;
}

SHM_INLINE shm_queue_cursor shm_queue_cursor_at(const shm_queue_slots *slots, uint64_t position) {
  shm_queue_cursor cursor;
  cursor.position = position;
  cursor.slot = slots->first + position % slots->count * slots->stride;
  return cursor;
}

/* To the next slot. `stride` is that of the slots; a constant where the size of the items is one. */
SHM_HOT void shm_queue_cursor_step(const shm_queue_slots *slots, shm_queue_cursor *cursor, uint64_t stride) {
  cursor->position++;
  cursor->slot += stride;
  if (SHM_UNLIKELY(cursor->slot == slots->end)) {
    cursor->slot = slots->first;
  }
}

SHM_INLINE void shm_queue_cursor_advance(const shm_queue_slots *slots, shm_queue_cursor *cursor) {
  shm_queue_cursor_step(slots, cursor, slots->stride);
}

/* From one slot to the next, of items of this size: what a handle's slots have, see
 * shm_queue_slots_of, if it is a handle on such items. */
SHM_HOT uint64_t shm_queue_stride(size_t item_size) {
  return SHM_STAMP_SIZE + ((SHM_CAST(uint64_t, item_size) + 7) & ~UINT64_C(7));
}

/* One of the words before the slots. */
SHM_HOT shm_word64 *shm_queue_word(const shm_queue_slots *slots, size_t offset) {
  return SHM_AT(shm_word64, slots->queue, offset);
}

SHM_HOT shm_word32 *shm_queue_flag(const shm_queue_slots *slots, size_t offset) {
  return SHM_AT(shm_word32, slots->queue, offset);
}

/* After a role was claimed from a dead holder, which may have stored what the other
 * side waits for and not notified. */
SHM_APART void shm_queue_wake_both(const shm_queue_slots *slots) {
  shm_wake_up(shm_queue_flag(slots, SHM_QUEUE_DATA_FLAG));
  shm_wake_up(shm_queue_flag(slots, SHM_QUEUE_SPACE_FLAG));
}

SHM_HOT shm_word64 *shm_queue_stamp(char *slot) { return SHM_AT(shm_word64, slot, 0); }

SHM_HOT shm_word64 *shm_queue_payload(char *slot) { return SHM_AT(shm_word64, slot, SHM_STAMP_SIZE); }

/* Whether the message at the cursor is there. */
SHM_HOT bool shm_queue_is_whole(const shm_queue_cursor *cursor) {
  /* Pairs with the releases in shm_queue_producer_commit_one and _commit_batch. */
  return shm_load_acquire(shm_queue_stamp(cursor->slot)) == cursor->position + 1;
}

/* Prefetches `bytes` bytes from a slot on, 16 cache lines at most, after a batch behind which
 * there seem to be more: they come while the caller looks at that. */
SHM_HOT void shm_queue_prefetch(const shm_queue_slots *slots, const char *slot, uint64_t bytes) {
  uint64_t left = SHM_CAST(uint64_t, slots->end - slot);
  bytes = bytes < 1024 ? bytes : 1024;
  bytes = bytes < left ? bytes : left;
  for (uint64_t n = 0; n < bytes; n += 64) {
    __builtin_prefetch(slot + n, 0, 2);
  }
}

/* Messages that are there from the cursor on, at most `limit`. */
SHM_INLINE uint64_t shm_queue_count_whole(const shm_queue_slots *slots, shm_queue_cursor cursor,
                                          uint64_t limit) {
  uint64_t count = 0;
  limit = limit < slots->count ? limit : slots->count;
  while (count < limit && shm_queue_is_whole(&cursor)) {
    shm_queue_cursor_advance(slots, &cursor);
    count++;
  }
  return count;
}

/* Whether a handle is the parent's of this process, or its attachment is over. `fork_word`
 * is the core's, which a handle has at hand. */
SHM_HOT bool shm_queue_is_foreign(const shm_core *core, const shm_word64 *fork_word) {
  return shm_load_relaxed(fork_word) != shm_load_relaxed(&core->birth);
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
  shm_status status = shm_check_queue(core, object);
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
