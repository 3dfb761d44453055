/* ---- How a segment is made, and whose is trusted -------------------------
 *
 * What a program may say when it creates a segment or attaches to one.
 */

/*
 * How a segment is created, and who is trusted when attaching to one. All zero
 * says: as the schema has it; set what shall differ.
 */
typedef struct shm_options {
  uint32_t mode;        /* on create: exactly these permissions; 0: as the schema says */
  bool attach_existing; /* create attaches to a segment that is there, instead of SHM_EXISTS */
  bool any_owner;       /* attach whoever the segment belongs to */
  bool prefault;  /* create and attach map every page at once, so that no access waits for a page fault */
  bool core_dump; /* a core file of this process has the segment's bytes, which else are left out */
  const uint32_t *uid; /* on create: the owner; NULL: see `owner`. Needs the privilege to give files away */
  const uint32_t *gid; /* on create: the group; NULL: see `group` */
  const uint32_t *trust_uid; /* attach also if it belongs to this user; NULL: nobody else */
  const char *owner;         /* the owner by name, or a number; NULL: the schema's, else the caller */
  const char *group;         /* the group by name, or a number; NULL: the schema's, else the caller's */
  uint64_t wait_ns; /* attach waits so long for a segment that is not there yet; 0: not at all, SHM_FOREVER */
  const char *schema_owner; /* filled in by the runtime, as */
  uint64_t schema_pages;    /* this */
} shm_options;

/* How often an attach that waits looks again: what a start-up does not notice. */
#define SHM_ATTACH_RETRY_NS 5000000u

/* Until when an attach waits, and whether it found no segment at first. */
typedef struct shm_patience {
  uint64_t wait_ns;
  uint64_t deadline;
  bool waited;
} shm_patience;

SHM_INLINE shm_patience shm_patience_of(const shm_options *options) {
  shm_patience patience;
  patience.wait_ns = options != NULL ? options->wait_ns : 0;
  patience.deadline = patience.wait_ns != 0 ? shm_deadline_after(patience.wait_ns) : 0;
  patience.waited = false;
  return patience;
}

/*
 * Whether an attach that ended so is to be tried again, after a moment: while
 * there is no such segment and time is left. What was removed may come again.
 */
SHM_APART bool shm_attach_again(shm_patience *patience, shm_status status) {
  bool absent = status == SHM_NOT_FOUND || status == SHM_REMOVED;
  uint64_t left = absent && patience->wait_ns != 0 ? shm_time_left(patience->deadline) : 0;
  if (left > 0) {
    shm_sys_sleep_ns(left < SHM_ATTACH_RETRY_NS ? left : SHM_ATTACH_RETRY_NS);
    patience->waited = true;
    return true;
  }
  if (absent && patience->wait_ns != 0) {
    shm_text *why = &SHM_VERSIONED(shm_runtime_failure).text;
    shm_add(why, ", and none came in ");
    shm_add_number(why, patience->wait_ns / 1000000u);
    shm_add(why, " ms");
  } else if (status == SHM_OK && patience->waited) {
    shm_fail_briefly(SHM_OK); /* that it was not there before is no failure */
  }
  return false;
}

/* How a segment is made, with all names looked up. */
typedef struct shm_making {
  uint32_t mode;
  uint32_t uid; /* UINT32_MAX, which the system takes for no change: as it comes */
  uint32_t gid; /* likewise */
  uint64_t pages;
  bool prefault;
} shm_making;

/* Whether it is to be given to somebody. */
SHM_INLINE bool shm_gives(const shm_making *making) {
  return making->uid != UINT32_MAX || making->gid != UINT32_MAX;
}

/* The number of a user or a group that is named, or written as a number; whether
 * there is one. */
SHM_APART bool shm_account_id(const char *text, bool is_group, uint32_t *id) {
  return shm_read_number(text, 10, UINT32_MAX - 1, id) || shm_sys_account(text, is_group, id);
}

