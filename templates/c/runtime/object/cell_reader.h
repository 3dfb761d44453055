/* ---- Readers of a cell, or of an array of cells -------------------------
 *
 * Any number, with a participant record or without one: a reader leaves no trace in
 * the segment, but for the bit by which it asks to be woken. One that is all zero is
 * not open: every operation answers SHM_INVALID.
 */

typedef struct shm_cell_reader {
  shm_core *core; /* NULL: not open */
  uint64_t item_size;
  shm_cells cells;
  char *awaited;  /* the cell that a wait looks at, */
  uint64_t since; /* for a version after this one */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  shm_limiter limiter;
} shm_cell_reader;

/*
 * How often a reader retries before it says that somebody lies. A look has to be
 * retried where seven versions came in the time of its copy, or where its processor was
 * taken away for that long: thousands in a row are no coincidence.
 */
#define SHM_CELL_LOOKS 4096

/*
 * Copies the latest value out; false where it was overwritten meanwhile, and what was
 * copied is worth nothing. A cell that was never stored to holds zeros, version 0.
 */
SHM_HOT bool shm_cell_look(const shm_cells *cells, char *cell, void *value, size_t item_size,
                           uint64_t *version) {
  /* Pairs with the release of the version in shm_cell_commit: its slot is whole, or is
   * written anew. */
  uint64_t found = shm_load_acquire(shm_cell_version(cell));
  shm_word64 *stamp = shm_cell_stamp(cells, cell, found);
  *version = found;
  if (SHM_UNLIKELY(found == 0)) {
    memset(value, 0, item_size);
    return true;
  }
  if (SHM_UNLIKELY(shm_load_acquire(stamp) != 2 * found)) {
    return false;
  }
  shm_read_value(stamp + 1, value, item_size);
  /* Pairs with the release fence in shm_cell_begin: whoever copied a word of a later
   * version finds its odd stamp, or a later one. */
  shm_acquire_fence();
  return SHM_LIKELY(shm_load_relaxed(stamp) == 2 * found);
}

/* The same, as often as it takes. */
SHM_APART shm_status shm_cell_look_again(const shm_cells *cells, char *cell, void *value, size_t item_size,
                                         uint64_t *version) {
  for (int looks = 1; looks < SHM_CELL_LOOKS; looks++) {
    if (shm_cell_look(cells, cell, value, item_size, version)) {
      return SHM_OK;
    }
    shm_spin();
  }
  memset(value, 0, item_size);
  *version = 0;
  shm_add(shm_explain(SHM_CORRUPT), "the cell is damaged: no version of its value is whole");
  return SHM_CORRUPT;
}

SHM_HOT bool shm_cell_reader_must_check(const shm_cell_reader *reader, uint64_t index, size_t item_size) {
  return SHM_UNLIKELY(reader->item_size != item_size || item_size == 0 || index >= reader->cells.count ||
                      shm_core_is_foreign(reader->core));
}

/* One look of a reader that waits. */
SHM_INLINE shm_status shm_cell_reader_look(void *handle) {
  shm_cell_reader *reader = SHM_CAST(shm_cell_reader *, handle);
  /* Asked before the version: what was stored before a removal is there. */
  bool removed = shm_core_is_removed(reader->core);
  if (shm_load_acquire(shm_cell_version(reader->awaited)) > reader->since) {
    return SHM_OK;
  }
  return removed ? SHM_REMOVED : SHM_EMPTY;
}

/* Waits until there is a version after `reader->since`. */
SHM_APART shm_status shm_cell_reader_await(shm_cell_reader *reader, uint64_t ns) {
  shm_status status = shm_cell_reader_look(reader);
  if (status == SHM_EMPTY && reader->core->segment.read_only) {
    status = shm_await_in_slices(reader->core, &reader->limiter, ns, shm_cell_reader_look, reader, SHM_EMPTY);
  } else if (status == SHM_EMPTY) {
    status = shm_await(reader->core, &reader->limiter, shm_cell_flag(reader->awaited), ns,
                       shm_cell_reader_look, reader, SHM_EMPTY);
  }
  if (status == SHM_OK) {
    return status;
  }
  return shm_fail_briefly(status == SHM_EMPTY ? SHM_TIMEOUT : status);
}

