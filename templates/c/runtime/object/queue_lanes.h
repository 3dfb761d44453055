/* ---- Queues with lanes --------------------------------------------------
 *
 * Many producers to one consumer: a one-to-one queue for each, see lanes.h. This
 * version lays them out, creates them and sweeps them; it has no functions for
 * them yet.
 */

SHM_APART bool shm_queue_lanes_lay(const shm_object_spec *object, shm_geometry *out) {
  shm_object_spec lane = shm_lane_spec(object);
  return shm_lanes_lay(object, shm_queue_lay(&lane, out), out);
}

SHM_APART void shm_queue_lanes_sweep(const shm_object *object, uint64_t dead) {
  shm_lanes_sweep(object, dead, SHM_QUEUE_PRODUCER_ROLE, SHM_QUEUE_SPACE_FLAG);
}

SHM_APART void shm_queue_lanes_leave(const shm_object *object, uint64_t me) {
  shm_lanes_leave(object, me, SHM_QUEUE_PRODUCER_ROLE);
}
