/* ---- Cells, as objects of a segment -------------------------------------
 *
 *   object := 'C' { text name | text type }
 *           | 'V' { text name | text type | u64 count }    an array of cells
 */

SHM_APART bool shm_cell_differ(shm_comparison *c, const shm_object_record *mine,
                               const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_type = shm_take_text(&a);
  shm_slice their_type = shm_take_text(&b);
  uint64_t my_count = mine->tag == 'V' ? shm_take_number(&a) : 0;
  uint64_t their_count = theirs->tag == 'V' ? shm_take_number(&b) : 0;
  return shm_record_ends(c, &b) &&
         (shm_tell_items(c->out, mine->name, my_type, their_type) ||
          shm_tell_choice(c->out, mine->name, " is an array of cells: ", "no", "yes",
                          mine->tag == 'V' ? 1 : 0, theirs->tag == 'V' ? 1 : 0) ||
          shm_tell_numbers(c->out, mine->name, " has count ", my_count, their_count));
}

/* The geometry of one cell, alone or among others. */
SHM_APART bool shm_cell_lay_one(const shm_object_spec *object, shm_geometry *out) {
  out->slots = SHM_CELL_SLOT_COUNT;
  return object->capacity == 1 &&
         shm_slot_stride(SHM_CELL_STAMP_SIZE, object->item_size, SHM_LINE, &out->stride) &&
         shm_slots_size(SHM_CELL_SLOTS, out->slots, out->stride, &out->size);
}

SHM_APART bool shm_cell_lay(const shm_object_spec *object, shm_geometry *out) {
  return object->lanes == 0 && shm_cell_lay_one(object, out);
}

SHM_APART void shm_cell_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_CELL_WRITER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_CELL_FLAG));
}

SHM_APART void shm_cell_leave(const shm_object *object, uint64_t me) {
  shm_drop_role(object, SHM_CELL_WRITER_ROLE, me);
}

/* ---- the same of an array ---- */

SHM_APART bool shm_cells_lay(const shm_object_spec *object, shm_geometry *out) {
  return object->lanes > 0 && shm_cell_lay_one(object, out) &&
         shm_slots_size(0, object->lanes, out->size, &out->size);
}

/* Bytes from one cell to the next; of one alone, all of them. */
SHM_INLINE uint64_t shm_cells_stride(const shm_object_spec *object) {
  return object->lanes == 0 ? object->size : object->size / object->lanes;
}

/* Wakes the readers of every cell. */
SHM_APART void shm_cells_wake(const shm_object *object) {
  uint64_t stride = shm_cells_stride(object->spec);
  uint64_t at = 0;
  do {
    shm_wake_up(shm_object_flag(object, at + SHM_CELL_FLAG));
    at += stride;
  } while (at < object->spec->size);
}

SHM_APART void shm_cells_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_CELL_WRITER_ROLE, dead); /* one for all */
  shm_cells_wake(object);
}

SHM_APART void shm_cells_leave(const shm_object *object, uint64_t me) { shm_cell_leave(object, me); }
