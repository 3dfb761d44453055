/* ---- The producer of a queue --------------------------------------------
 *
 * One that is all zero is not claimed: every operation answers SHM_INVALID.
 * `item_size` is the size of the queue's items everywhere; as a constant it
 * lets the copying unroll.
 */

typedef struct shm_queue_producer {
  shm_core *core; /* NULL: not claimed */
  const shm_word64 *fork_word;
  uint64_t item_size;
  shm_queue_slots slots;
  shm_queue_cursor tail;
  uint64_t room;     /* messages that fit before the head must be looked at again */
  uint64_t reserved; /* the stamp of the slot that reserve handed out */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  uint32_t own;  /* for shm_notify */
  shm_limiter limiter;
} shm_queue_producer;

/* ---- what fits ---- */

/* Looks at the consumer's head: SHM_OK, SHM_FULL or SHM_CORRUPT. */
SHM_APART shm_status shm_queue_producer_look_at_head(shm_queue_producer *producer) {
  const shm_queue_slots *slots = &producer->slots;
  /* Acquire pairs with the release in shm_queue_consumer_publish_head: what the
   * consumer has read may be overwritten. */
  uint64_t waiting = producer->tail.position - shm_load_acquire(shm_queue_word(slots, SHM_QUEUE_HEAD));
  if (waiting > slots->count) {
    return SHM_CORRUPT;
  }
  producer->room = slots->count - waiting;
  return producer->room == 0 ? SHM_FULL : SHM_OK;
}

/* Counts that a push found no room, or began to wait for some. */
SHM_APART void shm_queue_producer_count_full(const shm_queue_producer *producer) {
  shm_word64 *full = shm_queue_word(&producer->slots, SHM_QUEUE_TIMES_FULL);
  shm_store_relaxed(full, shm_load_relaxed(full) + 1);
}

/*
 * Makes sure that the handle can be used and that there is room, for `wanted`
 * messages if there is so much; now and then looks around for the dead.
 */
SHM_APART shm_status shm_queue_producer_make_room(shm_queue_producer *producer, size_t item_size,
                                                  size_t wanted) {
  shm_status status = shm_check_handle(producer->core, "producer", producer->item_size, item_size);
  if (status != SHM_OK || producer->room >= wanted) {
    return status;
  }
  status = shm_queue_producer_look_at_head(producer);
  if (status == SHM_OK) {
    return SHM_OK;
  }
  if (shm_limiter_is_due(&producer->limiter)) {
    shm_core_look_around(producer->core, false);
  }
  if (shm_core_is_removed(producer->core)) {
    status = SHM_REMOVED;
  } else if (status == SHM_FULL) {
    shm_queue_producer_count_full(producer);
  }
  return shm_fail_briefly(status);
}

/* As shm_queue_producer_look_at_head, with SHM_REMOVED in place of full. */
SHM_INLINE shm_status shm_queue_producer_look(void *handle) {
  shm_queue_producer *producer = SHM_CAST(shm_queue_producer *, handle);
  shm_status status = shm_queue_producer_look_at_head(producer);
  return status == SHM_FULL && shm_core_is_removed(producer->core) ? SHM_REMOVED : status;
}

/* As shm_queue_producer_make_room, but waits. */
SHM_APART shm_status shm_queue_producer_await_room(shm_queue_producer *producer, size_t item_size,
                                                   uint64_t ns) {
  shm_word32 *flag = shm_queue_flag(&producer->slots, SHM_QUEUE_SPACE_FLAG);
  shm_status status = shm_check_handle(producer->core, "producer", producer->item_size, item_size);
  if (status != SHM_OK || producer->room > 0) {
    return status;
  }
  status = shm_queue_producer_look(producer);
  if (status == SHM_FULL) {
    shm_queue_producer_count_full(producer);
    status =
        shm_await(producer->core, &producer->limiter, flag, ns, shm_queue_producer_look, producer, SHM_FULL);
  }
  if (status == SHM_OK) {
    return status;
  }
  return shm_fail_briefly(status == SHM_FULL ? SHM_TIMEOUT : status);
}

/* ---- commits ---- */

/* Tells of the messages up to a position, which are committed: a successor by a hint, and
 * whoever sleeps. */
SHM_HOT void shm_queue_producer_tell(const shm_queue_slots *slots, uint64_t position, uint32_t own) {
  shm_store_release(shm_queue_word(slots, SHM_QUEUE_TAIL_HINT), position);
  shm_notify(shm_queue_flag(slots, SHM_QUEUE_DATA_FLAG), own);
}

/* Commits the message in the next slot, for which there is room. */
SHM_HOT void shm_queue_producer_commit_one(shm_queue_producer *producer, uint64_t stride) {
  /* Copies, or every store makes the compiler load them again. */
  const shm_queue_slots slots = producer->slots;
  const shm_queue_cursor tail = producer->tail;
  shm_queue_cursor next = tail;
  shm_queue_cursor_step(&slots, &next, stride);
  producer->tail = next;
  producer->room--;
  /* The commit. Pairs with the acquire in shm_queue_is_whole. */
  shm_store_release(shm_queue_stamp(tail.slot), next.position);
  shm_queue_producer_tell(&slots, next.position, producer->own);
}

