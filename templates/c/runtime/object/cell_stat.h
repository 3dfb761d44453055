/* ---- What is known about a cell -----------------------------------------
 *
 * By who is attached to its segment. Looking changes nothing.
 */

/* The numbers of a cell, or of an array of cells. */
typedef struct shm_cell_facts {
  uint64_t item_size;
  uint64_t count;   /* cells side by side; 1 of one alone */
  uint64_t version; /* how often it was stored; of an array, that of the cell that was stored most often */
  int64_t writer;   /* the participant that is the writer, by the index of its record; -1 for none */
} shm_cell_facts;

/* Asks for the numbers of a cell, each as it is now. */
SHM_NODISCARD SHM_APART shm_status shm_cell_stat(const shm_attachment *attachment, uint32_t object,
                                                 shm_cell_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_cell(core, object);
  shm_cells cells;
  memset(out, 0, sizeof *out);
  out->writer = -1;
  if (status != SHM_OK) {
    return status;
  }
  cells = shm_cells_of(core, object);
  out->item_size = core->spec->objects[object].item_size;
  out->count = cells.count;
  for (uint64_t index = 0; index < cells.count; index++) {
    uint64_t version = shm_load_acquire(shm_cell_version(shm_cells_at(&cells, index)));
    out->version = version > out->version ? version : out->version;
  }
  out->writer = shm_role_holder(SHM_AT(shm_word64, cells.first, SHM_CELL_WRITER_ROLE));
  return SHM_OK;
}
