/* ---- Locks --------------------------------------------------------------
 *
 * Locks on bytes of a file that the kernel drops when their holder dies. They
 * are locks of the open file description: not lost when some other descriptor
 * of the file is closed, as classic ones are, and not shared by a second
 * attachment of the same process, which opens the file anew. They are never
 * unlocked, only closed: a forked child shares the description and must not
 * give up what its parent holds. The bytes need not exist.
 *
 *   byte i < 4096   the attachment that owns participant record i, for writing
 *   byte 2^40       each read-only attachment, for reading: for counting only
 *   byte 2^40 + 1   who removes the segment, for writing
 *   byte 2^40 + 2   who made it where files without a name cannot be had, for writing
 */

#define SHM_BYTE_READERS (INT64_C(1) << 40)
#define SHM_BYTE_REMOVE (SHM_BYTE_READERS + 1)
#define SHM_BYTE_MAKING (SHM_BYTE_READERS + 2)

SHM_INLINE struct flock shm_flock(int kind, int64_t byte) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = SHM_CAST(short, kind);
  lock.l_start = byte; /* from the beginning: l_whence is 0 */
  lock.l_len = 1;
  return lock;
}

typedef enum shm_lock_result { SHM_LOCK_TAKEN, SHM_LOCK_HELD, SHM_LOCK_FAILED } shm_lock_result;

/* Takes a lock; HELD if somebody else holds one there that excludes it. */
SHM_APART shm_lock_result shm_try_lock(int fd, int64_t byte, int kind) {
  for (;;) {
    struct flock lock = shm_flock(kind, byte);
    if (fcntl(fd, SHM_SYS_OFD_SETLK, &lock) == 0) {
      return SHM_LOCK_TAKEN;
    }
    if (errno == EAGAIN || errno == EACCES) {
      return SHM_LOCK_HELD;
    }
    if (errno != EINTR) {
      return SHM_LOCK_FAILED;
    }
  }
}

SHM_INLINE shm_lock_result shm_try_write_lock(int fd, int64_t byte) {
  return shm_try_lock(fd, byte, F_WRLCK);
}

/* The error of a lock that FAILED. */
SHM_APART shm_status shm_fail_lock(shm_attempt attempt, int os_error) {
  /* To a kernel that lacks them the command is none. */
  bool missing = os_error == EINVAL || os_error == ENOSYS || os_error == EOPNOTSUPP;
  shm_status status = missing ? SHM_UNSUPPORTED : os_error == EPERM ? SHM_PERMISSION : SHM_OS;
  shm_text *why = shm_explain_attempt(attempt, status);
  shm_add(why, "cannot lock a byte of its file: fcntl(F_OFD_SETLK): ");
  shm_add_os_error(why, os_error);
  if (missing) {
    shm_add_missing(why, "fcntl(F_OFD_SETLK)");
  } else if (os_error == EPERM) {
    shm_add(why, SHM_FORBIDDEN);
  } else if (os_error == ENOLCK) {
    shm_add(why, " (the machine's table of locks is full)");
  }
  return status;
}

/*
 * Whether another open file description holds a write lock on the byte; what
 * cannot be determined counts as locked. It asks for a read lock, which only write
 * locks answer: anybody who may read can hold the other kind, and so feign a
 * life.
 */
SHM_APART bool shm_is_write_locked(int fd, int64_t byte) {
  struct flock lock = shm_flock(F_RDLCK, byte);
  return fcntl(fd, SHM_SYS_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}
