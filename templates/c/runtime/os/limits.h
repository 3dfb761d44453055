/* ---- Limits of this process ----------------------------------------------
 *
 * setrlimit(2). They are asked before a call runs into one, or where it did: the
 * kernel answers with a signal that kills (SIGXFSZ), or with an errno that says
 * something else, and never with a number.
 */

/* The numbers that the kernel has for them. */
enum { SHM_RLIMIT_FSIZE = 1, SHM_RLIMIT_NOFILE = 7, SHM_RLIMIT_MEMLOCK = 8, SHM_RLIMIT_AS = 9 };

typedef struct shm_limit {
  uint64_t soft; /* what it is now; UINT64_MAX for none */
  uint64_t hard; /* what it may be raised to */
} shm_limit;

SHM_APART shm_limit shm_limit_now(int resource) {
  shm_limit limit;
  limit.soft = limit.hard = UINT64_MAX;
  if (shm_libc_syscall(SYS_prlimit64, 0, resource, NULL, &limit) != 0) {
    limit.soft = limit.hard = UINT64_MAX;
  }
  return limit;
}

/* Adds `(RLIMIT_FSIZE; raise it ..)`: how it is raised so that `needed` is within it;
 * `value` says that to a shell, or is 0 for no limit. */
SHM_APART void shm_add_mend(shm_text *why, int resource, uint64_t hard, uint64_t needed, uint64_t value) {
  const char *name = resource == SHM_RLIMIT_FSIZE    ? "FSIZE"
                     : resource == SHM_RLIMIT_NOFILE ? "NOFILE"
                     : resource == SHM_RLIMIT_AS     ? "AS"
                                                     : "MEMLOCK";
  const char *word = resource == SHM_RLIMIT_FSIZE    ? "fsize"
                     : resource == SHM_RLIMIT_NOFILE ? "nofile"
                     : resource == SHM_RLIMIT_AS     ? "as"
                                                     : "memlock";
  shm_add(why, " (RLIMIT_");
  shm_add(why, name);
  if (needed <= hard) {
    shm_add(why, "; raise it in the shell that starts this program: `ulimit -");
    shm_add(why, resource == SHM_RLIMIT_FSIZE    ? "f "
                 : resource == SHM_RLIMIT_NOFILE ? "n "
                 : resource == SHM_RLIMIT_AS     ? "v "
                                                 : "l ");
    if (value == 0) {
      shm_add(why, "unlimited");
    } else {
      shm_add_number(why, value);
    }
    shm_add(why, "`)");
    return;
  }
  shm_add(why, ", which here only root can raise: `prlimit --pid ");
  shm_add_signed(why, getpid());
  shm_add(why, " --");
  shm_add(why, word);
  shm_add(why, "=unlimited`, in a container --ulimit ");
  shm_add(why, word);
  shm_add(why, "=-1)");
}

/* A field of /proc/self/status that counts in kB, such as "\nVmSize:", in bytes. */
SHM_APART uint64_t shm_status_field(const char *name) {
  char text[4096];
  int fd = shm_sys_open("/proc/self/status", O_RDONLY, 0);
  int64_t count = fd < 0 ? -1 : shm_sys_pread(fd, text, sizeof text - 1, 0);
  char *digits;
  if (fd >= 0) {
    close(fd);
  }
  text[count > 0 ? count : 0] = '\0';
  digits = strstr(text, name);
  if (digits == NULL) {
    return 0;
  }
  for (digits += strlen(name); *digits == '\t'; digits++) {
    *digits = ' ';
  }
  return shm_meminfo_field(text, name, 0);
}

/* Whether a file of this process can have this many bytes. A process that asks for more is killed by
 * SIGXFSZ. */
SHM_APART bool shm_file_may_have(uint64_t size) { return size <= shm_limit_now(SHM_RLIMIT_FSIZE).soft; }

/* Refuses a file that is too large for this process. */
SHM_APART shm_status shm_limit_file_size(uint64_t size, shm_attempt attempt) {
  shm_limit limit = shm_limit_now(SHM_RLIMIT_FSIZE);
  shm_text *why;
  if (size <= limit.soft) {
    return SHM_OK;
  }
  why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add_size(why, size);
  shm_add(why, " needed, and a file that this process writes has at most ");
  shm_add_size(why, limit.soft);
  shm_add_mend(why, SHM_RLIMIT_FSIZE, limit.hard, size, 0);
  SHM_VERSIONED(shm_runtime_failure).os_error = EFBIG;
  return SHM_NO_SPACE;
}

/* Refuses a mapping for which this process has no addresses left. */
SHM_APART shm_status shm_limit_addresses(uint64_t size, shm_attempt attempt) {
  shm_limit limit = shm_limit_now(SHM_RLIMIT_AS);
  uint64_t used;
  shm_text *why;
  if (limit.soft == UINT64_MAX) {
    return SHM_OK;
  }
  used = shm_status_field("\nVmSize:");
  if (used <= limit.soft && size <= limit.soft - used) {
    return SHM_OK;
  }
  why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add_size(why, size);
  shm_add(why, " of address space needed, and this process uses ");
  shm_add_size(why, used);
  shm_add(why, " of the ");
  shm_add_size(why, limit.soft);
  shm_add(why, " that it may");
  shm_add_mend(why, SHM_RLIMIT_AS, limit.hard, size > UINT64_MAX - used ? UINT64_MAX : used + size, 0);
  SHM_VERSIONED(shm_runtime_failure).os_error = ENOMEM;
  return SHM_NO_SPACE;
}

/* Whether the limit of locked memory is why a call failed, and then its error. */
SHM_APART bool shm_fail_locked(uint64_t size, int os_error, shm_attempt attempt) {
  shm_limit limit = shm_limit_now(SHM_RLIMIT_MEMLOCK);
  uint64_t used = shm_status_field("\nVmLck:");
  shm_text *why;
  if (limit.soft == UINT64_MAX || (used <= limit.soft && size <= limit.soft - used)) {
    return false;
  }
  why = shm_explain_attempt(attempt, SHM_PERMISSION);
  shm_add_size(why, size);
  shm_add(why, " to be kept in memory, and this process has locked ");
  shm_add_size(why, used);
  shm_add(why, " of the ");
  shm_add_size(why, limit.soft);
  shm_add(why, " that it may");
  shm_add_mend(why, SHM_RLIMIT_MEMLOCK, limit.hard, used + size, 0);
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return true;
}
