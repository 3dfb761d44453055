/* ---- Handles on a state: its value, and its lock word -------------------
 *
 * The value in the segment is whole at any time: who holds the lock works on a private
 * copy, and unlocking writes it into the copy that is idle and publishes that by one
 * store. So a holder that dies changed nothing, and whoever cannot or will not lock
 * reads all the same.
 *
 * Numbers that another process wrote are compared and never used as an index, but for
 * the lowest bit of the version, and looks are counted. Who lies about the lock can keep
 * others out, or let two in.
 *
 * A handle that is all zero is not open: every operation answers SHM_INVALID.
 */

typedef struct shm_state_handle {
  shm_core *core; /* NULL: not open */
  char *state;    /* where the object begins */
  uint64_t item_size;
  uint64_t stride; /* bytes from one copy to the other */
  uint32_t object;
  uint32_t me;     /* this attachment in the lock word */
  uint32_t busy;   /* SHM_CHECK_THREADS: an operation is under way */
  bool held;       /* the lock is this handle's */
  bool owner_died; /* news of the last time it was taken */
  shm_limiter limiter;
} shm_state_handle;

SHM_INLINE shm_word32 *shm_state_word(const shm_state_handle *handle, size_t offset) {
  return SHM_AT(shm_word32, handle->state, offset);
}

/* ---- the value ---- */

SHM_INLINE shm_word64 *shm_state_version(const shm_state_handle *handle) {
  return SHM_AT(shm_word64, handle->state, SHM_STATE_VERSION);
}

/* The copy that is the value of a version. */
SHM_INLINE shm_word64 *shm_state_copy(const shm_state_handle *handle, uint64_t version) {
  return SHM_AT(shm_word64, handle->state,
                SHM_STATE_COPIES + version % SHM_STATE_COPY_COUNT * handle->stride);
}

/* The value as the holder of the lock finds it. */
SHM_APART void shm_state_copy_out(const shm_state_handle *handle, void *value) {
  uint64_t version = shm_load_relaxed(shm_state_version(handle));
  shm_read_value(shm_state_copy(handle, version), value, SHM_CAST(size_t, handle->item_size));
}

/* Publishes another value, with the lock in hand. */
SHM_APART void shm_state_publish(const shm_state_handle *handle, const void *value) {
  uint64_t next = shm_load_relaxed(shm_state_version(handle)) + 1;
  /* Behind the lock, and before every word of the idle copy; pairs with the acquire
   * fence in shm_state_look: who reads a word of it finds the version changed that had
   * this copy. */
  shm_release_fence();
  shm_write_value(shm_state_copy(handle, next), value, SHM_CAST(size_t, handle->item_size));
  shm_program_order();
  /* The commit. Pairs with the acquire in shm_state_look. */
  shm_store_release(shm_state_version(handle), next);
}

/* So often a reader looks before it says that somebody lies; see SHM_CELL_LOOKS. */
#define SHM_STATE_LOOKS 4096

/* Copies the value out without the lock; false where it was overwritten meanwhile. */
SHM_INLINE bool shm_state_look(const shm_state_handle *handle, void *value, uint64_t *version) {
  *version = shm_load_acquire(shm_state_version(handle));
  shm_read_value(shm_state_copy(handle, *version), value, SHM_CAST(size_t, handle->item_size));
  shm_acquire_fence();
  return shm_load_relaxed(shm_state_version(handle)) == *version;
}

/* ---- who holds the lock ---- */

/*
 * Whether whom the lock word names does not hold it any more: there is no such record, it
 * has moved on, or its holder is dead. The last is asked of the system only if `judge`.
 */
SHM_APART bool shm_state_owner_is_gone(const shm_state_handle *handle, uint32_t owner, bool judge) {
  const shm_core *core = handle->core;
  uint32_t index = (owner & SHM_STATE_ORPHANED) - 1; /* of none, the greatest number */
  uint32_t generation;
  uint64_t record;
  if (index >= core->participants_count) {
    return true;
  }
  record = shm_load_acquire(shm_record_word(core, index));
  generation = shm_record_generation(record);
  return shm_record_state(record) != SHM_RECORD_LIVE ||
         shm_state_owner(shm_role_word(index, generation)) != owner ||
         (judge && shm_participant_is_gone(core, index, generation));
}

/*
 * Takes the lock if nobody who is alive holds it: SHM_OK, SHM_OWNER_DIED if the last
 * holder died with it, or SHM_BUSY. Whoever has slept for it leaves it announced that
 * somebody does: others may.
 */
