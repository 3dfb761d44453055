/* ---- Waiting ------------------------------------------------------------
 *
 * One 32-bit word says that somebody sleeps. The sleeper sets WAITING, fences,
 * looks once more, and sleeps while the word is unchanged; whoever changes what
 * it waits for fences, looks at the word, and if the bit is set clears it and
 * wakes. The two fences are each other's partners: at least one side sees the
 * other's store, so no wake-up is missed. Nobody waiting costs the other side a
 * fence and a load, no system call.
 *
 * NEED_FENCE is sticky and tells a later version, whose sleepers may pay for
 * both fences, that this sleeper does not.
 */

#define SHM_WAITING 1u
#define SHM_NEED_FENCE 2u

/* How long to spin before sleeping: about what a wake-up costs. */
#define SHM_SPIN_NS 20000u
/* The first and the longest sleep; a backstop, since wake-ups are not missed. */
#define SHM_FIRST_SLICE_NS UINT64_C(10000000)
#define SHM_LAST_SLICE_NS UINT64_C(100000000)

#define SHM_FOREVER UINT64_MAX

SHM_APART void shm_wake_up(shm_word32 *flag) {
  __atomic_fetch_and(flag, ~SHM_WAITING, __ATOMIC_SEQ_CST);
  shm_sys_futex_wake(flag);
}

/* Wakes who sleeps on the word, after a store that may be what it waits for. */
SHM_HOT void shm_notify(shm_word32 *flag) {
  shm_fence(); /* pairs with the fence in shm_announce_sleep */
  if (SHM_UNLIKELY((__atomic_load_n(flag, __ATOMIC_RELAXED) & SHM_WAITING) != 0)) {
    shm_wake_up(flag);
  }
}

/* Says that the caller is about to sleep; it must look once more before. */
SHM_INLINE void shm_announce_sleep(shm_word32 *flag) {
  __atomic_fetch_or(flag, SHM_WAITING | SHM_NEED_FENCE, __ATOMIC_SEQ_CST);
  shm_fence(); /* pairs with the fence in shm_notify */
}

SHM_INLINE void shm_cancel_sleep(shm_word32 *flag) {
  __atomic_fetch_and(flag, ~SHM_WAITING, __ATOMIC_SEQ_CST);
}

/*
 * What a consumer does that has caught up with a producer in full flow: nothing,
 * for a fifth of a microsecond. A consumer at the producer's heels takes away
 * each cache line while it is being written, so that it travels twice; with a
 * few messages between them each line travels once, and both are up to twice as
 * fast. In time, since a PAUSE takes 5 to 50 ns, as the processor likes.
 */
SHM_APART void shm_breathe(void) {
  uint64_t start = shm_monotonic_ns();
  while (shm_monotonic_ns() - start < 200) {
    shm_spin();
  }
}

/* A moment on the monotonic clock, or SHM_FOREVER. */
SHM_INLINE uint64_t shm_deadline_after(uint64_t ns) {
  uint64_t now = ns == SHM_FOREVER ? 0 : shm_monotonic_ns();
  return ns >= SHM_FOREVER - now ? SHM_FOREVER : now + ns;
}

/* What is left until a deadline, 0 if nothing is. */
SHM_INLINE uint64_t shm_time_left(uint64_t deadline) {
  uint64_t now;
  if (deadline == SHM_FOREVER) {
    return SHM_FOREVER;
  }
  now = shm_monotonic_ns();
  return deadline > now ? deadline - now : 0;
}

/* Sleeps after shm_announce_sleep, until woken or for one slice at most. */
SHM_INLINE void shm_sleep_slice(shm_word32 *flag, uint64_t *slice, uint64_t left) {
  shm_sys_futex_wait(flag, SHM_WAITING | SHM_NEED_FENCE, *slice < left ? *slice : left);
  *slice = *slice * 2 < SHM_LAST_SLICE_NS ? *slice * 2 : SHM_LAST_SLICE_NS;
}
