/* ---- Locking a state, and loading it ------------------------------------ */

/* Waits for the lock: SHM_OK, SHM_OWNER_DIED, SHM_TIMEOUT, or why that cannot be. */
SHM_APART shm_status shm_state_await(shm_state_handle *handle, uint64_t ns) {
  shm_core *core = handle->core;
  uint64_t deadline = shm_deadline_after(ns);
  uint64_t spin_end = shm_deadline_after(ns < SHM_SPIN_NS ? ns : SHM_SPIN_NS);
  uint64_t left;
  bool slept = false;
  shm_sleeper sleeper = SHM_ZERO;
  shm_status status;
  while (shm_time_left(spin_end) != 0) {
    status = shm_state_take(handle, shm_limiter_is_due(&handle->limiter), false);
    if (status != SHM_BUSY) {
      return status;
    }
    shm_spin();
  }
  while ((left = shm_time_left(deadline)) != 0) {
    shm_announced announced;
    announced.value = shm_state_announce(handle);
    announced.brief = false; /* unlocking is an exchange, which is a fence */
    if (shm_limiter_is_due_now(&handle->limiter)) {
      shm_core_look_around(core, sleeper.slept);
    }
    if (shm_core_is_foreign(core)) {
      return shm_fail_foreign(core);
    }
    status = shm_state_take(handle, true, slept);
    if (status != SHM_BUSY) {
      return status;
    }
    if (announced.value != 0) {
      sleeper.slice = SHM_FIRST_SLICE_NS; /* no longer: its holder may have died meanwhile */
      shm_sleep_slice(&sleeper, shm_state_word(handle, SHM_STATE_LOCK), announced, left);
      slept = true;
      status = shm_state_take(handle, false, slept);
      if (status != SHM_BUSY) {
        return status;
      }
    }
  }
  status = shm_state_take(handle, true, slept);
  if (status == SHM_BUSY && slept) {
    /* It may have been the one who was woken: whoever unlocks next wakes another. */
    shm_state_announce(handle);
  }
  return status == SHM_BUSY ? SHM_TIMEOUT : status;
}

/* The lock was taken: news, and the value. */
SHM_INLINE shm_status shm_state_begin(shm_state_handle *handle, void *value, shm_status status) {
  handle->held = true;
  handle->owner_died = status == SHM_OWNER_DIED;
  shm_state_copy_out(handle, value);
  return status;
}

/* Locks, waiting so long at most. */
SHM_APART shm_status shm_state_lock_ns(shm_state_handle *handle, void *value, size_t item_size, uint64_t ns) {
  shm_status status = shm_state_check(handle, item_size, true);
  if (status != SHM_OK) {
    return status;
  }
  if (shm_state_has_lock(handle)) {
    shm_add(shm_explain(SHM_BUSY), "this attachment has the lock already; unlock it first");
    return SHM_BUSY;
  }
  status = shm_state_take(handle, shm_limiter_is_due(&handle->limiter), false);
  if (status == SHM_BUSY && ns > 0) {
    status = shm_state_await(handle, ns);
  }
  if (status == SHM_OK || status == SHM_OWNER_DIED) {
    return shm_state_begin(handle, value, status);
  }
  return status == SHM_BUSY || status == SHM_TIMEOUT ? shm_fail_briefly(status) : status;
}

/* What is to be unlocked: that it is locked, and by this attachment. */
SHM_APART shm_status shm_state_check_held(shm_state_handle *handle, size_t item_size) {
  shm_status status = shm_state_check(handle, item_size, true);
  if (status == SHM_OK && !handle->held) {
    shm_add(shm_explain(SHM_INVALID), "the state is not locked: lock comes first");
    status = SHM_INVALID;
  } else if (status == SHM_OK && !shm_state_has_lock(handle)) {
    handle->held = false;
    shm_add(shm_explain(SHM_CORRUPT),
            "the state is damaged: its lock has another owner; nothing was changed");
    status = SHM_CORRUPT;
  }
  return status;
}

/* ---- what programs call ---- */

/*
 * Locks the state and copies its value to `value`, zero bytes if it was never changed.
 * It waits for ever. SHM_OWNER_DIED is a success that tells: the last holder died with the
 * lock, and what it had not unlocked yet did not happen. SHM_BUSY if this attachment has
 * the lock already.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_lock(shm_state_handle *handle, void *value, size_t item_size) {
  shm_status status = shm_enter(&handle->busy);
  return status != SHM_OK
             ? status
             : shm_leave(&handle->busy, shm_state_lock_ns(handle, value, item_size, SHM_FOREVER));
}

/* The same, without waiting: SHM_BUSY if somebody has it. */
SHM_NODISCARD SHM_APART shm_status shm_state_try_lock(shm_state_handle *handle, void *value,
                                                      size_t item_size) {
  shm_status status = shm_enter(&handle->busy);
  return status != SHM_OK ? status : shm_leave(&handle->busy, shm_state_lock_ns(handle, value, item_size, 0));
}

/* The same, waiting `ns` nanoseconds at most; SHM_TIMEOUT after that. */
SHM_NODISCARD SHM_APART shm_status shm_state_lock_timeout(shm_state_handle *handle, void *value,
                                                          size_t item_size, uint64_t ns) {
  shm_status status = shm_enter(&handle->busy);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_state_lock_ns(handle, value, item_size, ns);
  if (status == SHM_BUSY && ns == 0 && !shm_state_has_lock(handle)) {
    status = shm_fail_briefly(SHM_TIMEOUT);
  }
  return shm_leave(&handle->busy, status);
}

/*
 * Unlocks; `value` is the value from now on, or NULL if it is to stay. SHM_CORRUPT, and no
 * change, if somebody lies about who has the lock.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_unlock(shm_state_handle *handle, const void *value,
                                                    size_t item_size) {
  shm_status status = shm_enter(&handle->busy);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_state_check_held(handle, item_size);
  if (status == SHM_OK) {
    if (value != NULL) {
      shm_state_publish(handle, value);
    }
    handle->held = false;
    shm_state_free(shm_state_word(handle, SHM_STATE_LOCK));
  }
  return shm_leave(&handle->busy, status);
}

/* Whether the last holder had died with the lock when this handle took it last. */
SHM_INLINE bool shm_state_owner_died(const shm_state_handle *handle) { return handle->owner_died; }

/*
 * Copies the value out without the lock, whole, and its version: how often it was changed.
 * Whoever is attached read-only can, too. SHM_CORRUPT where somebody lies.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_load(shm_state_handle *handle, void *value, size_t item_size,
                                                  uint64_t *version) {
  shm_status status = shm_enter(&handle->busy);
  *version = 0;
  if (status == SHM_OK) {
    status = shm_state_check(handle, item_size, false);
  } else {
    return status;
  }
  if (status == SHM_OK) {
    for (int looks = 0; looks < SHM_STATE_LOOKS; looks++) {
      if (shm_state_look(handle, value, version)) {
        return shm_leave(&handle->busy, SHM_OK);
      }
      shm_spin();
    }
    memset(value, 0, item_size);
    *version = 0;
    shm_add(shm_explain(SHM_CORRUPT), "the state is damaged: its value changes all the time");
    status = SHM_CORRUPT;
  }
  return shm_leave(&handle->busy, status);
}
