/* ---- What is known about a state ----------------------------------------
 *
 * By who is attached to its segment. Looking changes nothing.
 */

/* The numbers of a state. */
typedef struct shm_state_facts {
  uint64_t item_size;
  uint64_t version;    /* how often the value was changed */
  uint64_t times_died; /* how often a holder died with the lock */
  int64_t holder;      /* the participant that has the lock, by the index of its record; -1 for none */
} shm_state_facts;

/* Asks for the numbers of a state, each as it is now. */
SHM_NODISCARD SHM_APART shm_status shm_state_stat(const shm_attachment *attachment, uint32_t object,
                                                  shm_state_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_object(core, object, SHM_KIND_STATE, "state");
  shm_object state;
  uint32_t owner;
  memset(out, 0, sizeof *out);
  out->holder = -1;
  if (status != SHM_OK) {
    return status;
  }
  state = shm_object_at(core, object);
  out->item_size = state.spec->item_size;
  out->version = shm_load_acquire(shm_object_word(&state, SHM_STATE_VERSION));
  out->times_died = shm_load_relaxed(shm_object_word(&state, SHM_STATE_TIMES_DIED));
  owner = __atomic_load_n(shm_object_flag(&state, SHM_STATE_LOCK), __ATOMIC_ACQUIRE) & ~SHM_STATE_SLEEPER;
  if (owner != 0 && owner != SHM_STATE_ORPHANED) {
    out->holder = SHM_CAST(int64_t, owner & SHM_STATE_ORPHANED) - 1;
  }
  return SHM_OK;
}
