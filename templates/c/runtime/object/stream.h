/* ---- Streams, as objects of a segment -----------------------------------
 *
 *   object := 'B' { text name | u64 bytes }                   of bytes
 *           | 'I' { text name | text item | u64 capacity }    of whole items
 *
 * The two are laid out alike and used alike: a byte is an item of one byte.
 */

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

/* The geometry of a stream whose area holds a multiple of this many items. */
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

/* Wakes whoever sleeps at either side. */
SHM_APART void shm_stream_wake_both(const shm_object *object) {
  shm_wake_up(shm_object_flag(object, SHM_STREAM_DATA_FLAG));
  shm_wake_up(shm_object_flag(object, SHM_STREAM_SPACE_FLAG));
}

SHM_APART void shm_stream_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_STREAM_WRITER_ROLE, dead);
  shm_sweep_role(object, SHM_STREAM_READER_ROLE, dead);
  shm_stream_wake_both(object);
}

SHM_APART void shm_stream_leave(const shm_object *object, uint64_t me) {
  if (shm_exchange(shm_object_word(object, SHM_STREAM_READER_ROLE), me, me)) {
    /* The writer learns the exact head, as from a reader's release. */
    shm_store_release(shm_object_word(object, SHM_STREAM_HEAD),
                      shm_load_relaxed(shm_object_word(object, SHM_STREAM_TAKEN)));
    shm_drop_role(object, SHM_STREAM_READER_ROLE, me);
    shm_notify(shm_object_flag(object, SHM_STREAM_SPACE_FLAG), SHM_NEED_FENCE); /* whatever this process is */
  }
  shm_drop_role(object, SHM_STREAM_WRITER_ROLE, me);
}

/* ---- the same of whole items ---- */

SHM_APART bool shm_stream_items_lay(const shm_object_spec *object, shm_geometry *out) {
  return shm_stream_lay_in(object, 1, out);
}

SHM_APART void shm_stream_items_sweep(const shm_object *object, uint64_t dead) {
  shm_stream_sweep(object, dead);
}

SHM_APART void shm_stream_items_leave(const shm_object *object, uint64_t me) { shm_stream_leave(object, me); }
