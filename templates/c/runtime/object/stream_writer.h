/* ---- The writer of a stream ---------------------------------------------
 *
 * One that is all zero is not claimed: every operation answers SHM_INVALID.
 * `item_size` is the size of the stream's items everywhere, 1 of bytes.
 *
 * It copies, and then stores the tail, at the end of each write: that is the commit,
 * of all at once. What it had not committed lies beyond the tail, where nobody looks.
 */

typedef struct shm_stream_writer {
  shm_core *core; /* NULL: not claimed */
  shm_stream_area area;
  shm_stream_cursor tail;
  uint64_t room; /* items that fit before the head must be looked at again */
  uint64_t lent; /* items that reserve handed out, from the tail on */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  uint32_t own;  /* for shm_notify */
  shm_limiter limiter;
} shm_stream_writer;

/* ---- what fits ---- */

/* Looks at the reader's head: SHM_OK, SHM_FULL or SHM_CORRUPT. */
SHM_APART shm_status shm_stream_writer_look_at_head(shm_stream_writer *writer) {
  const shm_stream_area *area = &writer->area;
  /* Acquire pairs with the release in shm_stream_reader_publish_head: what the reader
   * has read may be overwritten. */
  uint64_t waiting = writer->tail.position - shm_load_acquire(shm_stream_word(area, SHM_STREAM_HEAD));
  if (waiting > area->count) {
    return SHM_CORRUPT;
  }
  writer->room = area->count - waiting;
  return writer->room == 0 ? SHM_FULL : SHM_OK;
}

/* Counts that a write found no room, or began to wait for some. */
SHM_APART void shm_stream_writer_count_full(const shm_stream_writer *writer) {
  shm_word64 *full = shm_stream_word(&writer->area, SHM_STREAM_TIMES_FULL);
  shm_store_relaxed(full, shm_load_relaxed(full) + 1);
}

/*
 * Makes sure that the handle can be used and that there is room, for `wanted` items
 * if there is so much; now and then looks around for the dead.
 */
SHM_APART shm_status shm_stream_writer_make_room(shm_stream_writer *writer, size_t item_size, size_t wanted) {
  shm_status status = shm_check_handle(writer->core, "writer", writer->area.item_size, item_size);
  if (status != SHM_OK || writer->room >= wanted) {
    return status;
  }
  status = shm_stream_writer_look_at_head(writer);
  if (status == SHM_OK) {
    return SHM_OK;
  }
  if (shm_limiter_is_due(&writer->limiter)) {
    shm_core_look_around(writer->core, false);
  }
  if (shm_core_is_removed(writer->core)) {
    status = SHM_REMOVED;
  } else if (status == SHM_FULL) {
    shm_stream_writer_count_full(writer);
  }
  return shm_fail_briefly(status);
}

/* As shm_stream_writer_look_at_head, with SHM_REMOVED in place of full. */
SHM_INLINE shm_status shm_stream_writer_look(void *handle) {
  shm_stream_writer *writer = SHM_CAST(shm_stream_writer *, handle);
  shm_status status = shm_stream_writer_look_at_head(writer);
  return status == SHM_FULL && shm_core_is_removed(writer->core) ? SHM_REMOVED : status;
}

/* As shm_stream_writer_make_room, but waits for the first item's room. */
SHM_APART shm_status shm_stream_writer_await_room(shm_stream_writer *writer, size_t item_size, size_t wanted,
                                                  uint64_t ns) {
  shm_status status = shm_check_handle(writer->core, "writer", writer->area.item_size, item_size);
  if (status != SHM_OK || writer->room >= wanted) {
    return status;
  }
  status = shm_stream_writer_look(writer);
  if (status == SHM_FULL) {
    shm_stream_writer_count_full(writer);
    status = shm_await(writer->core, &writer->limiter, shm_stream_flag(&writer->area, SHM_STREAM_SPACE_FLAG),
                       ns, shm_stream_writer_look, writer, SHM_FULL);
  }
  if (status == SHM_OK) {
    return status;
  }
  return shm_fail_briefly(status == SHM_FULL ? SHM_TIMEOUT : status);
}

/* Whether the room must be looked after before a write of `wanted` items. */
SHM_HOT bool shm_stream_writer_must_check(const shm_stream_writer *writer, size_t item_size, size_t wanted) {
  return SHM_UNLIKELY(writer->room < wanted || writer->area.item_size != item_size ||
                      shm_core_is_foreign(writer->core));
}

/* ---- commits ---- */

/* Commits the next `count` items, at least one, whose bytes are in the area. */
SHM_HOT void shm_stream_writer_publish(shm_stream_writer *writer, uint64_t count) {
  const shm_stream_area area = writer->area; /* a copy, or every store makes the compiler load it again */
  const shm_stream_cursor tail = shm_stream_cursor_after(&area, writer->tail, count);
  writer->tail = tail;
  writer->room -= count;
  writer->lent = 0;
  /* The commit. Pairs with the acquire in shm_stream_reader_look_at_tail. */
  shm_store_release(shm_stream_word(&area, SHM_STREAM_TAIL), tail.position);
  shm_notify(shm_stream_flag(&area, SHM_STREAM_DATA_FLAG), writer->own);
}

/* Copies as many of `count` items as there is room for, and commits them. */
SHM_HOT size_t shm_stream_writer_put(shm_stream_writer *writer, const void *items, size_t item_size,
                                     size_t count) {
  count = count < writer->room ? count : SHM_CAST(size_t, writer->room);
  if (count > 0) {
    shm_stream_copy_in(&writer->area, writer->tail, items, item_size, count);
    shm_stream_writer_publish(writer, count);
  }
  return count;
}

