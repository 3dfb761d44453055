/* ---- Handles on objects -------------------------------------------------
 *
 * What operations on handles of any kind begin and end with.
 */

/* SHM_CHECK_THREADS: an operation on a handle begins and ends. */
SHM_APART shm_status shm_fail_two_threads(void) {
  shm_add(shm_explain(SHM_BUSY),
          "another thread is in an operation on this handle; attach once for each thread");
  return SHM_BUSY;
}

SHM_HOT shm_status shm_enter(uint32_t *busy) {
#if SHM_CHECKS_THREADS
  if (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE) != 0) {
    return shm_fail_two_threads();
  }
#else
  (void)busy;
#endif
  return SHM_OK;
}

SHM_HOT shm_status shm_leave(uint32_t *busy, shm_status status) {
#if SHM_CHECKS_THREADS
  __atomic_store_n(busy, 0, __ATOMIC_RELEASE);
#else
  (void)busy;
#endif
  return status;
}

/* Why a handle cannot be used for items of this size; SHM_OK if it can. */
SHM_APART shm_status shm_check_handle(const shm_core *core, const char *side, uint64_t expected,
                                      size_t given) {
  shm_text *why;
  if (core != NULL && shm_core_is_foreign(core)) {
    return shm_fail_foreign(core);
  }
  if (core != NULL && expected == given) {
    return SHM_OK;
  }
  why = shm_explain(SHM_INVALID);
  if (core == NULL) {
    shm_add(why, "the ");
    shm_add(why, side);
    shm_add(why, " is not claimed");
  } else {
    shm_add(why, "the ");
    shm_add(why, side);
    shm_add(why, " is for items of ");
    shm_add_number(why, expected);
    shm_add(why, " bytes, not of ");
    shm_add_number(why, given);
  }
  return SHM_INVALID;
}