/* A system call that should have given it to another user or group. */
SHM_APART shm_status shm_fail_not_given(shm_attempt attempt, const char *call, const shm_making *making,
                                        int os_error) {
  shm_text *why;
  if (os_error != EPERM) {
    return shm_fail_os(attempt, call, os_error);
  }
  why = shm_explain_attempt(attempt, SHM_PERMISSION);
  shm_add(why, call);
  shm_add(why, ": only root may give it to ");
  if (making->uid == UINT32_MAX) {
    shm_add(why, "-");
  } else {
    shm_add_number(why, making->uid);
  }
  shm_add(why, ":");
  if (making->gid == UINT32_MAX) {
    shm_add(why, "-");
  } else {
    shm_add_number(why, making->gid);
  }
  shm_add(why, "; create it as that user, or say another owner");
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return SHM_PERMISSION;
}

SHM_APART shm_status shm_check_mode(shm_attempt attempt, uint32_t mode) {
  shm_text *why;
  uint32_t rest;
  if (mode <= 0777) {
    return SHM_OK;
  }
  why = shm_explain_attempt(attempt, SHM_INVALID);
  shm_add(why, "mode ");
  shm_add_digits(why, mode, 8, 0);
  shm_add(why, " is not within 0 to 777");
  /* 640 is 01200. */
  for (rest = mode; rest > 0 && rest % 10 < 8; rest /= 10) {
  }
  if (rest == 0 && mode < 1000) {
    shm_add(why, "; if ");
    shm_add_number(why, mode);
    shm_add(why, " was meant, write 0");
    shm_add_number(why, mode);
  }
  return SHM_INVALID;
}

/* The number of a user or a group; UINT32_MAX for none. */
SHM_APART shm_status shm_find_account(const uint32_t *number, const char *name, bool is_group,
                                      shm_attempt attempt, uint32_t *id) {
  shm_text *why;
  *id = number != NULL ? *number : UINT32_MAX;
  if (number != NULL || name == NULL || shm_account_id(name, is_group, id)) {
    return SHM_OK;
  }
  why = shm_explain_attempt(attempt, SHM_INVALID);
  if (!shm_sys_has_accounts(is_group)) {
    shm_add(why, "this program is linked statically, and looks up no names, as its schema has none: give `");
    shm_add_outside(why, name, SIZE_MAX);
    shm_add(why, "` by its number");
    return SHM_INVALID;
  }
  shm_add(why, is_group ? "there is no group `" : "there is no user `");
  shm_add_outside(why, name, SIZE_MAX);
  shm_add(why, "` on this machine (add it, or give the segment to another ");
  shm_add(why, is_group ? "group)" : "user)");
  return SHM_INVALID;
}

/* What create goes by: checked, and with all names looked up. */
SHM_APART shm_status shm_decide_making(const shm_options *options, shm_attempt attempt, shm_making *making) {
  shm_status status = shm_check_mode(attempt, options->mode);
  making->mode = options->mode;
  making->gid = UINT32_MAX;
  making->pages = options->schema_pages;
  making->prefault = options->prefault;
  if (status == SHM_OK) {
    status = shm_find_account(options->uid, options->owner, false, attempt, &making->uid);
  }
  if (status == SHM_OK) {
    status = shm_find_account(options->gid, options->group, true, attempt, &making->gid);
  }
  return status;
}

#define SHM_OVERFLOW_UID 65534u /* if nothing else is set */

/* What is shown for a user who has no number here. */
SHM_APART uint32_t shm_overflow_uid(void) {
  char text[16] = SHM_ZERO;
  uint32_t uid = 0;
  int fd = shm_sys_open("/proc/sys/kernel/overflowuid", O_RDONLY, 0);
  int64_t count = fd < 0 ? 0 : shm_sys_pread(fd, text, sizeof text - 1, 0);
  if (fd >= 0) {
    close(fd);
  }
  for (int64_t i = 0; i < count && text[i] >= '0' && text[i] <= '9'; i++) {
    uid = uid * 10 + SHM_CAST(uint32_t, text[i] - '0');
  }
  return count > 0 ? uid : SHM_OVERFLOW_UID;
}

/* Whether this user namespace has a number for every user: each line of its map
 * ends with how many it maps. */