/* ---- what programs call ---- */

/*
 * Writes as many of `count` items as there is room for, without waiting; `done` tells
 * how many: committed when this returns. SHM_OK if it was one at least, or `count` is
 * 0; else SHM_FULL.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_writer_write(shm_stream_writer *writer, const void *items,
                                                         size_t item_size, size_t count, size_t *done) {
  shm_status status = shm_enter(&writer->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_stream_writer_must_check(writer, item_size, count > 0 ? count : 1)) {
    status = shm_stream_writer_make_room(writer, item_size, count);
    if (status != SHM_OK) {
      return shm_leave(&writer->busy, status);
    }
  }
  *done = shm_stream_writer_put(writer, items, item_size, count);
  return shm_leave(&writer->busy, SHM_OK);
}

/*
 * The same, and where there is no room at all it waits for some, `ns` nanoseconds
 * at most, UINT64_MAX for ever; SHM_TIMEOUT after that.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_writer_write_timeout(shm_stream_writer *writer, const void *items,
                                                                 size_t item_size, size_t count, uint64_t ns,
                                                                 size_t *done) {
  shm_status status = shm_enter(&writer->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_stream_writer_must_check(writer, item_size, count > 0 ? count : 1)) {
    status = shm_stream_writer_await_room(writer, item_size, count, ns);
    if (status != SHM_OK) {
      return shm_leave(&writer->busy, status);
    }
  }
  *done = shm_stream_writer_put(writer, items, item_size, count);
  return shm_leave(&writer->busy, SHM_OK);
}

/*
 * Hands out room for up to `count` items to be filled in place, one at least, in one
 * piece or two; SHM_FULL if there is none. Its bytes are whatever lay there. It is good
 * until the commit or the next operation on this handle. What is not committed never
 * happened.
 */
SHM_NODISCARD SHM_HOT shm_status shm_stream_writer_reserve(shm_stream_writer *writer, size_t item_size,
                                                           size_t count, shm_stream_room *room) {
  shm_status status = shm_enter(&writer->busy);
  memset(room, 0, sizeof *room);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  writer->lent = 0;
  if (shm_stream_writer_must_check(writer, item_size, count > 0 ? count : 1)) {
    status = shm_stream_writer_make_room(writer, item_size, count);
    if (status != SHM_OK) {
      return shm_leave(&writer->busy, status);
    }
  }
  writer->lent = count < writer->room ? count : writer->room;
  room->first_count = SHM_CAST(size_t, shm_stream_before_end(&writer->area, writer->tail, writer->lent));
  room->first = shm_stream_item(&writer->area, writer->tail.place);
  room->second_count = SHM_CAST(size_t, writer->lent) - room->first_count;
  room->second = shm_stream_item(&writer->area, 0);
  return shm_leave(&writer->busy, SHM_OK);
}

/* Commits the first `count` items of the room that was reserved last; not more than that. */
SHM_NODISCARD SHM_HOT shm_status shm_stream_writer_commit(shm_stream_writer *writer, size_t count) {
  shm_status status = shm_enter(&writer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (SHM_UNLIKELY(writer->core == NULL || shm_core_is_foreign(writer->core) || count > writer->lent)) {
    status =
        shm_fail_not_lent(writer->core, "writer", writer->area.item_size,
                          "more is committed than was reserved: reserve comes first, with no write between");
    return shm_leave(&writer->busy, status);
  }
  if (count > 0) {
    shm_stream_writer_publish(writer, count);
  }
  writer->lent = 0;
  return shm_leave(&writer->busy, SHM_OK);
}

/* ---- the role ---- */

/*
 * Becomes the writer of the stream at `object` of the spec. SHM_ROLE_TAKEN names the
 * one who is, while it lives; a dead one is replaced, and what it had committed stays.
 * `writer` must be all zero, or released.
 */
SHM_NODISCARD SHM_APART shm_status shm_stream_writer_claim(shm_stream_writer *writer,
                                                           const shm_attachment *attachment,
                                                           uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  bool died = false;
  shm_status status = shm_check_stream(core, object);
  if (status == SHM_OK) {
    status = shm_check_claim(core, writer->core, object, "writer");
  }
  if (status == SHM_OK) {
    status = shm_claim_role(core, object, SHM_STREAM_WRITER_ROLE, "writer", &died);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(writer, 0, sizeof *writer);
  shm_core_hold(core);
  writer->core = core;
  writer->own = core->own;
  writer->object = object;
  writer->area = shm_stream_area_of(core, object);
  /* The tail is exact, and nothing lies beyond it: the successor goes on there. */
  writer->tail =
      shm_stream_cursor_at(&writer->area, shm_load_acquire(shm_stream_word(&writer->area, SHM_STREAM_TAIL)));
  if (died) {
    shm_object stream = shm_object_at(core, object);
    shm_stream_wake_both(&stream);
  }
  return SHM_OK;
}

/* Whether the handle holds the role, or held it until somebody swept it away. */
SHM_HOT bool shm_stream_writer_is_claimed(const shm_stream_writer *writer) { return writer->core != NULL; }

/* Gives the role up. Does nothing to a writer that is not claimed. */
SHM_APART void shm_stream_writer_release(shm_stream_writer *writer) {
  shm_core *core = writer->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (!shm_core_finds_fork(core)) {
    shm_give_up_role(core, writer->object, SHM_STREAM_WRITER_ROLE);
  }
  memset(writer, 0, sizeof *writer);
  shm_core_drop(core);
}