/* ---- what programs call ---- */

/*
 * Loads the latest value, whole, and its version: how often it was stored. One that
 * was never stored is zero bytes, version 0. SHM_CORRUPT where somebody lies.
 */
SHM_NODISCARD SHM_HOT shm_status shm_cell_reader_load(shm_cell_reader *reader, uint64_t index, void *value,
                                                      size_t item_size, uint64_t *version) {
  char *cell;
  shm_status status = shm_enter(&reader->busy);
  *version = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_cell_reader_must_check(reader, index, item_size)) {
    status = shm_cell_unusable(reader->core, "reader", reader->item_size, item_size, &reader->cells, index);
    return shm_leave(&reader->busy, status);
  }
  cell = shm_cells_at(&reader->cells, index);
  if (SHM_UNLIKELY(!shm_cell_look(&reader->cells, cell, value, item_size, version))) {
    status = shm_cell_look_again(&reader->cells, cell, value, item_size, version);
  }
  return shm_leave(&reader->busy, status);
}

/*
 * Loads the first value that is newer than `*version`, and its version, waiting for it
 * this many nanoseconds at most, UINT64_MAX for ever; SHM_TIMEOUT after that, SHM_REMOVED
 * when the segment was removed. Whoever is attached read-only waits in slices, as it
 * cannot ask to be woken.
 */
SHM_NODISCARD SHM_APART shm_status shm_cell_reader_wait_newer(shm_cell_reader *reader, uint64_t index,
                                                              uint64_t *version, void *value,
                                                              size_t item_size, uint64_t ns) {
  shm_status status = shm_enter(&reader->busy);
  if (status != SHM_OK) {
    return status;
  }
  if (shm_cell_reader_must_check(reader, index, item_size)) {
    status = shm_cell_unusable(reader->core, "reader", reader->item_size, item_size, &reader->cells, index);
    return shm_leave(&reader->busy, status);
  }
  reader->awaited = shm_cells_at(&reader->cells, index);
  reader->since = *version;
  status = shm_cell_reader_await(reader, ns);
  if (status == SHM_OK && !shm_cell_look(&reader->cells, reader->awaited, value, item_size, version)) {
    status = shm_cell_look_again(&reader->cells, reader->awaited, value, item_size, version);
  }
  return shm_leave(&reader->busy, status);
}

/* ---- open and close ---- */

/*
 * Becomes a reader of the cell or the array at `object` of the spec, by an attachment
 * of either sort. `reader` must be all zero, or closed.
 */
SHM_NODISCARD SHM_APART shm_status shm_cell_reader_open(shm_cell_reader *reader,
                                                        const shm_attachment *attachment, uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_cell(core, object);
  if (status == SHM_OK && reader->core != NULL) {
    shm_add(shm_explain(SHM_INVALID), "the handle is open already; close it first");
    status = SHM_INVALID;
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(reader, 0, sizeof *reader);
  shm_core_hold(core);
  reader->core = core;
  reader->object = object;
  reader->item_size = core->spec->objects[object].item_size;
  reader->cells = shm_cells_of(core, object);
  return SHM_OK;
}

SHM_HOT bool shm_cell_reader_is_open(const shm_cell_reader *reader) { return reader->core != NULL; }

/* Does nothing to a reader that is not open. */
SHM_APART void shm_cell_reader_close(shm_cell_reader *reader) {
  shm_core *core = reader->core;
  if (core != NULL) {
    memset(reader, 0, sizeof *reader);
    shm_core_drop(core);
  }
}
