/* ---- The reader of a stream ---------------------------------------------
 *
 * One that is all zero is not claimed: every operation answers SHM_INVALID.
 *
 * The reader tells how far it is in two words: `taken`, exact, which only successors
 * and observers read, is the acknowledgement; `head`, which the writer reads, is
 * published now and then. Before it looks at anything it says in `seen` how far.
 */

typedef struct shm_stream_reader {
  shm_core *core; /* NULL: not claimed */
  shm_stream_area area;
  shm_stream_cursor head;
  uint64_t known;     /* items that wait, as far as the tail was looked at */
  uint64_t published; /* the last head that was published */
  uint64_t batch;     /* it is published after this many */
  uint64_t suspect;   /* how many of the next items a dead predecessor may have seen; */
  uint64_t seen;      /* how many of them anybody, as is announced */
  uint64_t lent;      /* items that peek handed out, from the head on */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  uint32_t own;  /* for shm_notify */
  shm_limiter limiter;
} shm_stream_reader;

/* ---- acknowledging ---- */

/* Publishes the exact head for the writer: `depth` items waited when it did so last. */
SHM_APART void shm_stream_reader_publish_head(shm_stream_reader *reader, uint64_t depth) {
  const shm_stream_area *area = &reader->area;
  if (depth <= area->count && depth > shm_load_relaxed(shm_stream_word(area, SHM_STREAM_HIGH_WATER))) {
    shm_store_relaxed(shm_stream_word(area, SHM_STREAM_HIGH_WATER), depth);
  }
  reader->published = reader->head.position;
  /* Pairs with the acquire in shm_stream_writer_look_at_head. */
  shm_store_release(shm_stream_word(area, SHM_STREAM_HEAD), reader->published);
  shm_notify(shm_stream_flag(area, SHM_STREAM_SPACE_FLAG), reader->own);
}

/* Tells it after a batch: how many wait, the writer's line says. */
SHM_APART void shm_stream_reader_publish_batch(shm_stream_reader *reader) {
  uint64_t tail = shm_load_relaxed(shm_stream_word(&reader->area, SHM_STREAM_TAIL));
  shm_stream_reader_publish_head(reader, tail - reader->published);
}

SHM_APART void shm_stream_reader_count_redelivered(shm_stream_reader *reader, uint64_t count) {
  shm_word64 *total = shm_stream_word(&reader->area, SHM_STREAM_REDELIVERED);
  uint64_t again = reader->suspect < count ? reader->suspect : count;
  shm_store_relaxed(total, shm_load_relaxed(total) + again);
  reader->suspect -= again;
}

/* Acknowledges the next `count` items, which have been read. */
SHM_HOT void shm_stream_reader_take(shm_stream_reader *reader, uint64_t count) {
  const shm_stream_cursor end = shm_stream_cursor_after(&reader->area, reader->head, count);
  if (SHM_UNLIKELY(reader->suspect != 0)) {
    shm_stream_reader_count_redelivered(reader, count);
  }
  reader->head = end;
  reader->known -= count;
  reader->seen -= count < reader->seen ? count : reader->seen;
  /* Release: they were read before. Read only by successors. */
  shm_store_release(shm_stream_word(&reader->area, SHM_STREAM_TAKEN), end.position);
  if (SHM_UNLIKELY(end.position - reader->published >= reader->batch)) {
    shm_stream_reader_publish_batch(reader);
  }
}

/* Tells a successor how many of the next items may have been seen. */
SHM_HOT void shm_stream_reader_tell_seen(const shm_stream_reader *reader, uint64_t count) {
  shm_store_relaxed(shm_stream_word(&reader->area, SHM_STREAM_SEEN), reader->head.position + count);
  shm_program_order();
}

/*
 * The same before the next `count` items are looked at. What was looked at before, by
 * this reader in place or by one that died, stays suspect until it is acknowledged: the
 * word never goes back behind it.
 */
SHM_HOT void shm_stream_reader_announce(shm_stream_reader *reader, uint64_t count) {
  reader->seen = count > reader->seen ? count : reader->seen;
  shm_stream_reader_tell_seen(reader, reader->seen);
}