SHM_APART shm_status shm_state_take(shm_state_handle *handle, bool judge, bool slept) {
  shm_word32 *lock = shm_state_word(handle, SHM_STATE_LOCK);
  uint32_t word = __atomic_load_n(lock, __ATOMIC_ACQUIRE);
  for (int n = 0; n < SHM_STATE_TRIES; n++) {
    uint32_t owner = word & ~SHM_STATE_SLEEPER;
    uint32_t mine = handle->me | (slept ? SHM_STATE_SLEEPER : word & SHM_STATE_SLEEPER);
    if (owner == handle->me || (owner != 0 && !shm_state_owner_is_gone(handle, owner, judge))) {
      break;
    }
    shm_step();
    /* Acquire pairs with the exchange in shm_state_free. */
    if (__atomic_compare_exchange_n(lock, &word, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      shm_word64 *died = SHM_AT(shm_word64, handle->state, SHM_STATE_TIMES_DIED);
      if (owner == 0) {
        return SHM_OK;
      }
      shm_store_relaxed(died, shm_load_relaxed(died) + 1);
      return SHM_OWNER_DIED;
    }
  }
  return SHM_BUSY;
}

/* Says in the lock word that somebody sleeps, or may have to be woken, if somebody holds
 * it; what to sleep on. */
SHM_APART uint32_t shm_state_announce(const shm_state_handle *handle) {
  shm_word32 *lock = shm_state_word(handle, SHM_STATE_LOCK);
  uint32_t word = __atomic_load_n(lock, __ATOMIC_ACQUIRE);
  for (int n = 0; n < SHM_STATE_TRIES; n++) {
    uint32_t announced = word | SHM_STATE_SLEEPER;
    shm_step();
    if (word == 0 || word == announced ||
        __atomic_compare_exchange_n(lock, &word, announced, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      return word == 0 ? 0 : announced;
    }
  }
  return word;
}

/* ---- open and close ---- */

/* Why a handle cannot be used, or cannot lock; SHM_OK if it can. */
SHM_APART shm_status shm_state_check(const shm_state_handle *handle, size_t item_size, bool locks) {
  shm_status status = shm_check_handle(handle->core, "state", handle->item_size, item_size);
  if (status == SHM_OK && locks && !handle->core->takes_part) {
    shm_text *why = shm_explain(SHM_READ_ONLY);
    shm_add(why, "cannot lock or notify ");
    shm_add_outside(why, handle->core->spec->objects[handle->object].name, SIZE_MAX);
    shm_add(why, " of ");
    shm_add_outside(why, handle->core->address, SIZE_MAX);
    shm_add(why, ": the segment is attached read-only");
    status = SHM_READ_ONLY;
  }
  return status;
}

/*
 * Becomes one who uses the state at `object` of the spec, by an attachment of either
 * sort; one that may only read loads, and cannot lock. `handle` must be all zero, or
 * closed.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_open(shm_state_handle *handle, const shm_attachment *attachment,
                                                  uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_object(core, object, SHM_KIND_STATE, "state");
  if (status == SHM_OK && handle->core != NULL) {
    shm_add(shm_explain(SHM_INVALID), "the handle is open already; close it first");
    status = SHM_INVALID;
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(handle, 0, sizeof *handle);
  shm_core_hold(core);
  handle->core = core;
  handle->object = object;
  handle->state = core->segment.base + core->places[object];
  handle->item_size = core->spec->objects[object].item_size;
  handle->stride = core->spec->objects[object].stride;
  handle->me = shm_state_owner(shm_role_word(core->index, core->generation));
  return SHM_OK;
}

SHM_HOT bool shm_state_is_open(const shm_state_handle *handle) { return handle->core != NULL; }

/* Whether the word says that this attachment has the lock, which the handle believes. */
SHM_INLINE bool shm_state_has_lock(const shm_state_handle *handle) {
  uint32_t word = __atomic_load_n(shm_state_word(handle, SHM_STATE_LOCK), __ATOMIC_RELAXED);
  return (word & ~SHM_STATE_SLEEPER) == handle->me;
}

/* Unlocks without a change, if it is locked. Does nothing to a handle that is not open. */
SHM_APART void shm_state_close(shm_state_handle *handle) {
  shm_core *core = handle->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (handle->held && !shm_core_finds_fork(core) && shm_state_has_lock(handle)) {
    shm_state_free(shm_state_word(handle, SHM_STATE_LOCK));
  }
  memset(handle, 0, sizeof *handle);
  shm_core_drop(core);
}
