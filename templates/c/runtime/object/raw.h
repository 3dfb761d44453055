/* ---- Raw bytes ----------------------------------------------------------
 *
 * Bytes with nothing of ours in them. This version lays them out and creates
 * them; it has no functions for them yet.
 *
 *   object := 'W' { text name | u64 bytes | u64 align }
 */

SHM_LAYOUT(raw)

SHM_APART bool shm_raw_differ(shm_comparison *c, const shm_object_record *mine,
                              const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  uint64_t my_bytes = shm_take_number(&a);
  uint64_t their_bytes = shm_take_number(&b);
  uint64_t my_align = shm_take_number(&a);
  uint64_t their_align = shm_take_number(&b);
  return shm_record_ends(c, &b) &&
         (shm_tell_numbers(c->out, mine->name, " has bytes ", my_bytes, their_bytes) ||
          shm_tell_numbers(c->out, mine->name, " is aligned to ", my_align, their_align));
}

/* The one kind that has a say in its alignment. */
SHM_APART bool shm_raw_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = object->capacity;
  out->stride = 1;
  out->size = object->capacity;
  out->align = object->align;
  return object->lanes == 0 && object->item_size == 1 && object->capacity > 0 &&
         out->align >= SHM_RAW_ALIGN_MIN && out->align <= SHM_RAW_ALIGN_MAX &&
         (out->align & (out->align - 1)) == 0;
}

SHM_APART void shm_raw_sweep(const shm_object *object, uint64_t dead) {
  (void)object;
  (void)dead;
}

SHM_APART void shm_raw_leave(const shm_object *object, uint64_t me) {
  (void)object;
  (void)me;
}