/* ---- what is there ---- */

/* Looks at the writer's tail: SHM_OK, SHM_EMPTY or SHM_CORRUPT. */
SHM_INLINE shm_status shm_stream_reader_look_at_tail(shm_stream_reader *reader) {
  /* Acquire pairs with the release in shm_stream_writer_publish. */
  uint64_t waiting =
      shm_load_acquire(shm_stream_word(&reader->area, SHM_STREAM_TAIL)) - reader->head.position;
  if (waiting > reader->area.count) {
    return SHM_CORRUPT;
  }
  reader->known = waiting;
  return waiting == 0 ? SHM_EMPTY : SHM_OK;
}

/*
 * What to do when the stream was found empty: tell the writer, once. As many as were
 * taken since waited then.
 */
SHM_INLINE void shm_stream_reader_settle(shm_stream_reader *reader) {
  if (reader->published != reader->head.position) {
    shm_stream_reader_publish_head(reader, reader->head.position - reader->published);
  }
}

/*
 * Looks once more whether the stream is empty, once the segment is known to be removed:
 * something may have been committed between an earlier look and the removal.
 */
SHM_INLINE shm_status shm_stream_reader_look_behind_removal(shm_stream_reader *reader) {
  shm_status status = shm_stream_reader_look_at_tail(reader);
  return status == SHM_EMPTY ? SHM_REMOVED : status;
}

/* Makes sure that the handle can be used, and looks for `wanted` items; now and then looks around for the
 * dead. */
SHM_APART shm_status shm_stream_reader_refresh(shm_stream_reader *reader, size_t item_size, size_t wanted) {
  shm_status status = shm_check_handle(reader->core, "reader", reader->area.item_size, item_size);
  if (status != SHM_OK || reader->known >= wanted) {
    return status;
  }
  status = shm_stream_reader_look_at_tail(reader);
  if (status == SHM_EMPTY) {
    shm_stream_reader_settle(reader);
    if (!shm_core_is_removed(reader->core) && shm_limiter_is_due(&reader->limiter)) {
      shm_core_look_around(reader->core, false);
    }
    if (shm_core_is_removed(reader->core)) {
      status = shm_stream_reader_look_behind_removal(reader);
    }
  }
  return status == SHM_OK ? status : shm_fail_briefly(status);
}

/* One look of a reader that waits. */
SHM_INLINE shm_status shm_stream_reader_look(void *handle) {
  shm_stream_reader *reader = SHM_CAST(shm_stream_reader *, handle);
  shm_status status = shm_stream_reader_look_at_tail(reader);
  if (status == SHM_EMPTY) {
    shm_stream_reader_settle(reader);
  }
  if (status == SHM_EMPTY && shm_core_is_removed(reader->core)) {
    status = shm_stream_reader_look_behind_removal(reader);
  }
  return status;
}

/* The same, and waits for the first. */
SHM_APART shm_status shm_stream_reader_await(shm_stream_reader *reader, size_t item_size, size_t wanted,
                                             uint64_t ns) {
  shm_status status = shm_check_handle(reader->core, "reader", reader->area.item_size, item_size);
  if (status != SHM_OK || reader->known >= wanted) {
    return status;
  }
  status = shm_stream_reader_look(reader);
  if (status == SHM_EMPTY) {
    status = shm_await(reader->core, &reader->limiter, shm_stream_flag(&reader->area, SHM_STREAM_DATA_FLAG),
                       ns, shm_stream_reader_look, reader, SHM_EMPTY);
  }
  if (status == SHM_OK) {
    return status;
  }
  return shm_fail_briefly(status == SHM_EMPTY ? SHM_TIMEOUT : status);
}

/* Whether the tail must be looked at before `wanted` items are read. */
SHM_HOT bool shm_stream_reader_must_check(const shm_stream_reader *reader, size_t item_size, size_t wanted) {
  return SHM_UNLIKELY(reader->known < wanted || reader->area.item_size != item_size ||
                      shm_core_is_foreign(reader->core));
}

