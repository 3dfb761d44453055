/* ---- Waiting ------------------------------------------------------------
 *
 * One 32-bit word says that somebody sleeps, and counts the wake-ups: two bits, and a
 * sequence in those above. A sleeper sets WAITING, orders that before its last look, and
 * sleeps while the word is unchanged; whoever changes what it waits for looks at the word
 * afterwards, and if the bit is set wakes.
 *
 * Both sides store and then load, so each needs a fence between the two, or else a
 * wake-up is missed. The sleeper pays for both: membarrier makes every process pass a
 * fence that registered for it, see shm_enroll. So nobody waiting costs the other side
 * one load. Whoever could not register fences for itself. A sleeper that gets no barrier
 * says so by NEED_FENCE, which is sticky and makes everybody fence, and fences itself.
 * Nothing can force a process that is between store and load at this moment, so
 * its first sleep is brief.
 *
 * Any number may sleep on one word. A sleeper never clears WAITING, since it may be
 * another one's as well. Only who wakes clears it, and advances the sequence in the same
 * step: whoever is about to sleep on the older value does not. Then it wakes all.
 */

#define SHM_WAITING 1u
#define SHM_NEED_FENCE 2u
#define SHM_WAKE_STEP 4u /* one in the sequence */

/* How long to spin before sleeping: about what a wake-up costs. */
#if !defined(SHM_SPIN_NS)
#define SHM_SPIN_NS 20000u
#endif
/*
 * The first and the longest sleep; a backstop, since wake-ups are not missed. A
 * test that defines them as very long sees one that is.
 */
#if !defined(SHM_FIRST_SLICE_NS)
#define SHM_FIRST_SLICE_NS UINT64_C(10000000)
#define SHM_LAST_SLICE_NS UINT64_C(100000000)
#endif

#define SHM_FOREVER UINT64_MAX

/* So often is the word tried to be advanced. It fails where another wakes in that very
 * moment, which does as well; so often only where a peer writes all the time. */
#define SHM_WAKE_TRIES 100

/* Wakes who sleeps on the word without asking whether somebody does: also after a
 * death, since whoever died may have stored and not notified. */
SHM_APART void shm_wake_up(shm_word32 *flag) {
  uint32_t word = __atomic_load_n(flag, __ATOMIC_RELAXED);
  for (int n = 0; n < SHM_WAKE_TRIES; n++) {
    uint32_t next = (word & ~SHM_WAITING) + SHM_WAKE_STEP;
    shm_step();
    if (__atomic_compare_exchange_n(flag, &word, next, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
      break;
    }
  }
  shm_sys_futex_wake(flag);
}

/*
 * Takes part in barriers. Whoever attaches calls it before others can see that it is
 * there: a barrier that missed the registration comes before the fence, so that what its
 * sleeper stored before is seen. Returns the bits that this process adds to each word at
 * which it looks: NEED_FENCE where no barrier reaches it.
 */
SHM_APART uint32_t shm_enroll(void) {
  bool registered = shm_sys_membarrier(SHM_SYS_MEMBARRIER_REGISTER);
  shm_fence(); /* behind the registration */
  return registered ? 0 : SHM_NEED_FENCE;
}

/* Somebody sleeps, or relies on a fence. */
SHM_APART void shm_notify_with_care(shm_word32 *flag, uint32_t own) {
  if (((__atomic_load_n(flag, __ATOMIC_RELAXED) | own) & SHM_NEED_FENCE) != 0) {
    shm_fence(); /* pairs with the fence in shm_announce_sleep */
  }
  if ((__atomic_load_n(flag, __ATOMIC_RELAXED) & SHM_WAITING) != 0) {
    shm_wake_up(flag);
  }
}

/*
 * Wakes who sleeps on the word, after a store that may be what it waits for. `own` is
 * what shm_enroll returned.
 */
SHM_HOT void shm_notify(shm_word32 *flag, uint32_t own) {
  shm_program_order(); /* what others' barriers make a fence of */
  if (SHM_UNLIKELY(((__atomic_load_n(flag, __ATOMIC_RELAXED) | own) & (SHM_WAITING | SHM_NEED_FENCE)) != 0)) {
    shm_notify_with_care(flag, own);
  }
}

/* What a sleep begins with. */
typedef struct shm_announced {
  uint32_t value; /* to sleep on: what was found, whatever a peer wrote there */
  bool brief;     /* the first sleep of a wait must be brief, since no barrier was had */
} shm_announced;

/* Says that the caller is about to sleep; it must look once more before. */
SHM_APART shm_announced shm_announce_sleep(shm_word32 *flag) {
  shm_announced announced;
  shm_step();
  announced.value = __atomic_or_fetch(flag, SHM_WAITING, __ATOMIC_SEQ_CST);
  announced.brief = !shm_sys_membarrier(SHM_SYS_MEMBARRIER_EXPEDITED);
  if (announced.brief) {
    shm_step();
    announced.value = __atomic_or_fetch(flag, SHM_WAITING | SHM_NEED_FENCE, __ATOMIC_SEQ_CST);
    shm_fence(); /* pairs with the fence in shm_notify_with_care */
  }
  return announced;
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

/* How a wait sleeps. */
typedef struct shm_sleeper {
  uint64_t slice; /* for how long at most */
  uint32_t vain;  /* sleeps in a row that ended too soon */
  bool slept;     /* the last one lasted for its whole slice */
  bool begun;     /* there was one */
} shm_sleeper;

/* Sleeps that end too soon in a row before the sleeper leaves the word alone. */
#define SHM_VAIN_MAX 16u

/* What is too soon, and for how long the word is left alone then. */
#define SHM_PAUSE_NS UINT64_C(1000000)

/* A first sleep without a barrier: no store stays unseen so long. */
#define SHM_BRIEF_NS UINT64_C(1000000)

/*
 * Sleeps after shm_announce_sleep, until woken or for one slice at most. A peer
 * that writes the word all the time, or wakes without a reason, ends each sleep at
 * once: then some last a millisecond whatever it writes, so that a waiter does not
 * spin.
 */
SHM_APART void shm_sleep_slice(shm_sleeper *sleeper, shm_word32 *flag, shm_announced announced,
                               uint64_t left) {
  uint64_t begin = shm_monotonic_ns();
  uint64_t slept;
  bool first = !sleeper->begun;
  sleeper->begun = true;
  if (sleeper->vain == SHM_VAIN_MAX) {
    sleeper->vain = 0;
    shm_sys_sleep_ns(left < SHM_PAUSE_NS ? left : SHM_PAUSE_NS);
    return;
  }
  if (first && announced.brief) {
    shm_sys_futex_wait(flag, announced.value, left < SHM_BRIEF_NS ? left : SHM_BRIEF_NS);
    return;
  }
  shm_sys_futex_wait(flag, announced.value, sleeper->slice < left ? sleeper->slice : left);
  slept = shm_monotonic_ns() - begin;
  sleeper->slept = slept >= sleeper->slice;
  sleeper->vain = slept < SHM_PAUSE_NS ? sleeper->vain + 1 : 0;
  sleeper->slice = sleeper->slice < SHM_LAST_SLICE_NS / 2 ? sleeper->slice * 2 : SHM_LAST_SLICE_NS;
}
