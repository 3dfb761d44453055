/* ---- Files that have no name until they are whole -----------------------
 *
 * In /dev/shm, with what to say where it is missing or no tmpfs.
 */

#define SHM_DIR "/dev/shm"

/* How a tmpfs is made there. */
#define SHM_HOW_TO_MOUNT                                                                                     \
  "`mkdir -p /dev/shm && mount -t tmpfs -o mode=1777 tmpfs /dev/shm`, in a container --tmpfs "               \
  "/dev/shm:mode=1777"

/* What stands against segments in /dev/shm as such, and what to do; NULL for a tmpfs. */
SHM_APART const char *shm_no_tmpfs(void) {
  int64_t facts[16] = SHM_ZERO; /* struct statfs of 64-bit systems: its type comes first */
  if (shm_libc_syscall(SYS_statfs, SHM_DIR, facts) == 0) {
    return facts[0] == 0x01021994 ? NULL : SHM_DIR " is no tmpfs; mount one: " SHM_HOW_TO_MOUNT;
  }
  return errno == ENOENT || errno == ENOTDIR ? "there is no " SHM_DIR "; make it, a tmpfs: " SHM_HOW_TO_MOUNT
                                             : NULL;
}

SHM_APART shm_status shm_fail_shm(shm_attempt attempt, int os_error) {
  const char *why = shm_no_tmpfs();
  return why != NULL ? shm_fail_with(attempt, SHM_UNSUPPORTED, why, os_error)
                     : shm_fail_os(attempt, "open", os_error);
}

/* The name that a file has until it is whole, where it must have one; else empty. */
#define SHM_OWN_NAME_SIZE 48

SHM_APART void shm_drop_own_name(const char own[SHM_OWN_NAME_SIZE]) {
  if (own[0] != '\0') {
    unlink(own);
  }
}

SHM_APART shm_status shm_posix_open_named(shm_attempt attempt, int *fd, char own[SHM_OWN_NAME_SIZE]) {
  for (int tries = 0; tries < 100; tries++) {
    struct stat facts;
    shm_lock_result lock;
    shm_text path;
    shm_text_begin(&path, own, SHM_OWN_NAME_SIZE);
    shm_add(&path, SHM_DIR "/.shmgen.tmp.");
    shm_add_digits(&path, shm_random(), 16, 16);
    *fd = shm_sys_open(own, O_CREAT | O_EXCL | O_RDWR | SHM_SYS_NOFOLLOW, 0600);
    if (*fd < 0 && errno == EEXIST) {
      continue;
    }
    if (*fd < 0) {
      int os_error = errno;
      own[0] = '\0';
      return os_error == ENOENT || os_error == ENOTDIR ? shm_fail_shm(attempt, os_error)
                                                       : shm_fail_os(attempt, "open", os_error);
    }
    /* Held for as long as the file is open; it tells gc that somebody is at work. */
    lock = shm_try_write_lock(*fd, SHM_BYTE_MAKING);
    if (lock == SHM_LOCK_TAKEN && fstat(*fd, &facts) == 0 && facts.st_nlink > 0) {
      return SHM_OK;
    }
    if (lock == SHM_LOCK_FAILED) {
      shm_status status = shm_fail_lock(attempt, errno);
      if (status == SHM_UNSUPPORTED || status == SHM_PERMISSION) { /* there are no locks */
        return SHM_OK;
      }
      close(*fd);
      shm_drop_own_name(own);
      own[0] = '\0';
      return status;
    }
    close(*fd); /* gc was faster */
    shm_drop_own_name(own);
  }
  own[0] = '\0';
  return shm_fail(attempt, SHM_EXISTS, "no name is free, of many that were tried");
}

/*
 * A file in /dev/shm without a name, which is given one when it is whole. Where that
 * cannot be had (gVisor, a profile of AppArmor, another file system), one with a name of
 * the runtime's own, `own`, which the caller takes away: a process that is killed before leaves it
 * behind, and gc takes it.
 */
SHM_APART shm_status shm_posix_open_nameless(shm_attempt attempt, int *fd, char own[SHM_OWN_NAME_SIZE]) {
  own[0] = '\0';
  /* Without O_EXCL, which would forbid to link it. */
  *fd = shm_sys_open(SHM_DIR, SHM_SYS_TMPFILE | O_RDWR, 0600);
  if (*fd >= 0) {
    return SHM_OK;
  }
  switch (errno) {
  case ENOENT:
  case ENOTDIR:
    return shm_fail_shm(attempt, errno);
  case EOPNOTSUPP:
  case EISDIR:
  case EINVAL:
  case EACCES:
  case EPERM:
  case ENOSYS:
    return shm_posix_open_named(attempt, fd, own);
  default:
    return shm_fail_os(attempt, "open(O_TMPFILE)", errno);
  }
}
