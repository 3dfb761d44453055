/* ---- System calls that failed --------------------------------------------
 *
 * Which status an errno is, what follows from it, and what to do.
 */

/* Whether the kernel lets only some make this call: the owner, root. */
SHM_APART bool shm_needs_privilege(const char *call) {
  static const char *const calls[] = {
      "chown",
      "fchown",
      "chmod",
      "fchmod",
      "unlink",
      "shmctl(IPC_SET)",
      "shmctl(IPC_RMID)",
      "shmctl(SHM_LOCK)",
  };
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    size_t size = strlen(calls[i]);
    /* `unlink of its id file` */
    if (strncmp(call, calls[i], size) == 0 && (call[size] == '\0' || call[size] == ' ')) {
      return true;
    }
  }
  return false;
}

/* Adds why a call is not there. */
SHM_APART void shm_add_missing(shm_text *why, const char *call) {
  static const char *const since[][2] = {
      {"open(O_TMPFILE)", "3.11"},
      {"fcntl(F_OFD_SETLK)", "3.15"},
      {"memfd_create", "3.17"},
      {"fcntl(F_ADD_SEALS)", "3.17"},
      {"fcntl(F_GET_SEALS)", "3.17"},
      {"madvise(MADV_WIPEONFORK)", "4.14"},
      {"madvise(MADV_POPULATE_WRITE)", "5.14"},
      {"madvise(MADV_POPULATE_READ)", "5.14"},
  };
  for (size_t i = 0; i < sizeof since / sizeof since[0]; i++) {
    if (strcmp(since[i][0], call) == 0) {
      shm_add(why, " (it exists since Linux ");
      shm_add(why, since[i][1]);
      shm_add(why, "; this kernel is older, or a sandbox or an emulator does not have it)");
      return;
    }
  }
  shm_add(why, strncmp(call, "shm", 3) == 0 ? " (a kernel without System V IPC lacks it, or"
                                            : " (every Linux that is supported has it;");
  shm_add(why, " a sandbox or an emulator does not have it)");
}

#define SHM_FORBIDDEN " (a sandbox (seccomp) may forbid it)"

/* Adds why there is no further descriptor. */
SHM_APART void shm_add_descriptors(shm_text *why) {
  shm_limit limit = shm_limit_now(SHM_RLIMIT_NOFILE);
  uint64_t more = limit.soft > UINT64_MAX / 2 ? limit.soft : limit.soft * 2;
  more = more < 1024 ? 1024 : more;
  more = limit.soft < limit.hard && more > limit.hard ? limit.hard : more;
  shm_add(why, ": one more needed, and this process has all ");
  shm_add_number(why, limit.soft);
  shm_add(why, " that it may");
  shm_add_mend(why, SHM_RLIMIT_NOFILE, limit.hard, limit.soft + 1, more);
}

SHM_APART shm_status shm_status_of_errno(int os_error) {
  switch (os_error) {
  case EACCES:
  case EPERM:
    return SHM_PERMISSION;
  case ENOSPC:
  case ENOMEM:
    return SHM_NO_SPACE;
  case EIDRM:
    return SHM_REMOVED;
  case EINVAL:
    return SHM_INVALID;
  case EAGAIN:
  case EBUSY:
    return SHM_BUSY;
  case ENOSYS:
  case EOPNOTSUPP:
    return SHM_UNSUPPORTED;
  default:
    return SHM_OS;
  }
}

/* A system call that failed. */
SHM_APART shm_status shm_fail_os(shm_attempt attempt, const char *call, int os_error) {
  shm_status status = shm_status_of_errno(os_error);
  shm_text *why;
  if (os_error == ENOENT) {
    return shm_fail_with(attempt, SHM_NOT_FOUND, "there is no such segment", os_error);
  }
  if (os_error == EEXIST) {
    return shm_fail_with(attempt, SHM_EXISTS, "it exists already (attach to it, or remove it first)",
                         os_error);
  }
  why = shm_explain_attempt(attempt, status);
  shm_add(why, call);
  shm_add(why, ": ");
  shm_add_os_error(why, os_error);
  if (os_error == EMFILE) {
    shm_add_descriptors(why);
  } else if (os_error == ENFILE) {
    shm_add(why, " (the machine has too many open; raise sysctl fs.file-max)");
  } else if (os_error == ENOSYS) {
    shm_add_missing(why, call);
  } else if (os_error == EPERM && !shm_needs_privilege(call)) {
    shm_add(why, SHM_FORBIDDEN);
  }
  return status;
}

/* A call that lacks memory, and calls that a reason to try again. */
SHM_APART shm_status shm_fail_not_again(shm_attempt attempt, const char *call) {
  shm_text *why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add(why, call);
  shm_add(why, ": there is no more memory that can be locked");
  SHM_VERSIONED(shm_runtime_failure).os_error = EAGAIN;
  return SHM_NO_SPACE;
}

/* Why a segment of this size could not be mapped. */
SHM_APART shm_status shm_fail_map(shm_attempt attempt, const char *call, uint64_t size, int os_error) {
  if (os_error == ENOMEM && shm_limit_addresses(size, attempt) != SHM_OK) {
    return SHM_NO_SPACE;
  }
  if (os_error != EAGAIN) {
    return shm_fail_os(attempt, call, os_error);
  }
  /* All memory of this process is locked (mlockall), as much as it may. */
  return shm_fail_locked(size, os_error, attempt) ? SHM_PERMISSION : shm_fail_not_again(attempt, call);
}

/* Why a System V segment is not kept in memory: what a user has locked in all of them
 * counts, which nothing tells. */
SHM_APART shm_status shm_fail_locked_by_user(uint64_t size, int os_error, shm_attempt attempt) {
  shm_limit limit = shm_limit_now(SHM_RLIMIT_MEMLOCK);
  shm_text *why;
  if (limit.soft == UINT64_MAX) {
    return shm_fail_os(attempt, "shmctl(SHM_LOCK)", os_error);
  }
  why = shm_explain_attempt(attempt, SHM_PERMISSION);
  shm_add_size(why, size);
  shm_add(why, " to be kept in memory, and a user's System V segments together may have ");
  shm_add_size(why, limit.soft);
  shm_add(why, " of that");
  shm_add_mend(why, SHM_RLIMIT_MEMLOCK, limit.hard, size + limit.soft, 0);
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return SHM_PERMISSION;
}
