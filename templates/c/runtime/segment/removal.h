/* ---- Removing and changing POSIX segments -------------------------------
 *
 * The name is taken away, never the memory: attached processes drain the queues
 * and gets SHM_REMOVED after that.
 */

/* Whether a segment of ours says that it is in this state. */
SHM_APART bool shm_posix_says(int fd, uint32_t state) {
  unsigned char head[SHM_HEADER_SIZE] = SHM_ZERO;
  return shm_sys_pread(fd, head, sizeof head, 0) == SHM_HEADER_SIZE &&
         shm_check_form(head, sizeof head) == SHM_FORM_OK && shm_get32(head, SHM_HEADER_STATE) == state;
}

/*
 * Tells those who are still attached to a segment of ours, unless it has another
 * name: that what was removed was only a hard link.
 */
SHM_APART void shm_posix_retire(int fd) {
  uint32_t retired = SHM_SEGMENT_RETIRED;
  /* Where they are not told, they see that it has no name. */
  if (shm_posix_is_unlinked(fd) && shm_posix_says(fd, SHM_SEGMENT_READY) &&
      shm_file_may_have(SHM_HEADER_STATE + sizeof retired)) {
    shm_sys_pwrite(fd, &retired, sizeof retired, SHM_HEADER_STATE);
  }
}

/* Whether it has no header of ours. */
SHM_APART bool shm_posix_is_bare(int fd) {
  unsigned char head[SHM_HEADER_SIZE] = SHM_ZERO;
  int64_t got = shm_sys_pread(fd, head, sizeof head, 0);
  return got >= 0 && (got < SHM_HEADER_SIZE || shm_check_form(head, sizeof head) != SHM_FORM_OK);
}

typedef enum shm_removal { SHM_REMOVAL_DONE, SHM_REMOVAL_AGAIN, SHM_REMOVAL_FAILED } shm_removal;

/* Unlinks the path if it still leads to the file that was `seen` and locked, and, if
 * `retired_only`, says that it is removed. */
SHM_APART shm_removal shm_posix_unlink(const char *path, const struct stat *seen, int fd, bool retired_only,
                                       shm_attempt attempt, shm_status *status) {
  struct stat now;
  int peek;
  bool same;
  if (fd >= 0) {
    shm_lock_result lock;
    if (fstat(fd, &now) != 0) {
      *status = shm_fail_os(attempt, "fstat", errno);
      return SHM_REMOVAL_FAILED;
    }
    if (!shm_same_file(&now, seen)) {
      return SHM_REMOVAL_AGAIN;
    }
    lock = shm_try_write_lock(fd, SHM_BYTE_REMOVE);
    if (lock == SHM_LOCK_FAILED) {
      *status = shm_fail_lock(attempt, errno);
      /* Where there are no locks, a bare segment goes without: nobody locks it. */
      if ((*status != SHM_UNSUPPORTED && *status != SHM_PERMISSION) || !shm_posix_is_bare(fd)) {
        return SHM_REMOVAL_FAILED;
      }
    }
    if (lock == SHM_LOCK_HELD) {
      shm_sys_sleep_ms(10);
      return SHM_REMOVAL_AGAIN;
    }
  }
  /* Once more, now that nobody else takes names away. */
  *status = shm_look(path, "a segment", attempt, &peek, &now);
  if (*status != SHM_OK) {
    return SHM_REMOVAL_FAILED;
  }
  same = shm_same_file(&now, seen);
  close(peek);
  if (!same) {
    return SHM_REMOVAL_AGAIN;
  }
  if (retired_only && (fd < 0 || !shm_posix_says(fd, SHM_SEGMENT_RETIRED))) {
    *status = shm_fail_os(attempt, "unlink", EEXIST);
    return SHM_REMOVAL_FAILED;
  }
  if (unlink(path) != 0) {
    *status = shm_fail_os(attempt, "unlink", errno);
    return SHM_REMOVAL_FAILED;
  }
  if (fd >= 0) {
    shm_posix_retire(fd);
  }
  return SHM_REMOVAL_DONE;
}

