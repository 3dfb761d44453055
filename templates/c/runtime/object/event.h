/* ---- Events -------------------------------------------------------------
 *
 * A signal. This version lays them out, creates them and sweeps them; it has no
 * functions for them yet.
 *
 *   object := 'N' { text name }
 *
 *  0x000  count u64 | 0x008 flag u32
 */

SHM_LAYOUT(event)

SHM_APART bool shm_event_differ(shm_comparison *c, const shm_object_record *mine,
                                const shm_object_record *theirs) {
  (void)mine;
  shm_record_ends(c, &theirs->rest);
  return false;
}

SHM_APART bool shm_event_lay(const shm_object_spec *object, shm_geometry *out) {
  out->size = SHM_EVENT_SIZE;
  return object->lanes == 0 && object->item_size == 0 && object->capacity == 0;
}

SHM_APART void shm_event_sweep(const shm_object *object, uint64_t dead) {
  (void)dead; /* no role */
  shm_wake_up(shm_object_flag(object, SHM_EVENT_FLAG));
}

SHM_APART void shm_event_leave(const shm_object *object, uint64_t me) {
  (void)object;
  (void)me;
}