SHM_APART bool shm_every_uid_is_mapped(void) {
  char text[512];
  uint64_t at = 0;
  uint64_t mapped = 0;
  uint64_t number = 0;
  unsigned words = 0;
  bool in_word = false;
  int64_t count;
  int fd = shm_sys_open("/proc/self/uid_map", O_RDONLY, 0);
  if (fd < 0) {
    return false;
  }
  while ((count = shm_sys_pread(fd, text, sizeof text, at)) > 0) {
    for (int64_t i = 0; i < count; i++) {
      bool digit = text[i] >= '0' && text[i] <= '9';
      if (digit) {
        number = number * 10 + SHM_CAST(uint64_t, text[i] - '0');
      } else if (in_word) {
        mapped += ++words == 3 ? number : 0;
        number = 0;
      }
      words = text[i] == '\n' ? 0 : words;
      in_word = digit;
    }
    at += SHM_CAST(uint64_t, count);
  }
  close(fd);
  return mapped >= UINT32_MAX;
}

/*
 * Whether this number stands for everybody who has none here: in a user namespace
 * that does not map every uid, a stranger and `nobody` look the same. Where /proc
 * does not tell, it may.
 */
SHM_APART bool shm_uid_is_anybody(uint32_t uid) {
  return uid == shm_overflow_uid() && !shm_every_uid_is_mapped();
}

/* Whether the caller is the user of this number, for certain. */
SHM_APART bool shm_uid_is_caller(uint32_t uid) { return uid == geteuid() && !shm_uid_is_anybody(uid); }

/* Whether the caller owns a file, whatever number its owner is shown by: nobody else
 * may open it so that its access time stays. */
SHM_APART bool shm_owns_file(int fd) {
  char path[32];
  int own;
  if (fd < 0) {
    return false;
  }
  shm_proc_path(path, fd);
  own = shm_sys_open(path, O_RDONLY | SHM_SYS_NOATIME | O_NONBLOCK, 0);
  if (own >= 0) {
    close(own);
  }
  return own >= 0;
}

/*
 * A segment is trusted if it belongs to root, to the caller, to the user whom
 * the schema gives it to, or to a uid that the caller named: its owner can write
 * whatever it likes into it, and can make a POSIX one shrink under the reader. A
 * number that stands for everybody who has none is nobody's, unless the caller
 * proves to own the file `fd`; -1 where there is none.
 */
SHM_APART shm_status shm_check_owner(const shm_options *options, uint32_t owner, int fd,
                                     shm_attempt attempt) {
  uint32_t me = geteuid();
  uint32_t schema_owner = UINT32_MAX;
  bool anybody;
  shm_text *why;
  if (options->any_owner != 0 || owner == 0) {
    return SHM_OK;
  }
  anybody = shm_uid_is_anybody(owner);
  if (owner == me || (options->trust_uid != NULL && *options->trust_uid == owner) ||
      /* A name is looked up only where it decides; one that this machine does not
       * know is nobody. */
      (options->schema_owner != NULL && shm_account_id(options->schema_owner, false, &schema_owner) &&
       schema_owner == owner)) {
    if (!anybody || shm_owns_file(fd)) {
      return SHM_OK;
    }
  }
  why = shm_explain_attempt(attempt, SHM_PERMISSION);
  if (anybody) {
    shm_add(why, "its owner is shown as uid ");
    shm_add_number(why, owner);
    shm_add(why,
            ", the overflow uid of this user namespace, which stands for all uids that are not "
            "mapped, so the real owner is unknown; any_owner in shm_options attaches to it all the same");
    return SHM_PERMISSION;
  }
  shm_add(why, "it belongs to uid ");
  shm_add_number(why, owner);
  shm_add(why, ", which is neither root nor you (uid ");
  shm_add_number(why, me);
  shm_add(why, ")");
  if (options->schema_owner != NULL) {
    shm_add(why, ", nor the schema's ");
    shm_add_outside(why, options->schema_owner, SIZE_MAX);
  }
  shm_add(why, "; to trust that user, set trust_uid to ");
  shm_add_number(why, owner);
  shm_add(why, " in shm_options, or any_owner");
  return SHM_PERMISSION;
}
