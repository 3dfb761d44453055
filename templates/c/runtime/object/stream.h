/* ---- Streams ------------------------------------------------------------
 *
 * Bytes or whole items, first in, first out, from one writer to one reader. This
 * version lays them out, creates them and sweeps them; it has no functions for them
 * yet.
 *
 *   object := 'B' { text name | u64 bytes }
 *           | 'I' { text name | text item | u64 capacity }    of whole items
 *
 *  0x000  tail u64 | 0x008 times full u64
 *  0x080  taken u64 | 0x088 seen u64 | 0x090 redelivered u64 | 0x098 high water u64
 *  0x100  head u64
 *  0x180  data flag u32 | 0x184 space flag u32 | 0x188 writer role | 0x190 reader role
 *  0x200  bytes, or items one behind the other
 *
 * Cursors count items, and a byte is an item of one byte.
 */

SHM_LAYOUT(stream)

SHM_APART bool shm_stream_differ(shm_comparison *c, const shm_object_record *mine,
                                 const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  bool my_items = mine->tag == 'I';
  bool their_items = theirs->tag == 'I';
  shm_slice none = {NULL, 0};
  shm_slice my_item = my_items ? shm_take_text(&a) : none;
  shm_slice their_item = their_items ? shm_take_text(&b) : none;
  uint64_t my_capacity = shm_take_number(&a);
  uint64_t their_capacity = shm_take_number(&b);
  return shm_record_ends(c, &b) &&
         (shm_tell_choice(c->out, mine->name, " passes ", "bytes", "items", my_items ? 1 : 0,
                          their_items ? 1 : 0) ||
          (my_items && shm_tell_items(c->out, mine->name, my_item, their_item)) ||
          shm_tell_numbers(c->out, mine->name, my_items ? " has capacity " : " has bytes ", my_capacity,
                           their_capacity));
}

/* The geometry of a stream whose area holds a multiple of so many items. */
SHM_APART bool shm_stream_lay_in(const shm_object_spec *object, uint64_t multiple, shm_geometry *out) {
  uint64_t capacity = object->capacity;
  uint64_t slots;
  uint64_t size;
  out->batch = capacity / 8 > 1 ? capacity / 8 : 1;
  out->stride = object->item_size;
  return object->lanes == 0 && object->item_size > 0 && capacity > 0 &&
         !__builtin_add_overflow(capacity, out->batch - 1, &slots) &&
         shm_round_up(slots, multiple, &out->slots) &&
         shm_slots_size(SHM_STREAM_BYTES, out->slots, out->stride, &size) &&
         shm_round_up(size, 8, &out->size);
}

SHM_APART bool shm_stream_lay(const shm_object_spec *object, shm_geometry *out) {
  return object->item_size == 1 && shm_stream_lay_in(object, 8, out);
}

SHM_APART void shm_stream_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_STREAM_WRITER_ROLE, dead);
  shm_sweep_role(object, SHM_STREAM_READER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_STREAM_DATA_FLAG));
  shm_wake_up(shm_object_flag(object, SHM_STREAM_SPACE_FLAG));
}

SHM_APART void shm_stream_leave(const shm_object *object, uint64_t me) {
  shm_drop_role(object, SHM_STREAM_WRITER_ROLE, me);
  shm_drop_role(object, SHM_STREAM_READER_ROLE, me);
}

/* ---- the same of whole items ---- */

SHM_APART bool shm_stream_items_lay(const shm_object_spec *object, shm_geometry *out) {
  return shm_stream_lay_in(object, 1, out);
}

SHM_APART void shm_stream_items_sweep(const shm_object *object, uint64_t dead) {
  shm_stream_sweep(object, dead);
}

SHM_APART void shm_stream_items_leave(const shm_object *object, uint64_t me) { shm_stream_leave(object, me); }