/* Writes one message and commits it; there is room. */
SHM_HOT void shm_queue_producer_put_one(shm_queue_producer *producer, const void *item, size_t item_size) {
  shm_write_payload(shm_queue_payload(producer->tail.slot), item, item_size);
  shm_queue_producer_commit_one(producer, shm_queue_stride(item_size));
}

/*
 * Commits the `count` messages, at least one, in the slots up to `end`: from
 * the last to the first, so that the consumer meets the first one last, and its
 * release covers all the others.
 */
SHM_HOT void shm_queue_producer_commit_batch(shm_queue_producer *producer, shm_queue_cursor end, size_t count,
                                             uint64_t stride) {
  const shm_queue_slots slots = producer->slots; /* a copy, as in shm_queue_producer_commit_one */
  shm_queue_cursor at = end;
  for (size_t k = count; k > 1; k--) {
    at.slot = (at.slot == slots.first ? slots.end : at.slot) - stride;
    shm_store_relaxed(shm_queue_stamp(at.slot), at.position);
    at.position--;
  }
  shm_program_order();
  /* The commit of all. Pairs with the acquire in shm_queue_is_whole. */
  shm_store_release(shm_queue_stamp(producer->tail.slot), producer->tail.position + 1);
  producer->tail = end;
  producer->room -= count;
  shm_queue_producer_tell(&slots, end.position, producer->own);
}

/* Whether the room must be looked after before a push of `wanted` messages. */
SHM_HOT bool shm_queue_producer_must_check(const shm_queue_producer *producer, size_t item_size,
                                           size_t wanted) {
  return SHM_UNLIKELY(producer->room < wanted || producer->item_size != item_size ||
                      shm_queue_is_foreign(producer->core, producer->fork_word));
}

/* ---- what programs call ---- */

/* Pushes one message if there is room: committed when this returns SHM_OK. */
SHM_NODISCARD SHM_HOT shm_status shm_queue_producer_try_push(shm_queue_producer *producer, const void *item,
                                                             size_t item_size) {
  shm_status status = shm_enter(&producer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_queue_producer_must_check(producer, item_size, 1)) {
    status = shm_queue_producer_make_room(producer, item_size, 1);
    if (status != SHM_OK) {
      return shm_leave(&producer->busy, status);
    }
  }
  shm_queue_producer_put_one(producer, item, item_size);
  return shm_leave(&producer->busy, SHM_OK);
}

/*
 * Pushes one message, waiting for room this many nanoseconds at most, UINT64_MAX
 * for ever; SHM_TIMEOUT after that.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_producer_push_timeout(shm_queue_producer *producer,
                                                                 const void *item, size_t item_size,
                                                                 uint64_t ns) {
  shm_status status = shm_enter(&producer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_queue_producer_must_check(producer, item_size, 1)) {
    status = shm_queue_producer_await_room(producer, item_size, ns);
    if (status != SHM_OK) {
      return shm_leave(&producer->busy, status);
    }
  }
  shm_queue_producer_put_one(producer, item, item_size);
  return shm_leave(&producer->busy, SHM_OK);
}

/*
 * Pushes as many of `count` messages as fit, from the first on, and commits them
 * together: the consumer sees all of them or none. `done` tells how many;
 * SHM_FULL if none.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_producer_push_n(shm_queue_producer *producer, const void *items,
                                                           size_t item_size, size_t count, size_t *done) {
  const char *from = SHM_CAST(const char *, items);
  shm_queue_cursor at;
  shm_status status = shm_enter(&producer->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_queue_producer_must_check(producer, item_size, count > 0 ? count : 1)) {
    status = shm_queue_producer_make_room(producer, item_size, count);
    if (status != SHM_OK) {
      return shm_leave(&producer->busy, status);
    }
  }
  count = count < producer->room ? count : SHM_CAST(size_t, producer->room);
  if (count > 0) {
    const shm_queue_slots slots = producer->slots; /* a copy, as in shm_queue_producer_commit_one */
    const uint64_t stride = shm_queue_stride(item_size);
    at = producer->tail;
    for (size_t k = 0; k < count; k++) {
      shm_write_payload(shm_queue_payload(at.slot), from + k * item_size, item_size);
      shm_queue_cursor_step(&slots, &at, stride);
    }
    shm_queue_producer_commit_batch(producer, at, count, stride);
  }
  *done = count;
  return shm_leave(&producer->busy, SHM_OK);
}

