/* ---- Looking around, and roles ------------------------------------------
 *
 * The slow paths that all objects share: noticing deaths and removals, claiming
 * a role and giving it up.
 */

/*
 * Notices what others did: sweeps what the dead left behind, and sees whether
 * the segment was removed. Called at most once a millisecond for each handle;
 * `thorough` by a process that has slept for a slice.
 */
SHM_APART void shm_core_look_around(shm_core *core, bool thorough) {
  uint64_t now;
  bool due;
  if (shm_core_finds_fork(core)) {
    return;
  }
  if (!core->segment.read_only) {
    shm_sweep_dead(core, thorough);
  }
  if (shm_core_is_removed(core)) {
    return;
  }
  now = shm_monotonic_ns();
  due = __atomic_load_n(&core->next_removal_check, __ATOMIC_RELAXED) <= now;
  if (due) {
    /* `rm` and `ipcrm` from outside, often enough that who polls ten times a second
     * notices within a second. */
    __atomic_store_n(&core->next_removal_check, now + SHM_REMOVAL_PERIOD_NS, __ATOMIC_RELAXED);
  }
  if (__atomic_load_n(shm_core_state(core), __ATOMIC_ACQUIRE) == SHM_SEGMENT_RETIRED ||
      (due && shm_opened_is_removed(&core->segment))) {
    __atomic_store_n(&core->removed, 1, __ATOMIC_RELEASE);
  }
}

/* Says yes at most once in a millisecond. */
typedef struct shm_limiter {
  uint32_t asked;
  uint32_t reserved;
  uint64_t last; /* on the monotonic clock, 0 before the first yes */
} shm_limiter;

SHM_INLINE bool shm_limiter_is_due_at(shm_limiter *limiter, uint64_t now) {
  /* The last tick may lie before the last yes. */
  if (limiter->last != 0 && (now < limiter->last || now - limiter->last < 1000000u)) {
    return false;
  }
  limiter->last = now;
  return true;
}

SHM_APART bool shm_limiter_is_due_now(shm_limiter *limiter) {
  return shm_limiter_is_due_at(limiter, shm_monotonic_ns());
}

/*
 * A poller asks a hundred million times a second, so the clock itself is read only at
 * every 64th question; the others read the time of the kernel's last tick, which is
 * as good for a slow poller.
 */
SHM_INLINE bool shm_limiter_is_due(shm_limiter *limiter) {
  limiter->asked++;
  return shm_limiter_is_due_at(limiter, limiter->asked % 64 == 1 ? shm_monotonic_ns() : shm_last_tick_ns());
}

/* One look of a handle that waits. */
typedef shm_status (*shm_looker)(void *handle);

/*
 * Looks until the answer is another than `not_yet` or the time is up: spins a little,
 * then sleeps on the flag, and looks around for the dead once for each sleep.
 */
SHM_APART shm_status shm_await(shm_core *core, shm_limiter *limiter, shm_word32 *flag, uint64_t ns,
                               shm_looker look, void *handle, shm_status not_yet) {
  uint64_t deadline = shm_deadline_after(ns);
  uint64_t spin_end = shm_deadline_after(ns < SHM_SPIN_NS ? ns : SHM_SPIN_NS);
  uint64_t left;
  shm_sleeper sleeper = SHM_ZERO;
  shm_status status;
  while (shm_time_left(spin_end) != 0) {
    for (int spins = 0; spins < 16; spins++) {
      status = look(handle);
      if (status != not_yet) {
        return status;
      }
      shm_spin();
    }
  }
  sleeper.slice = SHM_FIRST_SLICE_NS;
  while ((left = shm_time_left(deadline)) != 0) {
    shm_announced announced = shm_announce_sleep(flag);
    if (shm_limiter_is_due_now(limiter)) {
      shm_core_look_around(core, sleeper.slept);
    }
    status = shm_core_is_foreign(core) ? shm_fail_foreign(core) : look(handle);
    if (status != not_yet) {
      return status;
    }
    shm_sleep_slice(&sleeper, flag, announced, left);
    /* Before it is announced again: whoever was woken for something leaves the word as
     * the waker did, which costs the next one no vain wake-up. */
    status = look(handle);
    if (status != not_yet) {
      return status;
    }
  }
  if (shm_limiter_is_due_now(limiter)) {
    shm_core_look_around(core, sleeper.slept);
  }
  return look(handle);
}

/* Between two looks of a waiter that may not write the word, at first and at last; as in
 * Rust. */
#define SHM_FIRST_LOOK_NS UINT64_C(1000000)
#define SHM_LAST_LOOK_NS UINT64_C(10000000)

/* The same for a process that is attached read-only, and so can ask nobody to be woken. */
SHM_APART shm_status shm_await_in_slices(shm_core *core, shm_limiter *limiter, uint64_t ns, shm_looker look,
                                         void *handle, shm_status not_yet) {
  uint64_t deadline = shm_deadline_after(ns);
  uint64_t slice = SHM_FIRST_LOOK_NS;
  uint64_t left;
  while ((left = shm_time_left(deadline)) != 0) {
    shm_status status;
    shm_sys_sleep_ns(left < slice ? left : slice);
    slice = slice < SHM_LAST_LOOK_NS / 2 ? slice * 2 : SHM_LAST_LOOK_NS;
    if (shm_limiter_is_due_now(limiter)) {
      shm_core_look_around(core, false);
    }
    status = shm_core_is_foreign(core) ? shm_fail_foreign(core) : look(handle);
    if (status != not_yet) {
      return status;
    }
  }
  return look(handle);
}

