/* ---- An attachment's core -----------------------------------------------
 *
 * What an attachment holds, in this process's own memory. Attachments and the
 * handles on objects point to it and may be moved freely. It is counted twice:
 * `shares` keep the segment attached, `refs` keep the core itself, so that a
 * handle which outlives its attachment finds out instead of crashing.
 */

#define SHM_DETACHED UINT64_MAX /* no process has that number */

typedef struct shm_core {
  /* Looked at by every operation on a handle. */
  const shm_word64 *fork_word; /* shows `birth` in the process that attached */
  shm_word64 birth;            /* SHM_DETACHED after detaching */
  uint32_t removed;            /* the segment was found removed */
  uint32_t own;                /* for shm_notify */

  uint32_t shares;
  uint32_t refs;
  uint64_t next_removal_check; /* on the monotonic clock */

  /* Fixed while attached. */
  const shm_segment_spec *spec;
  char *address; /* in its canonical spelling */
  shm_opened segment;
  int companion;        /* of a System V segment, else -1 */
  char *companion_page; /* keeps the companion open, see shm_core_hold_companion; or NULL */
  shm_place companion_place;
  uint64_t *places; /* where the objects begin */
  uint64_t participants_offset;
  uint32_t participants_count;
  uint64_t pid_namespace; /* the caller's */
  uint32_t pid;           /* the caller's */
  bool compares_pids;     /* on slow paths, where the kernel does not wipe fork_word */
  shm_watch *watch;       /* behind this struct; one thread at a time */
  bool takes_part;        /* holds a participant record */
  uint32_t index;         /* of that record */
  uint32_t generation;
} shm_core;

/* How often a removal from outside is looked for. */
#define SHM_REMOVAL_PERIOD_NS 500000000u

/* Of an address whose name create chooses, at least. */
#define SHM_CHOSEN_ADDRESS_SIZE 64

/* A core that has taken over nothing yet, or NULL. */
SHM_APART shm_core *shm_core_new(const shm_segment_spec *spec, const char *address) {
  size_t places = SHM_CAST(size_t, spec->object_count) * sizeof(uint64_t);
  size_t text = strlen(address) + 1;
  size_t room = text < SHM_CHOSEN_ADDRESS_SIZE ? SHM_CHOSEN_ADDRESS_SIZE : text;
  char *memory = SHM_CAST(char *, calloc(1, sizeof(shm_core) + sizeof(shm_watch) + places + room));
  shm_core *core = SHM_AT(shm_core, memory, 0);
  if (memory == NULL) {
    return NULL;
  }
  core->watch = SHM_AT(shm_watch, memory, sizeof(shm_core));
  memory += sizeof(shm_core) + sizeof(shm_watch);
  core->places = SHM_AT(uint64_t, memory, 0);
  core->address = memory + places;
  memcpy(core->address, address, text);
  core->spec = spec;
  core->shares = 1;
  core->refs = 1;
  core->companion = -1;
  core->pid_namespace = shm_pid_namespace();
  core->pid = SHM_CAST(uint32_t, getpid());
  core->next_removal_check = shm_monotonic_ns() + SHM_REMOVAL_PERIOD_NS;
  shm_opened_clear(&core->segment, SHM_ADDRESS_POSIX, false);
  return core;
}

SHM_INLINE void shm_core_hold(shm_core *core) { __atomic_fetch_add(&core->refs, 1, __ATOMIC_RELAXED); }

/* Drops a reference; the last one frees the core. */
SHM_APART void shm_core_drop(shm_core *core) {
  /* Release and acquire; whoever frees it sees all that the others did. */
  if (__atomic_fetch_sub(&core->refs, 1, __ATOMIC_ACQ_REL) == 1) {
    free(core);
  }
}

/* Whether the caller runs in a child of the process that attached, or the
 * attachment is detached. */
SHM_HOT bool shm_core_is_foreign(const shm_core *core) {
  return shm_load_relaxed(core->fork_word) != shm_load_relaxed(&core->birth);
}

/* The status of a core that is foreign. */
SHM_APART shm_status shm_fail_foreign(const shm_core *core) {
  shm_text *why;
  if (shm_load_relaxed(&core->birth) == SHM_DETACHED) {
    why = shm_explain(SHM_INVALID);
    shm_add_outside(why, core->address, SIZE_MAX);
    shm_add(why, " was detached; its handles are of no more use");
    return SHM_INVALID;
  }
  why = shm_explain(SHM_FORKED);
  shm_add_outside(why, core->address, SIZE_MAX);
  shm_add(why, " was attached by the parent of this process; attach again in the child");
  return SHM_FORKED;
}

SHM_INLINE bool shm_core_is_removed(const shm_core *core) {
  /* Pairs with the release in shm_core_look_around. */
  return __atomic_load_n(&core->removed, __ATOMIC_ACQUIRE) != 0;
}

/*
 * The same for slow paths, which may ask the system. What it finds,
 * shm_core_is_foreign says from then on.
 */
SHM_APART bool shm_core_finds_fork(const shm_core *core) {
  if (core->compares_pids && core->pid != SHM_CAST(uint32_t, getpid()) && !shm_core_is_foreign(core)) {
    shm_wipe_birthplace();
  }
  return shm_core_is_foreign(core);
}

/* The file whose locks say who is alive, while create or attach is at work. */
SHM_INLINE int shm_core_new_lock_file(const shm_core *core) {
  return core->segment.has_file ? core->segment.fd : core->companion;
}

/* The same later on; -1 where the program has closed its
 * descriptor, or has another file there by now. */
SHM_APART int shm_core_lock_file(const shm_core *core) {
  int fd = shm_core_new_lock_file(core);
  return shm_is_kept(fd, core->segment.has_file ? &core->segment.place : &core->companion_place) ? fd : -1;
}

/*
 * Maps the first page of the companion: the mapping keeps its open file
 * description, and so the locks, when somebody closes all descriptors of the
 * process, as libraries do that make a daemon of it. A forked child inherits it, as
 * it does the mapping of a POSIX segment.
 */
SHM_APART shm_status shm_core_hold_companion(shm_core *core, shm_attempt attempt) {
  core->companion_page = shm_sys_map(core->companion, 4096, false, MAP_SHARED);
  if (core->companion_page == NULL) {
    return shm_fail_map(attempt, "mmap of its companion file", 4096, errno);
  }
  return shm_note_place(core->companion, attempt, &core->companion_place);
}

/* A word of the segment; the offset was checked when the core was made. */
SHM_INLINE shm_word64 *shm_core_word(const shm_core *core, uint64_t offset) {
  return SHM_AT(shm_word64, core->segment.base, offset);
}

SHM_INLINE shm_word32 *shm_core_state(const shm_core *core) {
  return SHM_AT(shm_word32, core->segment.base, SHM_HEADER_STATE);
}

/* What programs hold of an attachment. */
typedef struct shm_attachment {
  shm_core *core; /* NULL: not attached */
} shm_attachment;

/* What an attachment holds; NULL for one that is not attached, or not there, as a
 * C++ handle that was moved from. */
SHM_INLINE shm_core *shm_core_of(const shm_attachment *attachment) {
  return attachment == NULL ? NULL : attachment->core;
}
