/* ---- Participants: who is attached, alive or dead ------------------------
 *
 * a record, 64 bytes
 *   0  generation u32 | state u32, as one word   (0 free, 1 live, 2 dead, 3 swept)
 *   8  pid u32 | uid u32
 *  16  pid namespace u64
 *  24  attached, ns since 1970 u64
 *  32  program, 16 bytes
 *  48  schema version, 16 bytes
 *
 * The claim of record i is a write lock on byte i of the segment's file (of the
 * companion, for System V), which the kernel drops at death. The record is
 * filled only by a process that holds the lock, and is live from the store of its state.
 * So a record that is live while its lock is free belonged to somebody who
 * died, whatever else it says.
 *
 * FREE -> LIVE(g) -> FREE, or LIVE(g) -> DEAD(g) -> SWEPT(g) -> LIVE(g + 1). A
 * record is used again only after every object was swept for what its holder
 * had claimed; free records are preferred.
 */

#define SHM_RECORD_FREE 0u
#define SHM_RECORD_LIVE 1u
#define SHM_RECORD_DEAD 2u
#define SHM_RECORD_SWEPT 3u

SHM_INLINE uint64_t shm_record_pack(uint32_t generation, uint32_t state) {
  return SHM_CAST(uint64_t, state) << 32 | generation;
}

SHM_INLINE uint32_t shm_record_generation(uint64_t word) { return SHM_CAST(uint32_t, word & UINT32_MAX); }

/* An unknown state counts as free. */
SHM_INLINE uint32_t shm_record_state(uint64_t word) {
  return word >> 32 <= SHM_RECORD_SWEPT ? SHM_CAST(uint32_t, word >> 32) : SHM_RECORD_FREE;
}

/* Where the record lies in the segment. */
SHM_INLINE uint64_t shm_record_offset(const shm_core *core, uint32_t index) {
  return core->participants_offset + SHM_CAST(uint64_t, index) * SHM_RECORD_SIZE;
}

SHM_INLINE shm_word64 *shm_record_word(const shm_core *core, uint32_t index) {
  return shm_core_word(core, shm_record_offset(core, index));
}

/* A private copy of a record; false if the index is out of range. */
SHM_APART bool shm_record_copy(const shm_core *core, uint32_t index, char record[SHM_RECORD_SIZE]) {
  if (index >= core->participants_count) {
    return false;
  }
  shm_copy_out(record, core->segment.base + shm_record_offset(core, index), SHM_RECORD_SIZE);
  /* The state once more, whole and in order: the copy goes by bytes. */
  shm_put64(record, 0, shm_load_acquire(shm_record_word(core, index)));
  return true;
}

/* `pid 812 (engine)`, of the record's holder; pid 0 if it has none any more. */
SHM_APART void shm_add_holder(shm_text *text, const shm_core *core, uint32_t index) {
  char record[SHM_RECORD_SIZE];
  if (!shm_record_copy(core, index, record) || shm_record_state(shm_get64(record, 0)) != SHM_RECORD_LIVE) {
    shm_add(text, "pid 0");
    return;
  }
  shm_add(text, "pid ");
  shm_add_number(text, shm_get32(record, 8));
  if (record[32] != '\0') {
    shm_add(text, " (");
    shm_add_outside(text, record + 32, 16);
    shm_add(text, ")");
  }
  if (shm_get64(record, 16) != core->pid_namespace) {
    shm_add(text, " of another pid namespace");
  }
}

/* Whether a record is of this very process. */
SHM_APART bool shm_is_own_record(const shm_core *core, uint32_t index) {
  char record[SHM_RECORD_SIZE];
  return shm_record_copy(core, index, record) && shm_get32(record, 8) == SHM_CAST(uint32_t, getpid()) &&
         shm_get64(record, 16) == core->pid_namespace;
}

/*
 * Whether an attachment is over: its record moved on, or its holder is dead.
 * What cannot be determined counts as alive. The caller itself is alive.
 */
SHM_APART bool shm_participant_is_gone(const shm_core *core, uint32_t index, uint32_t generation) {
  uint64_t live = shm_record_pack(generation, SHM_RECORD_LIVE);
  char record[SHM_RECORD_SIZE];
  int file = shm_core_lock_file(core);
  bool dead;
  if (core->takes_part && index == core->index && generation == core->generation) {
    return false;
  }
  if (index >= core->participants_count || shm_load_acquire(shm_record_word(core, index)) != live ||
      !shm_record_copy(core, index, record)) {
    return true;
  }
  dead = file >= 0 && !shm_is_write_locked(file, index) && shm_core_lock_file(core) == file;
  if (!dead && core->pid_namespace != 0 && shm_get64(record, 16) == core->pid_namespace) {
    dead = shm_pid_is_dead(shm_get32(record, 8));
  }
  /* The lock is held from before the record goes live until after it no longer
   * is: live and unlocked, in this order, means dead, or gone by now. And if the
   * record moved on meanwhile, swept by somebody else or taken by another
   * attachment, whose life was just looked at, this one is gone too. */
  return dead || shm_load_acquire(shm_record_word(core, index)) != live;
}