/* `cannot become the producer of trades of posix:/acme.feed: ` */
SHM_APART shm_text *shm_explain_role(const shm_core *core, uint32_t object, const char *side,
                                     shm_status status) {
  shm_text *why = shm_explain(status);
  shm_add(why, "cannot become the ");
  shm_add(why, side);
  shm_add(why, " of ");
  shm_add_outside(why, core->spec->objects[object].name, SIZE_MAX);
  shm_add(why, " of ");
  shm_add_outside(why, core->address, SIZE_MAX);
  shm_add(why, ": ");
  return why;
}

/* Whether there is an object of that kind, in an attachment that can be used. */
SHM_APART shm_status shm_check_object(const shm_core *core, uint32_t object, uint32_t kind,
                                      const char *name) {
  shm_text *why;
  if (core == NULL) {
    shm_add(shm_explain(SHM_INVALID), "nothing is attached: attach or create comes first");
    return SHM_INVALID;
  }
  if (shm_core_finds_fork(core)) {
    return shm_fail_foreign(core);
  }
  if (object >= core->spec->object_count || core->spec->objects[object].kind != kind) {
    why = shm_explain(SHM_INVALID);
    shm_add_outside(why, core->address, SIZE_MAX);
    shm_add(why, " has no ");
    shm_add(why, name);
    shm_add(why, " with the number ");
    shm_add_number(why, object);
    return SHM_INVALID;
  }
  return SHM_OK;
}

/* What is checked before a role of an object is claimed that is there; `held` is what the handle has. */
SHM_APART shm_status shm_check_claim(const shm_core *core, const shm_core *held, uint32_t object,
                                     const char *side) {
  shm_status status = SHM_OK;
  if (held != NULL) {
    status = SHM_INVALID;
    shm_add(shm_explain_role(core, object, side, status), "the handle is claimed already; release it first");
  } else if (!core->takes_part) {
    status = SHM_READ_ONLY;
    shm_add(shm_explain_role(core, object, side, status), "the segment is attached read-only");
  }
  return status;
}

/*
 * Claims a role for this attachment by one compare-and-swap: from free, from
 * orphaned or from a dead holder. `died` tells whether the last holder died.
 */
SHM_APART shm_status shm_claim_role(const shm_core *core, uint32_t object, uint32_t role_offset,
                                    const char *side, bool *died) {
  shm_word64 *role = shm_core_word(core, core->places[object] + role_offset);
  uint64_t me = shm_role_word(core->index, core->generation);
  shm_text *why;
  /* Honest claimants change the word once. */
  for (int tries = 0; tries < 100; tries++) {
    uint64_t word = shm_load_acquire(role);
    uint32_t low = SHM_CAST(uint32_t, word & UINT32_MAX);
    if (low == 0) {
      *died = false;
    } else if (low == SHM_ROLE_ORPHANED ||
               shm_participant_is_gone(core, low - 1, SHM_CAST(uint32_t, word >> 32))) {
      *died = true;
    } else {
      why = shm_explain_role(core, object, side, SHM_ROLE_TAKEN);
      shm_add(why, "the role is held by ");
      shm_add_holder(why, core, low - 1);
      if (word == me) {
        shm_add(why, ", by this very attachment");
      } else if (shm_is_own_record(core, low - 1)) {
        shm_add(why, ": this process, by another attachment of it; detach that one first, or use it");
      }
      return SHM_ROLE_TAKEN;
    }
    /* Acquire pairs with the release in shm_give_up_role: the claimant sees all
     * that the last holder wrote. One that died wrote it before. */
    if (shm_exchange(role, word, me)) {
      return SHM_OK;
    }
  }
  why = shm_explain_role(core, object, side, SHM_BUSY);
  shm_add(why, "the role changes hands all the time");
  return SHM_BUSY;
}

/* Whether the role is still this attachment's: somebody who took it for dead may
 * have swept it away, and others may hold it by now. */
SHM_APART bool shm_holds_role(const shm_core *core, uint32_t object, uint32_t role_offset) {
  uint64_t me = shm_role_word(core->index, core->generation);
  return shm_exchange(shm_core_word(core, core->places[object] + role_offset), me, me);
}

/* Gives a role up, if this attachment still holds it. */
SHM_APART bool shm_give_up_role(const shm_core *core, uint32_t object, uint32_t role_offset) {
  shm_word64 *role = shm_core_word(core, core->places[object] + role_offset);
  return shm_exchange(role, shm_role_word(core->index, core->generation), SHM_ROLE_FREE);
}

/* The participant that has a role, by the index of its record; -1 for none. */
SHM_APART int64_t shm_role_holder(const shm_word64 *role) {
  uint64_t low = shm_load_acquire(role) & UINT32_MAX;
  return low == SHM_ROLE_FREE || low == SHM_ROLE_ORPHANED ? -1 : SHM_CAST(int64_t, low) - 1;
}

/* Whether a participant, alive, sleeps on a word. A bit that somebody set who died asleep means nothing. */
SHM_APART bool shm_holder_waits(const shm_core *core, int64_t holder, shm_word32 *flag) {
  uint32_t index = SHM_CAST(uint32_t, holder);
  uint64_t word;
  if (holder < 0 || index >= core->participants_count ||
      (__atomic_load_n(flag, __ATOMIC_RELAXED) & SHM_WAITING) == 0) {
    return false;
  }
  word = shm_load_acquire(shm_record_word(core, index));
  return shm_record_state(word) == SHM_RECORD_LIVE &&
         !shm_participant_is_gone(core, index, shm_record_generation(word));
}
