/* ---- Looking around, and roles ------------------------------------------
 *
 * The slow paths that all objects share: noticing deaths and removals, claiming
 * a role and giving it up.
 */

/*
 * Notices what others did: sweeps what the dead left behind, and sees whether
 * the segment was removed. Called at most once a millisecond for each handle.
 */
SHM_APART void shm_core_look_around(shm_core *core) {
  uint64_t now;
  bool due;
  if (!core->segment.read_only) {
    shm_sweep_dead(core);
  }
  if (shm_core_is_removed(core)) {
    return;
  }
  now = shm_monotonic_ns();
  due = __atomic_load_n(&core->next_removal_check, __ATOMIC_RELAXED) <= now;
  if (due) {
    /* `rm` and `ipcrm` from outside are looked for once a second. */
    __atomic_store_n(&core->next_removal_check, now + 1000000000u, __ATOMIC_RELAXED);
  }
  if (__atomic_load_n(shm_core_state(core), __ATOMIC_ACQUIRE) == SHM_STATE_RETIRED ||
      (due && shm_opened_is_removed(&core->segment))) {
    __atomic_store_n(&core->removed, 1, __ATOMIC_RELEASE);
  }
}

/* Says yes at most once in a millisecond. */
typedef struct shm_limiter {
  uint32_t asked;
  uint32_t reserved;
  uint64_t last; /* on the monotonic clock */
} shm_limiter;

SHM_APART bool shm_limiter_is_due_now(shm_limiter *limiter) {
  uint64_t now = shm_monotonic_ns();
  if (limiter->last != 0 && now - limiter->last < 1000000u) {
    return false;
  }
  limiter->last = now;
  return true;
}

/*
 * Looks at the clock only at every 64th question, since a poller asks a hundred
 * million times a second.
 */
SHM_INLINE bool shm_limiter_is_due(shm_limiter *limiter) {
  limiter->asked++;
  return limiter->asked % 64 == 1 && shm_limiter_is_due_now(limiter);
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

/* Whether there is such an object, in an attachment that can be used. */
SHM_APART shm_status shm_check_object(const shm_core *core, uint32_t object) {
  shm_text *why;
  if (core == NULL) {
    shm_add(shm_explain(SHM_INVALID), "nothing is attached: attach or create comes first");
    return SHM_INVALID;
  }
  if (shm_core_is_foreign(core)) {
    return shm_fail_foreign(core);
  }
  if (object >= core->spec->object_count || core->spec->objects[object].kind != SHM_KIND_QUEUE) {
    why = shm_explain(SHM_INVALID);
    shm_add_outside(why, core->address, SIZE_MAX);
    shm_add(why, " has no queue with the number ");
    shm_add_number(why, object);
    return SHM_INVALID;
  }
  return SHM_OK;
}

/* What is checked before a role is claimed; `held` is what the handle has. */
SHM_APART shm_status shm_check_claim(const shm_core *core, const shm_core *held, uint32_t object,
                                     const char *side) {
  shm_status status = shm_check_object(core, object);
  if (status == SHM_OK && held != NULL) {
    status = SHM_INVALID;
    shm_add(shm_explain_role(core, object, side, status), "the handle is claimed already; release it first");
  } else if (status == SHM_OK && !core->takes_part) {
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
  for (;;) {
    uint64_t word = shm_load_acquire(role);
    uint32_t low = SHM_CAST(uint32_t, word & UINT32_MAX);
    if (low == 0) {
      *died = false;
    } else if (low == SHM_ROLE_ORPHANED ||
               shm_participant_is_gone(core, low - 1, SHM_CAST(uint32_t, word >> 32))) {
      *died = true;
    } else {
      shm_text *why = shm_explain_role(core, object, side, SHM_ROLE_TAKEN);
      shm_add(why, "the role is held by ");
      shm_add_holder(why, core, low - 1);
      shm_add(why, word == me ? ", by this very attachment" : "");
      return SHM_ROLE_TAKEN;
    }
    /* Acquire pairs with the release in shm_give_up_role: the claimant sees all
     * that the last holder wrote. One that died wrote it before. */
    if (shm_exchange(role, word, me)) {
      return SHM_OK;
    }
  }
}

SHM_INLINE bool shm_holds_role(const shm_core *core, uint32_t object, uint32_t role_offset) {
  return shm_load_relaxed(shm_core_word(core, core->places[object] + role_offset)) ==
         shm_role_word(core->index, core->generation);
}

/* Gives a role up, if this attachment still holds it. */
SHM_APART bool shm_give_up_role(const shm_core *core, uint32_t object, uint32_t role_offset) {
  shm_word64 *role = shm_core_word(core, core->places[object] + role_offset);
  return shm_exchange(role, shm_role_word(core->index, core->generation), SHM_ROLE_FREE);
}