/*
 * Takes a name away under a lock on the file that it leads to: else a late
 * remover would take away its successor's new segment. With `own` not negative,
 * only if it leads to that very file.
 */
SHM_APART shm_status shm_posix_remove_if(const char *name, int own, bool retired_only, shm_attempt attempt) {
  char path[SHM_PATH_SIZE];
  struct stat mine;
  shm_status status = shm_posix_path(name, attempt, path);
  if (status != SHM_OK) {
    return status;
  }
  if (own >= 0 && fstat(own, &mine) != 0) {
    return shm_fail_os(attempt, "fstat", errno);
  }
  for (int tries = 0; tries < 100; tries++) {
    struct stat seen;
    int peek;
    int fd;
    shm_removal result;
    status = shm_posix_look(name, path, attempt, &peek, &seen);
    if (status != SHM_OK) {
      return status;
    }
    if (own >= 0 && !shm_same_file(&mine, &seen)) {
      close(peek);
      return shm_fail(attempt, SHM_NOT_FOUND,
                      "it was removed already; the name leads to another segment now");
    }
    fd = shm_sys_open(path, O_RDWR | SHM_SYS_NOFOLLOW | O_NONBLOCK, 0);
    /* A process that may not write cannot lock; whether it may unlink says the kernel. */
    if (fd < 0 && errno != EACCES && errno != EPERM && errno != EROFS) {
      status = shm_fail_open(attempt, errno);
      close(peek);
      return status;
    }
    result = shm_posix_unlink(path, &seen, fd, retired_only, attempt, &status);
    if (fd >= 0) {
      close(fd);
    }
    close(peek);
    if (result != SHM_REMOVAL_AGAIN) {
      return result == SHM_REMOVAL_DONE ? SHM_OK : status;
    }
  }
  return shm_fail(attempt, SHM_BUSY, "somebody else is removing it, or names change too fast");
}

SHM_APART shm_status shm_posix_remove(const char *name, int own, shm_attempt attempt) {
  return shm_posix_remove_if(name, own, false, attempt);
}

/*
 * Takes away a name of the caller's whose segment says of itself that it is
 * removed: whoever removed it died before it was done. Whether it did.
 */
SHM_APART bool shm_posix_remove_retired(const char *name, const char *path) {
  shm_attempt attempt = shm_attempt_to("remove", name);
  struct stat seen;
  int fd = shm_sys_open(path, O_RDONLY | SHM_SYS_NOFOLLOW | O_NONBLOCK, 0);
  bool done = false;
  if (fd < 0) {
    return false;
  }
  if (fstat(fd, &seen) == 0 && shm_uid_is_caller(seen.st_uid) && seen.st_nlink == 1 &&
      (SHM_CAST(uint32_t, seen.st_mode) & SHM_SYS_TYPE_MASK) == SHM_SYS_REGULAR &&
      shm_posix_says(fd, SHM_SEGMENT_RETIRED)) {
    done = shm_posix_remove_if(name, fd, true, attempt) == SHM_OK;
  }
  close(fd);
  return done;
}

/*
 * Changes owner and mode of a file, which need not be open for reading;
 * UINT32_MAX keeps what is.
 */
SHM_APART shm_status shm_posix_set(int fd, uint32_t uid, uint32_t gid, uint32_t mode, shm_attempt attempt) {
  char path[32];
  shm_proc_path(path, fd);
  if ((uid != UINT32_MAX || gid != UINT32_MAX) && chown(path, uid, gid) != 0) {
    return shm_fail_os(attempt, "chown", errno);
  }
  if (mode != UINT32_MAX && chmod(path, mode) != 0) {
    return shm_fail_os(attempt, "chmod", errno);
  }
  return SHM_OK;
}
