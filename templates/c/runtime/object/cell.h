/* ---- Cells, as objects of a segment -------------------------------------
 *
 *   object := 'C' { text name | text type }
 */

SHM_APART bool shm_cell_differ(shm_comparison *c, const shm_object_record *mine,
                               const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_type = shm_take_text(&a);
  shm_slice their_type = shm_take_text(&b);
  return shm_record_ends(c, &b) && shm_tell_items(c->out, mine->name, my_type, their_type);
}

SHM_APART bool shm_cell_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = SHM_CELL_SLOT_COUNT;
  return object->lanes == 0 && object->capacity == 1 &&
         shm_slot_stride(SHM_CELL_STAMP_SIZE, object->item_size, SHM_LINE, &out->stride) &&
         shm_slots_size(SHM_CELL_SLOTS, out->slots, out->stride, &out->size);
}

SHM_APART void shm_cell_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_CELL_WRITER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_CELL_FLAG));
}

SHM_APART void shm_cell_leave(const shm_object *object, uint64_t me) {
  shm_drop_role(object, SHM_CELL_WRITER_ROLE, me);
}
