/* ---- Topics -------------------------------------------------------------
 *
 * Every reader sees every message. This version lays them out, creates them and
 * sweeps them; it has no functions for them yet.
 *
 *   object := 'P' { text name | text item | u64 capacity }
 *
 *  0x000  tail hint u64
 *  0x080  data flag u32 | 0x088 publisher role u64
 *  0x100  slots: stamp u64, item
 */

SHM_LAYOUT(topic)

SHM_APART bool shm_topic_differ(shm_comparison *c, const shm_object_record *mine,
                                const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_item = shm_take_text(&a);
  shm_slice their_item = shm_take_text(&b);
  uint64_t my_capacity = shm_take_number(&a);
  uint64_t their_capacity = shm_take_number(&b);
  return shm_record_ends(c, &b) &&
         (shm_tell_items(c->out, mine->name, my_item, their_item) ||
          shm_tell_numbers(c->out, mine->name, " has capacity ", my_capacity, their_capacity));
}

SHM_APART bool shm_topic_lay(const shm_object_spec *object, shm_geometry *out) {
  return object->lanes == 0 && object->capacity > 0 &&
         !__builtin_add_overflow(object->capacity, 1, &out->slots) &&
         shm_slot_stride(SHM_TOPIC_STAMP_SIZE, object->item_size, 8, &out->stride) &&
         shm_slots_size(SHM_TOPIC_SLOTS, out->slots, out->stride, &out->size);
}

SHM_APART void shm_topic_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_TOPIC_PUBLISHER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_TOPIC_DATA_FLAG));
}

SHM_APART void shm_topic_leave(const shm_object *object, uint64_t me) {
  shm_drop_role(object, SHM_TOPIC_PUBLISHER_ROLE, me);
}
