/* ---- Rings with lanes ---------------------------------------------------
 *
 * Many producers to one consumer: a one-to-one ring for each, see lanes.h. No
 * functions yet, as for rings.
 */

SHM_APART bool shm_ring_lanes_lay(const shm_object_spec *object, shm_geometry *out) {
  shm_object_spec lane = shm_lane_spec(object);
  return shm_lanes_lay(object, shm_ring_lay(&lane, out), out);
}

SHM_APART void shm_ring_lanes_sweep(const shm_object *object, uint64_t dead) {
  shm_lanes_sweep(object, dead, SHM_RING_PRODUCER_ROLE, SHM_RING_SPACE_FLAG);
}

SHM_APART void shm_ring_lanes_leave(const shm_object *object, uint64_t me) {
  shm_lanes_leave(object, me, SHM_RING_PRODUCER_ROLE);
}
