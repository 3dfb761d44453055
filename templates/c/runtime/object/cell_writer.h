/* ---- The writer of a cell, or of an array of cells ----------------------
 *
 * One that is all zero is not claimed: every operation answers SHM_INVALID.
 */

typedef struct shm_cell_writer {
  shm_core *core; /* NULL: not claimed */
  uint64_t item_size;
  shm_cells cells;
  char *reserved;            /* the cell in which a slot is lent, or NULL */
  uint64_t reserved_version; /* of that slot */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  shm_limiter limiter;
} shm_cell_writer;

/*
 * Begins a version, which may have been begun before by a writer that died: where
 * its value goes. Nothing happened before the commit.
 */
SHM_HOT shm_word64 *shm_cell_begin(const shm_cells *cells, char *cell, uint64_t version) {
  shm_word64 *stamp = shm_cell_stamp(cells, cell, version);
  shm_store_relaxed(stamp, 2 * version - 1);
  /* Before every word of the value; pairs with the acquire fence in shm_cell_look. */
  shm_release_fence();
  return stamp + 1;
}

/* Publishes what was written since shm_cell_begin. */
SHM_HOT void shm_cell_commit(const shm_cells *cells, char *cell, uint64_t version) {
  shm_store_release(shm_cell_stamp(cells, cell, version), 2 * version);
  /* The commit. Pairs with the acquire in shm_cell_look. */
  shm_store_release(shm_cell_version(cell), version);
  shm_notify(shm_cell_flag(cell), cells->own);
}

/* The version after the one that was published last; only the writer publishes. */
SHM_HOT uint64_t shm_cell_next(char *cell) { return shm_load_relaxed(shm_cell_version(cell)) + 1; }

SHM_HOT bool shm_cell_writer_must_check(const shm_cell_writer *writer, uint64_t index, size_t item_size) {
  return SHM_UNLIKELY(writer->item_size != item_size || item_size == 0 || index >= writer->cells.count ||
                      shm_core_is_foreign(writer->core));
}

/*
 * Whether the segment was removed: nobody finds the value there any more. A writer never
 * waits, so each store and reserve asks; the system is asked once in a millisecond.
 */
SHM_HOT bool shm_cell_writer_is_over(shm_cell_writer *writer) {
  if (!shm_core_is_removed(writer->core) && SHM_UNLIKELY(shm_limiter_is_due(&writer->limiter))) {
    shm_core_look_around(writer->core, false);
  }
  return SHM_UNLIKELY(shm_core_is_removed(writer->core));
}

/* ---- what programs call ---- */

/*
 * Stores a value: readers have it when this returns SHM_OK, and all that wait are woken.
 * SHM_REMOVED some milliseconds after the segment was removed.
 */
SHM_NODISCARD SHM_HOT shm_status shm_cell_writer_store(shm_cell_writer *writer, uint64_t index,
                                                       const void *value, size_t item_size) {
  char *cell;
  uint64_t version;
  shm_status status = shm_enter(&writer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_cell_writer_must_check(writer, index, item_size)) {
    status = shm_cell_unusable(writer->core, "writer", writer->item_size, item_size, &writer->cells, index);
    return shm_leave(&writer->busy, status);
  }
  if (shm_cell_writer_is_over(writer)) {
    return shm_leave(&writer->busy, shm_fail_briefly(SHM_REMOVED));
  }
  cell = shm_cells_at(&writer->cells, index);
  version = shm_cell_next(cell);
  writer->reserved = NULL;
  shm_write_value(shm_cell_begin(&writer->cells, cell, version), value, item_size);
  shm_cell_commit(&writer->cells, cell, version);
  return shm_leave(&writer->busy, SHM_OK);
}

/*
 * Hands out the slot of the next version to be filled in place: `payload` is zeroed,
 * aligned to 8 bytes and no more, and good until the commit or the next operation on
 * this handle. What is not committed never happened.
 */
