/* ---- Streams ------------------------------------------------------------
 *
 * Bytes, first in, first out. This version lays them out, creates them and sweeps
 * them; it has no functions for them yet.
 *
 *   object := 'B' { text name | u64 bytes }
 *
 *  0x000  tail u64 | 0x008 times full u64
 *  0x080  taken u64 | 0x088 high water u64
 *  0x100  head u64
 *  0x180  data flag u32 | 0x184 space flag u32 | 0x188 writer role | 0x190 reader role
 *  0x200  bytes
 */

SHM_LAYOUT(stream)

SHM_APART bool shm_stream_differ(shm_comparison *c, const shm_object_record *mine,
                                 const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  uint64_t my_bytes = shm_take_number(&a);
  uint64_t their_bytes = shm_take_number(&b);
  return shm_record_ends(c, &b) && shm_tell_numbers(c->out, mine->name, " has bytes ", my_bytes, their_bytes);
}

SHM_APART bool shm_stream_lay(const shm_object_spec *object, shm_geometry *out) {
  uint64_t bytes = object->capacity;
  uint64_t most;
  out->batch = bytes / 8 > 1 ? bytes / 8 : 1;
  out->stride = 1;
  return object->lanes == 0 && object->item_size == 1 && bytes > 0 &&
         !__builtin_add_overflow(bytes, out->batch - 1, &most) && shm_round_up(most, 8, &out->slots) &&
         shm_slots_size(SHM_STREAM_BYTES, out->slots, 1, &out->size);
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
