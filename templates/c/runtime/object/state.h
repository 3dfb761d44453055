/* ---- States -------------------------------------------------------------
 *
 * A value behind a lock. This version lays them out and creates them; it has no
 * functions for them yet, and so nobody who dies holds anything of one.
 *
 *   object := 'A' { text name | text type }
 *
 *  0x000  lock u32 | 0x008 times died u64
 *  0x080  version u64
 *  0x100  sequence u32 | 0x104 waiters u32
 *  0x180  2 copies of the value; whole lines
 */

SHM_LAYOUT(state)

SHM_APART bool shm_state_differ(shm_comparison *c, const shm_object_record *mine,
                                const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_type = shm_take_text(&a);
  shm_slice their_type = shm_take_text(&b);
  return shm_record_ends(c, &b) && shm_tell_items(c->out, mine->name, my_type, their_type);
}

SHM_APART bool shm_state_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = SHM_STATE_COPY_COUNT;
  return object->lanes == 0 && object->capacity == 1 &&
         shm_slot_stride(0, object->item_size, SHM_LINE, &out->stride) &&
         shm_slots_size(SHM_STATE_COPIES, out->slots, out->stride, &out->size);
}

SHM_APART void shm_state_sweep(const shm_object *object, uint64_t dead) {
  (void)object;
  (void)dead;
}

SHM_APART void shm_state_leave(const shm_object *object, uint64_t me) {
  (void)object;
  (void)me;
}
