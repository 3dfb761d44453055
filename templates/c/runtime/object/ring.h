/* ---- Rings --------------------------------------------------------------
 *
 * Messages of any length, first in, first out. This version lays them out,
 * creates them and sweeps them; it has no functions for them yet.
 *
 *   object := 'R' { text name | u64 bytes | u64 lanes }    lanes 0: one producer
 *
 *  0x000  tail hint u64 | 0x008 times full u64
 *  0x080  taken, seen, redelivered, high water: u64 each
 *  0x100  head u64
 *  0x180  data flag u32 | 0x184 space flag u32 | 0x188 producer role | 0x190 consumer role
 *  0x200  records: header u64 (kind << 32 | length), bytes, at multiples of 8
 */

SHM_LAYOUT(ring)

SHM_APART bool shm_ring_differ(shm_comparison *c, const shm_object_record *mine,
                               const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  uint64_t my_bytes = shm_take_number(&a);
  uint64_t their_bytes = shm_take_number(&b);
  uint64_t my_lanes = shm_take_number(&a);
  uint64_t their_lanes = shm_take_number(&b);
  b.damaged = b.damaged || their_lanes > SHM_LANES_MAX;
  return shm_record_ends(c, &b) &&
         (shm_tell_numbers(c->out, mine->name, " has bytes ", my_bytes, their_bytes) ||
          shm_tell_choice(c->out, mine->name, " has producers: ", "many", "one", my_lanes == 0 ? 1 : 0,
                          their_lanes == 0 ? 1 : 0) ||
          shm_tell_numbers(c->out, mine->name, " has lanes ", my_lanes, their_lanes));
}

SHM_APART bool shm_ring_lay(const shm_object_spec *object, shm_geometry *out) {
  uint64_t bytes = object->capacity;
  out->batch = bytes / 64 * 8;
  out->stride = 1;
  return object->lanes == 0 && object->item_size == 1 && bytes >= SHM_RING_BYTES_MIN && bytes % 8 == 0 &&
         !__builtin_add_overflow(bytes, out->batch - 8, &out->slots) &&
         shm_slots_size(SHM_RING_RECORDS, out->slots, 1, &out->size);
}

SHM_APART void shm_ring_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_RING_PRODUCER_ROLE, dead);
  shm_sweep_role(object, SHM_RING_CONSUMER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_RING_DATA_FLAG));
  shm_wake_up(shm_object_flag(object, SHM_RING_SPACE_FLAG));
}

SHM_APART void shm_ring_leave(const shm_object *object, uint64_t me) {
  shm_drop_role(object, SHM_RING_PRODUCER_ROLE, me);
  shm_drop_role(object, SHM_RING_CONSUMER_ROLE, me);
}