SHM_NODISCARD SHM_HOT shm_status shm_cell_writer_reserve(shm_cell_writer *writer, uint64_t index,
                                                         size_t item_size, void **payload) {
  char *cell;
  shm_word64 *words;
  shm_status status = shm_enter(&writer->busy);
  *payload = NULL;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_cell_writer_must_check(writer, index, item_size)) {
    status = shm_cell_unusable(writer->core, "writer", writer->item_size, item_size, &writer->cells, index);
    return shm_leave(&writer->busy, status);
  }
  if (shm_cell_writer_is_over(writer)) {
    return shm_leave(&writer->busy, shm_fail_briefly(SHM_REMOVED));
  }
  cell = shm_cells_at(&writer->cells, index);
  writer->reserved = cell;
  writer->reserved_version = shm_cell_next(cell);
  words = shm_cell_begin(&writer->cells, cell, writer->reserved_version);
  for (size_t n = 0; n < (item_size + 7) / 8; n++) {
    shm_store_relaxed(words + n, 0);
  }
  *payload = words;
  return shm_leave(&writer->busy, SHM_OK);
}

SHM_APART shm_status shm_fail_no_slot_reserved(const shm_cell_writer *writer) {
  shm_status status =
      shm_check_handle(writer->core, "writer", writer->item_size, SHM_CAST(size_t, writer->item_size));
  if (status == SHM_OK) {
    shm_add(shm_explain(SHM_INVALID), "no slot is reserved: reserve comes first, with no store between");
    status = SHM_INVALID;
  }
  return status;
}

/* Publishes the value in the slot that was reserved last. */
SHM_NODISCARD SHM_HOT shm_status shm_cell_writer_commit(shm_cell_writer *writer) {
  shm_status status = shm_enter(&writer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (SHM_UNLIKELY(writer->core == NULL || shm_core_is_foreign(writer->core) || writer->reserved == NULL)) {
    return shm_leave(&writer->busy, shm_fail_no_slot_reserved(writer));
  }
  shm_cell_commit(&writer->cells, writer->reserved, writer->reserved_version);
  writer->reserved = NULL;
  return shm_leave(&writer->busy, SHM_OK);
}

/* ---- the role ---- */

/*
 * Becomes the writer of the cell or the array at `object` of the spec. SHM_ROLE_TAKEN
 * names the one who is, while it lives; a dead one is replaced, and the last value
 * that it published stays. `writer` must be all zero, or released.
 */
SHM_NODISCARD SHM_APART shm_status shm_cell_writer_claim(shm_cell_writer *writer,
                                                         const shm_attachment *attachment, uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  bool died = false;
  shm_status status = shm_check_cell(core, object);
  if (status == SHM_OK) {
    status = shm_check_claim(core, writer->core, object, "writer");
  }
  if (status == SHM_OK) {
    status = shm_claim_role(core, object, SHM_CELL_WRITER_ROLE, "writer", &died);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(writer, 0, sizeof *writer);
  shm_core_hold(core);
  writer->core = core;
  writer->object = object;
  writer->item_size = core->spec->objects[object].item_size;
  writer->cells = shm_cells_of(core, object);
  if (died) {
    /* It may have stored what readers wait for and not notified. */
    shm_object cells = shm_object_at(core, object);
    shm_cells_wake(&cells);
  }
  return SHM_OK;
}

/* Whether the handle holds the role, or held it until somebody swept it away. */
SHM_HOT bool shm_cell_writer_is_claimed(const shm_cell_writer *writer) { return writer->core != NULL; }

/* Gives the role up. Does nothing to a writer that is not claimed. */
SHM_APART void shm_cell_writer_release(shm_cell_writer *writer) {
  shm_core *core = writer->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (!shm_core_finds_fork(core)) {
    shm_give_up_role(core, writer->object, SHM_CELL_WRITER_ROLE);
  }
  memset(writer, 0, sizeof *writer);
  shm_core_drop(core);
}