/* Says that who held a record is dead; the caller knows it. */
SHM_INLINE void shm_record_mark_dead(const shm_core *core, uint32_t index, uint32_t generation) {
  shm_exchange(shm_record_word(core, index), shm_record_pack(generation, SHM_RECORD_LIVE),
               shm_record_pack(generation, SHM_RECORD_DEAD));
}

/* Sweeps one record if its holder is dead. */
SHM_APART void shm_sweep_if_dead(const shm_core *core, uint32_t index) {
  shm_word64 *word = shm_record_word(core, index);
  uint64_t found = shm_load_acquire(word);
  uint32_t generation = shm_record_generation(found);
  uint32_t state = shm_record_state(found);
  if (state == SHM_RECORD_LIVE && shm_participant_is_gone(core, index, generation)) {
    shm_record_mark_dead(core, index, generation);
  } else if (state != SHM_RECORD_DEAD) {
    return;
  }
  shm_sweep_objects(core, index, generation);
  shm_exchange(word, shm_record_pack(generation, SHM_RECORD_DEAD),
               shm_record_pack(generation, SHM_RECORD_SWEPT));
}

/* Fills the record whose lock the caller holds, and goes live. */
SHM_APART void shm_record_fill(shm_core *core, uint32_t index, uint32_t generation) {
  char record[SHM_RECORD_SIZE];
  const char *version = core->spec->version;
  memset(record, 0, sizeof record);
  shm_put32(record, 8, SHM_CAST(uint32_t, getpid()));
  shm_put32(record, 12, geteuid());
  shm_put64(record, 16, core->pid_namespace);
  shm_put64(record, 24, shm_wall_ns());
  shm_program_name(record + 32);
  memcpy(record + 48, version, shm_clip(version, 15));
  shm_copy_in(core->segment.base + shm_record_offset(core, index) + 8, record + 8, SHM_RECORD_SIZE - 8);
  core->takes_part = true;
  core->index = index;
  core->generation = generation;
  /* Release: whoever sees the record live sees what it says. Pairs with the acquire
   * loads of this part. */
  shm_store_release(shm_record_word(core, index), shm_record_pack(generation, SHM_RECORD_LIVE));
}

/* Whether some record says that somebody holds it. */
SHM_APART bool shm_has_holder(const shm_core *core) {
  for (uint32_t index = 0; index < core->participants_count; index++) {
    if (shm_record_state(shm_load_acquire(shm_record_word(core, index))) == SHM_RECORD_LIVE) {
      return true;
    }
  }
  return false;
}

SHM_APART shm_status shm_fail_table_full(const shm_core *core, shm_attempt attempt) {
  shm_text *why = shm_explain_attempt(attempt, SHM_TABLE_FULL);
  const char *separator = "";
  shm_add(why, "all ");
  shm_add_number(why, core->participants_count);
  shm_add(why, " participant records are taken, by ");
  for (uint32_t index = 0; index < core->participants_count && index < 8; index++) {
    if (shm_record_state(shm_load_acquire(shm_record_word(core, index))) == SHM_RECORD_LIVE) {
      shm_add(why, separator);
      shm_add_holder(why, core, index);
      shm_add(why, shm_is_own_record(core, index) ? ", which is this process" : "");
      separator = ", ";
    }
  }
  if (separator[0] == '\0') {
    /* Whoever may read the file can hold locks, too. */
    shm_add(why, "processes that lock its file and take no part");
  }
  shm_add(why, core->participants_count > 8 ? ", .." : "");
  shm_add(why, " (close attachments, or raise `participants` in the schema)");
  return SHM_TABLE_FULL;
}