/*
 * Hands out the next slot to be filled in place: `payload` is zeroed, aligned to
 * 8 bytes and no more, and good until the commit or the next operation on this
 * handle. What is not committed never happened.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_producer_reserve(shm_queue_producer *producer, size_t item_size,
                                                            void **payload) {
  shm_status status = shm_enter(&producer->busy);
  *payload = NULL;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_queue_producer_must_check(producer, item_size, 1)) {
    status = shm_queue_producer_make_room(producer, item_size, 1);
    if (status != SHM_OK) {
      return shm_leave(&producer->busy, status);
    }
  }
  for (size_t n = 0; n < (item_size + 7) / 8; n++) {
    shm_store_relaxed(shm_queue_payload(producer->tail.slot) + n, 0);
  }
  producer->reserved = producer->tail.position + 1;
  *payload = shm_queue_payload(producer->tail.slot);
  return shm_leave(&producer->busy, SHM_OK);
}

SHM_APART shm_status shm_fail_nothing_reserved(const shm_queue_producer *producer) {
  shm_status status = shm_check_handle(producer->core, "producer", producer->item_size,
                                       SHM_CAST(size_t, producer->item_size));
  if (status == SHM_OK) {
    shm_add(shm_explain(SHM_INVALID), "no slot is reserved: reserve comes first, with no push between");
    status = SHM_INVALID;
  }
  return status;
}

/* Commits the message in the slot that was reserved last. */
SHM_NODISCARD SHM_HOT shm_status shm_queue_producer_commit(shm_queue_producer *producer) {
  shm_status status = shm_enter(&producer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (SHM_UNLIKELY(producer->core == NULL || shm_queue_is_foreign(producer->core, producer->fork_word) ||
                   producer->reserved != producer->tail.position + 1)) {
    return shm_leave(&producer->busy, shm_fail_nothing_reserved(producer));
  }
  shm_queue_producer_commit_one(producer, producer->slots.stride);
  return shm_leave(&producer->busy, SHM_OK);
}

/* ---- the role ---- */

/*
 * After a role was claimed, from a dead predecessor or not: finds the tail, and
 * wipes what the predecessor had not committed.
 */
SHM_APART void shm_queue_producer_take_over(shm_queue_producer *producer) {
  const shm_queue_slots *slots = &producer->slots;
  shm_queue_cursor tail =
      shm_queue_cursor_at(slots, shm_load_acquire(shm_queue_word(slots, SHM_QUEUE_TAIL_HINT)));
  shm_queue_cursor beyond;
  /* The hint is stored after the stamp: walk on over whole stamps. */
  for (uint64_t n = 0; n < slots->count && shm_queue_is_whole(&tail); n++) {
    shm_queue_cursor_advance(slots, &tail);
  }
  /* A batch that a death cut off has stamps beyond the gap of its first message.
   * Without this they would appear behind the successor's. */
  beyond = tail;
  for (uint64_t n = 0; n < slots->count; n++) {
    if (shm_load_relaxed(shm_queue_stamp(beyond.slot)) == beyond.position + 1) {
      shm_store_relaxed(shm_queue_stamp(beyond.slot), 0);
    }
    shm_queue_cursor_advance(slots, &beyond);
  }
  shm_program_order();
  /* Release: before the next commit, whose acquire shows the wiped stamps. */
  shm_store_release(shm_queue_word(slots, SHM_QUEUE_TAIL_HINT), tail.position);
  producer->tail = tail;
  producer->room = 0;
}

/*
 * Becomes the producer of the queue at `object` of the spec. SHM_ROLE_TAKEN
 * names the one who is, while it lives; a dead one is replaced. `producer` must
 * be all zero, or released.
 */
SHM_NODISCARD SHM_APART shm_status shm_queue_producer_claim(shm_queue_producer *producer,
                                                            shm_attachment *attachment, uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  bool died = false;
  shm_status status = shm_check_queue(core, object);
  if (status == SHM_OK) {
    status = shm_check_claim(core, producer->core, object, "producer");
  }
  if (status == SHM_OK) {
    status = shm_claim_role(core, object, SHM_QUEUE_PRODUCER_ROLE, "producer", &died);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(producer, 0, sizeof *producer);
  shm_core_hold(core);
  producer->core = core;
  producer->fork_word = core->fork_word;
  producer->own = core->own;
  producer->object = object;
  producer->item_size = core->spec->objects[object].item_size;
  producer->slots = shm_queue_slots_of(core, object);
  shm_queue_producer_take_over(producer);
  if (died) {
    shm_queue_wake_both(&producer->slots);
  }
  return SHM_OK;
}

/* Whether the handle holds the role, or held it until somebody swept it away. */
SHM_HOT bool shm_queue_producer_is_claimed(const shm_queue_producer *producer) {
  return producer->core != NULL;
}

/* Gives the role up. Does nothing to a producer that is not claimed. */
SHM_APART void shm_queue_producer_release(shm_queue_producer *producer) {
  shm_core *core = producer->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (!shm_core_finds_fork(core)) {
    shm_give_up_role(core, producer->object, SHM_QUEUE_PRODUCER_ROLE);
  }
  memset(producer, 0, sizeof *producer);
  shm_core_drop(core);
}
