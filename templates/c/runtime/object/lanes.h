/* ---- Lanes --------------------------------------------------------------
 *
 * Many producers to one consumer: a one-to-one queue or ring for each.
 *
 *  0x000  lanes in use u64 * 16, a bit for each
 *  0x080  data flag u32 | 0x088 consumer role u64 | 0x090 times no lane u64
 *  0x100  lane 0, lane 1 .., each a multiple of 128 bytes
 */

SHM_LAYOUT(lanes)

/* The geometry of an object with lanes, of which `one` is that of a lane. */
SHM_APART bool shm_lanes_lay(const shm_object_spec *object, bool lane_is_sound, shm_geometry *one) {
  uint64_t stride;
  return lane_is_sound && object->lanes > 0 && object->lanes <= SHM_LANES_MAX &&
         shm_round_up(one->size, SHM_LINE, &stride) &&
         shm_slots_size(SHM_LANES_LANES, object->lanes, stride, &one->size);
}

/* What an object looks like that has one lane of this one. */
SHM_INLINE shm_object_spec shm_lane_spec(const shm_object_spec *object) {
  shm_object_spec lane = *object;
  lane.lanes = 0;
  return lane;
}

/* Lane `n` as an object of its own; the spec is sound. */
SHM_INLINE shm_object shm_lane_at(const shm_object *object, uint32_t n) {
  uint64_t stride = (object->spec->size - SHM_LANES_LANES) / object->spec->lanes;
  shm_object lane = *object;
  lane.base += SHM_LANES_LANES + n * stride;
  return lane;
}

/* A sweep; of a lane it asks for the producer's role and for what its producer sleeps on. */
SHM_APART void shm_lanes_sweep(const shm_object *object, uint64_t dead, uint64_t producer_role,
                               uint64_t space_flag) {
  shm_sweep_role(object, SHM_LANES_CONSUMER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_LANES_DATA_FLAG));
  for (uint32_t n = 0; n < object->spec->lanes; n++) {
    shm_object lane = shm_lane_at(object, n);
    shm_sweep_role(&lane, producer_role, dead);
    shm_wake_up(shm_object_flag(&lane, space_flag));
  }
}

SHM_APART void shm_lanes_leave(const shm_object *object, uint64_t me, uint64_t producer_role) {
  shm_drop_role(object, SHM_LANES_CONSUMER_ROLE, me);
  for (uint32_t n = 0; n < object->spec->lanes; n++) {
    shm_object lane = shm_lane_at(object, n);
    shm_drop_role(&lane, producer_role, me);
  }
}
