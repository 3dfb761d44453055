/* ---- Cells: a value and its versions ------------------------------------
 *
 * What writer and readers share. Version v lies in slot v mod 8. Its stamp is odd
 * while it is written, and 2v once it is whole; then v is published. A reader takes
 * the slot of the version that it found published, and nothing but that version: the
 * stamp is 2v before its copy and behind it, or it looks again. So it has the time of
 * seven stores for its copy, and what a writer that died had begun is never looked at.
 *
 * Numbers that another process wrote are never used as an index but modulo the number
 * of slots, and looks are counted: a process that lies can keep a value from its readers, and no
 * more.
 */

/* The cells of an object in this process: one, or an array. */
typedef struct shm_cells {
  char *first; /* cell 0 */
  uint64_t count;
  uint64_t size;   /* bytes from one cell to the next */
  uint64_t stride; /* bytes from one slot to the next */
  uint32_t own;    /* for shm_notify */
} shm_cells;

SHM_INLINE shm_cells shm_cells_of(const shm_core *core, uint32_t object) {
  const shm_object_spec *spec = &core->spec->objects[object];
  shm_cells cells;
  cells.first = core->segment.base + core->places[object];
  cells.count = spec->lanes == 0 ? 1 : spec->lanes;
  cells.size = shm_cells_stride(spec);
  cells.stride = spec->stride;
  cells.own = core->own;
  return cells;
}

/* Where a cell begins; the index was checked. */
SHM_HOT char *shm_cells_at(const shm_cells *cells, uint64_t index) {
  return cells->first + index * cells->size;
}

SHM_HOT shm_word64 *shm_cell_version(char *cell) { return SHM_AT(shm_word64, cell, SHM_CELL_VERSION); }

SHM_HOT shm_word32 *shm_cell_flag(char *cell) { return SHM_AT(shm_word32, cell, SHM_CELL_FLAG); }

/* The stamp of the slot that a version falls on; its value is behind it. */
SHM_HOT shm_word64 *shm_cell_stamp(const shm_cells *cells, char *cell, uint64_t version) {
  return SHM_AT(shm_word64, cell, SHM_CELL_SLOTS + version % SHM_CELL_SLOT_COUNT * cells->stride);
}

/* Whether there is such a cell, or such an array, in an attachment that can be used. */
SHM_APART shm_status shm_check_cell(const shm_core *core, uint32_t object) {
  bool is_array =
      core != NULL && object < core->spec->object_count && core->spec->objects[object].kind == SHM_KIND_CELLS;
  return shm_check_object(core, object, is_array ? SHM_KIND_CELLS : SHM_KIND_CELL, "cell");
}

/* Why a handle cannot be used for that cell; it was found that it cannot. */
SHM_APART shm_status shm_cell_unusable(const shm_core *core, const char *side, uint64_t expected,
                                       size_t given, const shm_cells *cells, uint64_t index) {
  shm_status status = shm_check_handle(core, side, expected, given);
  if (status == SHM_OK) {
    shm_text *why = shm_explain(SHM_INVALID);
    shm_add(why, "there is no cell ");
    shm_add_number(why, index);
    shm_add(why, " among ");
    shm_add_number(why, cells->count);
    status = SHM_INVALID;
  }
  return status;
}
