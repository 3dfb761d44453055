/* ---- Queues with owned slots --------------------------------------------
 *
 * Many producers or consumers, one order for all. This version lays them out,
 * creates them and sweeps them; it has no functions for them yet.
 *
 *  0x000  tail u64
 *  0x080  head u64
 *  0x100  data flag u32 | 0x104 space flag u32 | 0x108 orphans u64
 *  0x180  times full, skipped, dropped, redelivered, high water: u64 each
 *  0x200  slots: word u64 (lap << 32 | generation << 15 | index << 3 | kind), item
 */

SHM_LAYOUT(owned)

SHM_APART bool shm_queue_owned_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = object->capacity;
  return object->lanes == 0 && shm_slot_stride(SHM_OWNED_WORD_SIZE, object->item_size, 8, &out->stride) &&
         shm_slots_size(SHM_OWNED_SLOTS, out->slots, out->stride, &out->size);
}

SHM_APART void shm_queue_owned_sweep(const shm_object *object, uint64_t dead) {
  (void)dead; /* no role: what it claims are slots */
  shm_wake_up(shm_object_flag(object, SHM_OWNED_DATA_FLAG));
  shm_wake_up(shm_object_flag(object, SHM_OWNED_SPACE_FLAG));
}

SHM_APART void shm_queue_owned_leave(const shm_object *object, uint64_t me) {
  (void)object;
  (void)me;
}
