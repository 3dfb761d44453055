/* ---- Waiting for a change of a state, and telling of one ----------------
 *
 * By a sequence and a word that says whether anybody waits. A waiter reads the sequence,
 * and says that it waits, before it unlocks: whoever changes the value does that with the
 * lock in hand, and so sees the one or has been seen.
 */

/* Sleeps while the sequence is that: SHM_OK when it moved, SHM_TIMEOUT or SHM_REMOVED. */
SHM_APART shm_status shm_state_sleep(shm_state_handle *handle, uint32_t sequence, uint64_t ns) {
  shm_word32 *word = shm_state_word(handle, SHM_STATE_SEQUENCE);
  uint64_t deadline = shm_deadline_after(ns);
  shm_sleeper sleeper = SHM_ZERO;
  shm_announced announced;
  announced.value = sequence;
  announced.brief = false; /* who notifies adds to the sequence by an atomic operation */
  sleeper.slice = SHM_FIRST_SLICE_NS;
  while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == sequence) {
    uint64_t left = shm_time_left(deadline);
    if (left == 0) {
      return SHM_TIMEOUT;
    }
    if (shm_limiter_is_due_now(&handle->limiter)) {
      shm_core_look_around(handle->core, sleeper.slept);
    }
    if (shm_core_is_foreign(handle->core)) {
      return shm_fail_foreign(handle->core);
    }
    if (shm_core_is_removed(handle->core)) {
      return SHM_REMOVED;
    }
    shm_sleep_slice(&sleeper, word, announced, left);
  }
  return SHM_OK;
}

/* Wakes all who wait. The word is cleared before the sequence moves: whoever reads the new
 * sequence says behind that that it waits. */
SHM_APART void shm_state_wake_all(shm_state_handle *handle) {
  shm_word32 *sequence = shm_state_word(handle, SHM_STATE_SEQUENCE);
  shm_word32 *waiters = shm_state_word(handle, SHM_STATE_WAITERS);
  if (__atomic_load_n(waiters, __ATOMIC_ACQUIRE) != 0) {
    shm_step();
    __atomic_store_n(waiters, 0, __ATOMIC_RELAXED);
    shm_step();
    __atomic_fetch_add(sequence, 1, __ATOMIC_ACQ_REL);
    shm_sys_futex_wake(sequence);
  }
}

/* ---- what programs call ---- */

/*
 * With the lock in hand: publishes `value`, unlocks, sleeps until somebody notifies, so
 * many nanoseconds at most, UINT64_MAX for ever, locks again, and copies the value as it is
 * then to `value`. The lock is held again behind SHM_OK, SHM_TIMEOUT, SHM_REMOVED, when the
 * segment was removed, and SHM_OWNER_DIED, where somebody notified and the last holder died
 * with the lock. It may return without a notification: look at the value again.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_wait(shm_state_handle *handle, void *value, size_t item_size,
                                                  uint64_t ns) {
  shm_word32 *sequence;
  uint32_t found;
  shm_status why;
  shm_status status = shm_enter(&handle->busy);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_state_check_held(handle, item_size);
  if (status != SHM_OK) {
    return shm_leave(&handle->busy, status);
  }
  sequence = shm_state_word(handle, SHM_STATE_SEQUENCE);
  shm_state_publish(handle, value);
  found = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
  shm_step();
  __atomic_fetch_or(shm_state_word(handle, SHM_STATE_WAITERS), 1, __ATOMIC_SEQ_CST);
  handle->held = false;
  shm_state_free(shm_state_word(handle, SHM_STATE_LOCK));
  why = shm_state_sleep(handle, found, ns);
  status = shm_state_await(handle, SHM_FOREVER);
  if (status != SHM_OK && status != SHM_OWNER_DIED) {
    return shm_leave(&handle->busy, status);
  }
  shm_state_begin(handle, value, status);
  if (why != SHM_OK && __atomic_load_n(sequence, __ATOMIC_ACQUIRE) == found) {
    status = shm_fail_briefly(why);
  }
  return shm_leave(&handle->busy, status);
}

/*
 * Wakes one who waits, if somebody does: with the lock in hand, or behind unlocking. More
 * may wake; they look at the value again.
 */
SHM_NODISCARD SHM_APART shm_status shm_state_notify_one(shm_state_handle *handle) {
  shm_status status = shm_enter(&handle->busy);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_state_check(handle, SHM_CAST(size_t, handle->item_size), true);
  if (status == SHM_OK && __atomic_load_n(shm_state_word(handle, SHM_STATE_WAITERS), __ATOMIC_ACQUIRE) != 0) {
    shm_word32 *sequence = shm_state_word(handle, SHM_STATE_SEQUENCE);
    shm_step();
    __atomic_fetch_add(sequence, 1, __ATOMIC_ACQ_REL);
    if (shm_sys_futex_wake_at_most(sequence, 1) <= 0) {
      /* Nobody sleeps. Some may be about to: the word is cleared as if all were woken. */
      shm_state_wake_all(handle);
    }
  }
  return shm_leave(&handle->busy, status);
}

/* Wakes all who wait. */
SHM_NODISCARD SHM_APART shm_status shm_state_notify_all(shm_state_handle *handle) {
  shm_status status = shm_enter(&handle->busy);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_state_check(handle, SHM_CAST(size_t, handle->item_size), true);
  if (status == SHM_OK) {
    shm_state_wake_all(handle);
  }
  return shm_leave(&handle->busy, status);
}