/* Copies as many items out as wait and fit into `count`, and acknowledges them. */
SHM_HOT size_t shm_stream_reader_get(shm_stream_reader *reader, void *items, size_t item_size, size_t count) {
  count = count < reader->known ? count : SHM_CAST(size_t, reader->known);
  if (count > 0) {
    shm_stream_reader_announce(reader, count);
    shm_stream_copy_out(&reader->area, reader->head, items, item_size, count);
    shm_stream_reader_take(reader, count);
  }
  return count;
}

/* ---- what programs call ---- */

/*
 * Reads as many items as wait and fit into `items`, which has room for `count`, without
 * waiting; `done` tells how many: acknowledged when this returns. SHM_OK if it was one
 * at least, or `count` is 0; else SHM_EMPTY, or SHM_REMOVED when the segment was removed
 * and is drained.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_reader_read(shm_stream_reader *reader, void *items,
                                                        size_t item_size, size_t count, size_t *done) {
  shm_status status = shm_enter(&reader->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  reader->lent = 0;
  if (shm_stream_reader_must_check(reader, item_size, count > 0 ? count : 1)) {
    status = shm_stream_reader_refresh(reader, item_size, count);
    if (status != SHM_OK) {
      return shm_leave(&reader->busy, status);
    }
  }
  *done = shm_stream_reader_get(reader, items, item_size, count);
  return shm_leave(&reader->busy, SHM_OK);
}

/*
 * The same, and where nothing waits it waits for the first item, `ns` nanoseconds at
 * most, UINT64_MAX for ever; SHM_TIMEOUT after that.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_reader_read_timeout(shm_stream_reader *reader, void *items,
                                                                size_t item_size, size_t count, uint64_t ns,
                                                                size_t *done) {
  shm_status status = shm_enter(&reader->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  reader->lent = 0;
  if (shm_stream_reader_must_check(reader, item_size, count > 0 ? count : 1)) {
    status = shm_stream_reader_await(reader, item_size, count, ns);
    if (status != SHM_OK) {
      return shm_leave(&reader->busy, status);
    }
  }
  *done = shm_stream_reader_get(reader, items, item_size, count);
  return shm_leave(&reader->busy, SHM_OK);
}

/*
 * Hands out up to `count` items in place, one at least, in one piece or two; SHM_EMPTY
 * if none waits. They are good until shm_stream_reader_acknowledge or the next operation
 * on this handle, and come again if they are not acknowledged, or if the process dies
 * first. A writer that lies may change them meanwhile.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_reader_peek(shm_stream_reader *reader, size_t item_size,
                                                        size_t count, shm_stream_loan *loan) {
  shm_status status = shm_enter(&reader->busy);
  memset(loan, 0, sizeof *loan);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  reader->lent = 0;
  if (shm_stream_reader_must_check(reader, item_size, count > 0 ? count : 1)) {
    status = shm_stream_reader_refresh(reader, item_size, count);
    if (status != SHM_OK) {
      return shm_leave(&reader->busy, status);
    }
  }
  reader->lent = count < reader->known ? count : reader->known;
  if (reader->lent > 0) {
    shm_stream_reader_announce(reader, reader->lent);
  }
  loan->first_count = SHM_CAST(size_t, shm_stream_before_end(&reader->area, reader->head, reader->lent));
  loan->first = shm_stream_item(&reader->area, reader->head.place);
  loan->second_count = SHM_CAST(size_t, reader->lent) - loan->first_count;
  loan->second = shm_stream_item(&reader->area, 0);
  return shm_leave(&reader->busy, SHM_OK);
}

/* Acknowledges the first `count` of the items that were peeked last: nobody gets them again. */
SHM_NODISCARD SHM_HOT shm_status shm_stream_reader_acknowledge(shm_stream_reader *reader, size_t count) {
  shm_status status = shm_enter(&reader->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (SHM_UNLIKELY(reader->core == NULL || shm_core_is_foreign(reader->core) || count > reader->lent)) {
    status = shm_fail_not_lent(reader->core, "reader", reader->area.item_size,
                               "more is released than was peeked: peek comes first, with no read between");
    return shm_leave(&reader->busy, status);
  }
  if (count > 0) {
    shm_stream_reader_take(reader, count);
  }
  reader->lent = 0;
  return shm_leave(&reader->busy, SHM_OK);
}

/*
 * How many of the next items a reader that died may have seen already: they come again,
 * and a reader that cannot take one twice skips this many.
 */
SHM_INLINE uint64_t shm_stream_reader_redelivered(const shm_stream_reader *reader) { return reader->suspect; }

/* ---- the role ---- */

/*
 * After the role was claimed: goes on where the predecessor acknowledged last. What that
 * one had looked at and not acknowledged comes again, as redelivered.
 */
SHM_APART void shm_stream_reader_take_over(shm_stream_reader *reader) {
  const shm_stream_area *area = &reader->area;
  uint64_t taken = shm_load_acquire(shm_stream_word(area, SHM_STREAM_TAKEN));
  uint64_t suspects = shm_load_relaxed(shm_stream_word(area, SHM_STREAM_SEEN)) - taken;
  reader->head = shm_stream_cursor_at(area, taken);
  reader->published = taken;
  if (shm_stream_reader_look_at_tail(reader) == SHM_OK && suspects <= area->count) {
    reader->suspect = suspects < reader->known ? suspects : reader->known;
  }
  /* If this one leaves or dies too, the next one hears of them as well. */
  shm_stream_reader_announce(reader, reader->suspect);
  /* Pairs with the acquire in shm_stream_writer_look_at_head. */
  shm_store_release(shm_stream_word(area, SHM_STREAM_HEAD), taken);
  shm_notify(shm_stream_flag(&reader->area, SHM_STREAM_SPACE_FLAG), reader->own);
}

/*
 * Becomes the reader of the stream at `object` of the spec. SHM_ROLE_TAKEN names the one
 * who is, while it lives; a dead one is replaced, see shm_stream_reader_redelivered.
 * `reader` must be all zero, or released.
 */
SHM_NODISCARD SHM_APART shm_status shm_stream_reader_claim(shm_stream_reader *reader,
                                                           const shm_attachment *attachment,
                                                           uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  bool died = false;
  shm_status status = shm_check_stream(core, object);
  if (status == SHM_OK) {
    status = shm_check_claim(core, reader->core, object, "reader");
  }
  if (status == SHM_OK) {
    status = shm_claim_role(core, object, SHM_STREAM_READER_ROLE, "reader", &died);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(reader, 0, sizeof *reader);
  shm_core_hold(core);
  reader->core = core;
  reader->own = core->own;
  reader->object = object;
  reader->batch = core->spec->objects[object].batch;
  reader->area = shm_stream_area_of(core, object);
  shm_stream_reader_take_over(reader);
  if (died) {
    shm_object stream = shm_object_at(core, object);
    shm_stream_wake_both(&stream);
  }
  return SHM_OK;
}

/* Whether the handle holds the role, or held it until somebody swept it away. */
SHM_HOT bool shm_stream_reader_is_claimed(const shm_stream_reader *reader) { return reader->core != NULL; }

/*
 * Gives the role up: the writer learns the exact head, and a successor what is still
 * under suspicion. Does nothing to a reader that is not claimed.
 */
SHM_APART void shm_stream_reader_release(shm_stream_reader *reader) {
  shm_core *core = reader->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (!shm_core_finds_fork(core) && shm_holds_role(core, reader->object, SHM_STREAM_READER_ROLE)) {
    shm_stream_reader_settle(reader);
    /* What was peeked and not acknowledged is as if it had not been. */
    shm_stream_reader_tell_seen(reader, reader->suspect);
    shm_give_up_role(core, reader->object, SHM_STREAM_READER_ROLE);
  }
  memset(reader, 0, sizeof *reader);
  shm_core_drop(core);
}