/* Takes part: claims a record for this attachment. */
SHM_APART shm_status shm_claim_record(shm_core *core, shm_attempt attempt) {
  int file = shm_core_new_lock_file(core);
  core->own = shm_enroll(); /* before the record is live */
  /* Free ones first, then those of the dead; the last time round all, as a free
   * one may have been taken meanwhile. */
  for (int round = 0; round < 3; round++) {
    for (uint32_t index = 0; index < core->participants_count; index++) {
      uint32_t state = shm_record_state(shm_load_acquire(shm_record_word(core, index)));
      uint64_t last;
      shm_lock_result lock;
      bool taken = state != SHM_RECORD_FREE && state != SHM_RECORD_SWEPT;
      if (round == 0 && taken) {
        continue;
      }
      /* A dead one's record is swept before its lock is taken: with the lock held,
       * the dead one would look alive, and its roles taken. */
      if (taken) {
        shm_sweep_if_dead(core, index);
      }
      lock = shm_try_write_lock(file, index);
      if (lock == SHM_LOCK_FAILED) {
        return shm_fail_lock(attempt, errno);
      }
      if (lock == SHM_LOCK_HELD) {
        continue;
      }
      /* The lock is ours, so nobody else fills this record, and its last holder
       * is gone. */
      last = shm_load_acquire(shm_record_word(core, index));
      state = shm_record_state(last);
      if (state == SHM_RECORD_LIVE || state == SHM_RECORD_DEAD) {
        /* It died just now. */
        shm_record_mark_dead(core, index, shm_record_generation(last));
        shm_sweep_objects(core, index, shm_record_generation(last));
      }
      shm_record_fill(core, index, shm_record_generation(last) + 1);
      return SHM_OK;
    }
  }
  return shm_fail_table_full(core, attempt);
}

/* Gives the record back; all roles are given up already. */
SHM_APART void shm_release_record(shm_core *core) {
  shm_exchange(shm_record_word(core, core->index), shm_record_pack(core->generation, SHM_RECORD_LIVE),
               shm_record_pack(core->generation, SHM_RECORD_FREE));
  core->takes_part = false;
}

/*
 * The processes of this pid namespace, all by one call; of those that are not watched
 * yet, at most this many are from now on. How many others take part.
 */
SHM_APART uint32_t shm_sweep_processes(const shm_core *core, uint32_t new_ones) {
  shm_watch *watch = core->watch;
  uint32_t live = 0;
  shm_watch_look(watch);
  for (uint32_t index = 0; index < core->participants_count; index++) {
    const shm_word64 *word = shm_record_word(core, index);
    uint32_t state = shm_record_state(shm_load_acquire(word));
    uint32_t pid = SHM_CAST(uint32_t, shm_load_relaxed(word + 1) & UINT32_MAX);
    shm_life life = SHM_LIFE_UNKNOWN;
    if (state == SHM_RECORD_DEAD) {
      shm_sweep_if_dead(core, index);
    }
    if (state != SHM_RECORD_LIVE || (core->takes_part && index == core->index)) {
      continue;
    }
    live++;
    if (core->pid_namespace == 0 || shm_load_relaxed(word + 2) != core->pid_namespace || pid == core->pid) {
      continue;
    }
    life = shm_watch_ask(watch, pid);
    if (life == SHM_LIFE_UNKNOWN && new_ones > 0) {
      new_ones--;
      life = shm_watch_add(watch, pid);
    }
    if (life == SHM_LIFE_ENDED) {
      shm_sweep_if_dead(core, index);
    }
  }
  shm_watch_forget_the_others(watch);
  return live;
}

/*
 * Looks for records of the dead and sweeps them; while one thread of an attachment
 * looks, others do not.
 *
 * It costs little, however many there are: processes of this pid namespace are watched.
 * An end of which that cannot tell (of a process of another namespace, or one that ran
 * another program since) shows by locks, of which each look asks for a few, in turn; for
 * many if it is `thorough`.
 */
SHM_APART void shm_sweep_dead(const shm_core *core, bool thorough) {
  shm_watch *watch = core->watch;
  uint32_t queries = thorough ? 256 : 4;
  uint32_t live;
  int file = shm_core_lock_file(core);
  if (__atomic_exchange_n(&watch->busy, 1, __ATOMIC_ACQUIRE) != 0) {
    return;
  }
  live = shm_sweep_processes(core, thorough ? UINT32_MAX : 8);
  queries = queries < live ? queries : live;
  for (uint32_t n = 0; file >= 0 && queries > 0 && n < core->participants_count; n++) {
    watch->turn = watch->turn + 1 < core->participants_count ? watch->turn + 1 : 0;
    if (shm_record_state(shm_load_acquire(shm_record_word(core, watch->turn))) == SHM_RECORD_LIVE &&
        !(core->takes_part && watch->turn == core->index)) {
      queries--;
      if (!shm_is_write_locked(file, watch->turn)) {
        shm_sweep_if_dead(core, watch->turn);
      }
    }
  }
  __atomic_store_n(&watch->busy, 0, __ATOMIC_RELEASE);
}
