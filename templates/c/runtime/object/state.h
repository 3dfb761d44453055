/* ---- States, as objects of a segment ------------------------------------
 *
 *   object := 'A' { text name | text type }
 */

SHM_APART bool shm_state_differ(shm_comparison *c, const shm_object_record *mine,
                                const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_type = shm_take_text(&a);
  shm_slice their_type = shm_take_text(&b);
  return shm_record_ends(c, &b) && shm_tell_items(c->out, mine->name, my_type, their_type);
}

SHM_APART bool shm_state_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = SHM_STATE_COPY_COUNT;
  return object->lanes == 0 && object->capacity == 1 &&
         shm_slot_stride(0, object->item_size, SHM_LINE, &out->stride) &&
         shm_slots_size(SHM_STATE_COPIES, out->slots, out->stride, &out->size);
}

/* ---- the lock word ---- */

/* Somebody sleeps until the lock is free, or did. */
#define SHM_STATE_SLEEPER (UINT32_C(1) << 31)

/* What the word has of a holder by its role word. */
SHM_INLINE uint32_t shm_state_owner(uint64_t role_word) {
  uint32_t generation = SHM_CAST(uint32_t, role_word >> 32);
  return (generation << SHM_STATE_GENERATION_SHIFT | SHM_CAST(uint32_t, role_word & UINT32_MAX)) &
         ~SHM_STATE_SLEEPER;
}

/*
 * Frees a lock that the caller holds, and wakes one who sleeps for it. By exchange:
 * somebody may have come to sleep just now.
 */
SHM_APART void shm_state_free(shm_word32 *lock) {
  shm_step();
  if ((__atomic_exchange_n(lock, 0, __ATOMIC_ACQ_REL) & SHM_STATE_SLEEPER) != 0) {
    shm_sys_futex_wake_at_most(lock, 1);
  }
}

/* Honest ones change the word once while another looks at it. */
#define SHM_STATE_TRIES 100

/*
 * A dead holder's lock becomes orphaned, not free, or the next holder would not hear of
 * the death; sleepers stay announced. The dead one may have been the one that a wake-up
 * went to, whether or not it held anything: all who sleep are woken, and those who wait
 * find another sequence.
 */
SHM_APART void shm_state_sweep(const shm_object *object, uint64_t dead) {
  shm_word32 *lock = shm_object_flag(object, SHM_STATE_LOCK);
  shm_word32 *sequence = shm_object_flag(object, SHM_STATE_SEQUENCE);
  uint32_t owner = shm_state_owner(dead);
  uint32_t word = __atomic_load_n(lock, __ATOMIC_ACQUIRE);
  for (int n = 0; n < SHM_STATE_TRIES && (word & ~SHM_STATE_SLEEPER) == owner; n++) {
    uint32_t orphaned = (word & SHM_STATE_SLEEPER) | SHM_STATE_ORPHANED;
    shm_step();
    if (__atomic_compare_exchange_n(lock, &word, orphaned, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      break;
    }
  }
  shm_sys_futex_wake(lock);
  shm_step();
  __atomic_fetch_add(sequence, 1, __ATOMIC_ACQ_REL);
  shm_sys_futex_wake(sequence);
}

/* Unlocks without a change what a participant has locked that leaves. */
SHM_APART void shm_state_leave(const shm_object *object, uint64_t me) {
  shm_word32 *lock = shm_object_flag(object, SHM_STATE_LOCK);
  if ((__atomic_load_n(lock, __ATOMIC_RELAXED) & ~SHM_STATE_SLEEPER) == shm_state_owner(me)) {
    shm_state_free(lock);
  }
}
