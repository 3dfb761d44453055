/* ---- POSIX segments: files in /dev/shm ----------------------------------
 *
 * A segment is born whole: it is made as a nameless file, given its pages,
 * filled, and only then linked to its name. So nobody ever meets a half-made
 * one, and a full /dev/shm is an error of create instead of a SIGBUS later.
 */

#define SHM_PATH_SIZE (sizeof SHM_DIR + SHM_NAME_SIZE)

/* The path of a segment's file, with SHM_RUNTIME_PREFIX before its name. */
SHM_APART shm_status shm_posix_path(const char *name, shm_attempt attempt, char path[SHM_PATH_SIZE]) {
  const char *prefix = getenv("SHM_RUNTIME_PREFIX");
  size_t size;
  shm_text text;
  if (prefix == NULL) {
    prefix = "";
  }
  size = strlen(prefix) + strlen(name);
  if (size == 0 || size >= SHM_NAME_SIZE || strchr(prefix, '/') != NULL) {
    return shm_fail(attempt, SHM_INVALID,
                    "with SHM_RUNTIME_PREFIX before it, the name is empty, too long or has a slash");
  }
  shm_text_begin(&text, path, SHM_PATH_SIZE);
  shm_add(&text, SHM_DIR "/");
  shm_add(&text, prefix);
  shm_add(&text, name);
  if (strncmp(path + sizeof SHM_DIR, ".shmgen.", 8) == 0) {
    return shm_fail(attempt, SHM_INVALID,
                    "with SHM_RUNTIME_PREFIX before it, the name begins with .shmgen.: such names belong to "
                    "the runtime; choose another prefix");
  }
  return SHM_OK;
}

/* Refuses what is no file, as `expected` is one, at a path or none. */
SHM_APART shm_status shm_fail_stranger(shm_attempt attempt, shm_status status, uint32_t type,
                                       const char *expected, const char *path) {
  shm_text *why = shm_explain_attempt(attempt, status);
  shm_add(why, "it is ");
  shm_add(why, type == SHM_SYS_SYMLINK     ? "a symbolic link"
               : type == SHM_SYS_FIFO      ? "a FIFO"
               : type == SHM_SYS_SOCKET    ? "a socket"
               : type == SHM_SYS_DIRECTORY ? "a directory"
                                           : "a device");
  shm_add(why, ", not ");
  shm_add(why, expected);
  shm_add(why, "; somebody put it there");
  if (path != NULL) {
    shm_add(why, type == SHM_SYS_DIRECTORY ? ", and `rmdir " : ", and `rm ");
    shm_add_outside(why, path, SIZE_MAX);
    shm_add(why, "` takes it away");
  }
  return status;
}

/* The type of what a path leads to, if it is no file; else 0. */
SHM_APART uint32_t shm_posix_stranger(const char *path) {
  struct stat seen;
  uint32_t type = 0;
  int peek = shm_sys_open(path, SHM_SYS_PATH | SHM_SYS_NOFOLLOW, 0);
  if (peek >= 0) {
    type = fstat(peek, &seen) == 0 ? SHM_CAST(uint32_t, seen.st_mode) & SHM_SYS_TYPE_MASK : 0;
    close(peek);
  }
  return type == SHM_SYS_REGULAR ? 0 : type;
}

/* Bytes that are free in the file's file system. */
SHM_APART uint64_t shm_posix_room(int fd) {
  struct statvfs room;
  if (fstatvfs(fd, &room) != 0 || room.f_blocks == 0) {
    return UINT64_MAX; /* unknown, or without a limit */
  }
  return SHM_CAST(uint64_t, room.f_bavail) * SHM_CAST(uint64_t, room.f_frsize);
}

/* Takes all pages, in steps, so that a signal does not start all over again; more than a
 * file of this process may have is not tried. An errno, or 0. */
SHM_APART int shm_posix_allocate(int fd, uint64_t size) {
  uint64_t step = UINT64_C(64) << 20;
  if (!shm_file_may_have(size)) {
    return EFBIG;
  }
  for (uint64_t done = 0; done < size;) {
    uint64_t count = size - done < step ? size - done : step;
    if (shm_sys_fallocate(fd, done, count) == 0) {
      done += count;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/*
 * The same, but no page if they cannot all be had, since taking the last ones of
 * the machine gets somebody killed.
 */
SHM_APART int shm_posix_reserve(int fd, uint64_t size) {
  if (!shm_file_may_have(size)) {
    return EFBIG;
  }
  return size > shm_posix_room(fd) || size > shm_memory_left() ? ENOSPC : shm_posix_allocate(fd, size);
}

SHM_APART shm_status shm_posix_no_room(int fd, uint64_t size, int os_error, shm_attempt attempt) {
  uint64_t memory = shm_memory_left();
  uint64_t room;
  shm_text *why;
  if (os_error == EFBIG && shm_limit_file_size(size, attempt) != SHM_OK) {
    return SHM_NO_SPACE;
  }
  if (os_error != ENOSPC && os_error != ENOMEM && os_error != EFBIG) {
    return shm_fail_os(attempt, "fallocate", os_error);
  }
  /* Give back what was taken before counting what is free. */
  shm_sys_ftruncate(fd, 0);
  room = shm_posix_room(fd);
  why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add_size(why, size);
  shm_add(why, " needed, ");
  shm_add_size(why, room < memory ? room : memory);
  shm_add(why, " free in " SHM_DIR " (remove segments that nobody uses, or enlarge it: mount -o "
               "remount,size=.., in a container --shm-size)");
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return SHM_NO_SPACE;
}

SHM_APART shm_status shm_posix_map(int fd, uint64_t size, bool writable, shm_attempt attempt, char **base) {
  shm_text *why;
  if (size > 0 && size <= PTRDIFF_MAX) {
    *base = shm_map_aligned(fd, SHM_CAST(size_t, size), writable);
    return *base != NULL ? SHM_OK : shm_fail_map(attempt, "mmap", size, errno);
  }
  why = shm_explain_attempt(attempt, SHM_MISMATCH);
  if (size == 0) {
    shm_add(why, "it is empty: its creator has not given it a size yet, or never will");
  } else {
    shm_add_number(why, size);
    shm_add(why, " bytes cannot be mapped here");
  }
  return SHM_MISMATCH;
}

/* What is left to do when a fresh segment has its pages and is mapped. */
SHM_APART shm_status shm_settle_pages(char *base, uint64_t size, const shm_making *making,
                                      shm_attempt attempt) {
  if (making->pages != 0) {
    shm_pages_collapse(base, SHM_CAST(size_t, size));
  }
  return making->prefault ? shm_prefault(base, SHM_CAST(size_t, size), true, attempt) : SHM_OK;
}

/* Makes a nameless segment of `size` bytes, mapped for writing. */
SHM_APART shm_status shm_posix_make(uint64_t size, const shm_making *making, shm_attempt attempt, int *fd,
                                    char own[SHM_OWN_NAME_SIZE], char **base) {
  int os_error;
  shm_status status = shm_limit_addresses(size, attempt);
  if (status == SHM_OK) {
    status = shm_posix_open_nameless(attempt, fd, own);
  }
  if (status != SHM_OK) {
    return status;
  }
  os_error = shm_posix_reserve(*fd, size);
  status = os_error != 0 ? shm_posix_no_room(*fd, size, os_error, attempt)
                         : shm_posix_map(*fd, size, true, attempt, base);
  if (status == SHM_OK) {
    status = shm_settle_pages(*base, size, making, attempt);
    if (status != SHM_OK) {
      munmap(*base, SHM_CAST(size_t, size));
    }
  }
  if (status != SHM_OK) {
    close(*fd);
    shm_drop_own_name(own);
  }
  return status;
}

/*
 * Gives a file its owner and its mode, in this order: a file that is given away
 * loses bits of its mode.
 */
SHM_APART shm_status shm_file_give(int fd, const shm_making *making, shm_attempt attempt) {
  if (shm_gives(making) && shm_sys_fchown(fd, making->uid, making->gid) != 0) {
    return shm_fail_not_given(attempt, "fchown", making, errno);
  }
  return shm_sys_fchmod(fd, making->mode) == 0 ? SHM_OK : shm_fail_os(attempt, "fchmod", errno);
}

/* Gives a nameless file its path. */
SHM_APART shm_status shm_posix_link_as(int fd, const char *to, shm_attempt attempt) {
  char from[32];
  shm_proc_path(from, fd);
  if (shm_sys_linkat(from, to) == 0) {
    return SHM_OK;
  }
  if (errno == ENOENT) {
    return shm_fail_with(attempt, SHM_UNSUPPORTED, "giving it a name needs /proc, which is not mounted",
                         ENOENT);
  }
  return shm_fail_os(attempt, "linkat", errno);
}

/* Whether both are the same file. */
SHM_INLINE bool shm_same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The facts of what is open; refused if it is no regular file, as `expected`
 * ("a segment") is one. `path` is where somebody put it, or NULL. */
SHM_APART shm_status shm_require_file(int fd, const char *expected, const char *path, shm_attempt attempt,
                                      struct stat *seen) {
  uint32_t type;
  if (fstat(fd, seen) != 0) {
    return shm_fail_os(attempt, "fstat", errno);
  }
  type = SHM_CAST(uint32_t, seen->st_mode) & SHM_SYS_TYPE_MASK;
  if (type == SHM_SYS_REGULAR) {
    return SHM_OK;
  }
  return shm_fail_stranger(attempt, SHM_PERMISSION, type, expected, path);
}

/*
 * What a name leads to, without opening it; refused if it is no file, as
 * `expected` ("a segment") is one. `peek` keeps the file, so that its inode
 * number is not given to another one.
 */
SHM_APART shm_status shm_look(const char *path, const char *expected, shm_attempt attempt, int *peek,
                              struct stat *seen) {
  shm_status status;
  /* O_PATH opens nothing: a FIFO, a device or a lease cannot make us wait. */
  *peek = shm_sys_open(path, SHM_SYS_PATH | SHM_SYS_NOFOLLOW, 0);
  if (*peek < 0) {
    return shm_fail_os(attempt, "open", errno);
  }
  status = shm_require_file(*peek, expected, path, attempt, seen);
  if (status != SHM_OK) {
    close(*peek);
  }
  return status;
}

/* Where a bare number was taken for the name of a POSIX segment and is the key or the id of
 * a System V segment: which. */
SHM_APART shm_status shm_fail_number(const char *name, shm_attempt attempt) {
  shm_sysv_facts facts;
  uint32_t number = 0;
  bool is_key = shm_read_key(name, &number) && number != 0;
  bool is_id = false;
  shm_text *why;
  if (!is_key) {
    return SHM_NOT_FOUND;
  }
  if (shm_sys_shmget(SHM_CAST(int32_t, number), 0, 0) < 0 && errno != EACCES) {
    memset(&facts, 0, sizeof facts);
    is_id = shm_read_number(name, 10, INT32_MAX, &number) &&
            (shm_sys_shmctl(SHM_CAST(int32_t, number), SHM_SYSV_STAT, &facts) >= 0 || errno == EACCES);
    if (!is_id) {
      return SHM_NOT_FOUND;
    }
  }
  why = shm_explain_attempt(attempt, SHM_NOT_FOUND);
  shm_add(why, "there is no POSIX segment of that name; a System V segment has that ");
  shm_add(why, is_id ? "id: sysv-id:" : "key: sysv:");
  shm_add_outside(why, name, SIZE_MAX);
  SHM_VERSIONED(shm_runtime_failure).os_error = ENOENT;
  return SHM_NOT_FOUND;
}

/* What a name leads to, without opening it. */
SHM_APART shm_status shm_posix_look(const char *name, const char *path, shm_attempt attempt, int *peek,
                                    struct stat *seen) {
  const char *no_tmpfs;
  shm_status status = shm_look(path, "a segment", attempt, peek, seen);
  if (status != SHM_NOT_FOUND) {
    return status;
  }
  no_tmpfs = shm_no_tmpfs();
  if (no_tmpfs != NULL) {
    shm_text *why = &SHM_VERSIONED(shm_runtime_failure).text;
    shm_add(why, "; ");
    shm_add(why, no_tmpfs);
  }
  return shm_fail_number(name, attempt);
}

SHM_APART shm_status shm_posix_check(const struct stat *seen, int peek, const shm_options *options,
                                     shm_attempt attempt) {
  if (seen->st_nlink == 0) {
    return shm_fail_os(attempt, "open", ENOENT);
  }
  if (seen->st_nlink > 1) {
    shm_text *why = shm_explain_attempt(attempt, SHM_PERMISSION);
    shm_add(why, "it has ");
    shm_add_number(why, seen->st_nlink);
    shm_add(why, " names (hard links); a segment has one, somebody added to it; `shmgen rm --force` takes "
                 "this name away");
    return SHM_PERMISSION;
  }
  return shm_check_owner(options, seen->st_uid, peek, attempt);
}

/* A file that is not opened, perhaps because its lease would have to be waited for. */
SHM_APART shm_status shm_fail_open(shm_attempt attempt, int os_error) {
  return os_error == EWOULDBLOCK
             ? shm_fail_with(attempt, SHM_BUSY, "somebody holds a lease on it (fcntl F_SETLEASE)", os_error)
             : shm_fail_os(attempt, "open", os_error);
}

/* Opens the file that was seen under this path. */
SHM_APART shm_status shm_posix_open_seen(const char *path, const struct stat *seen, bool read_only,
                                         shm_attempt attempt, int *fd, uint64_t *size) {
  struct stat now;
  *fd = shm_sys_open(path, (read_only ? O_RDONLY : O_RDWR) | SHM_SYS_NOFOLLOW | O_NONBLOCK, 0);
  if (*fd < 0) {
    return shm_fail_open(attempt, errno);
  }
  if (fstat(*fd, &now) != 0) {
    int os_error = errno;
    close(*fd);
    return shm_fail_os(attempt, "fstat", os_error);
  }
  if (!shm_same_file(&now, seen)) {
    close(*fd);
    return shm_fail(attempt, SHM_BUSY, "the name was given to another file meanwhile");
  }
  *size = now.st_size > 0 ? SHM_CAST(uint64_t, now.st_size) : 0;
  return SHM_OK;
}

/* Looks at a name and opens what it leads to, if `options` trust that. */
SHM_APART shm_status shm_posix_open(const char *name, bool read_only, const shm_options *options,
                                    shm_attempt attempt, int *fd, uint64_t *size) {
  char path[SHM_PATH_SIZE];
  struct stat seen;
  int peek;
  shm_status status = shm_posix_path(name, attempt, path);
  if (status == SHM_OK) {
    status = shm_posix_look(name, path, attempt, &peek, &seen);
  }
  /* One that is being given its name has two for a moment. */
  for (int tries = 0; status == SHM_OK && seen.st_nlink > 1 && tries < 50; tries++) {
    close(peek);
    shm_sys_sleep_ms(1);
    status = shm_posix_look(name, path, attempt, &peek, &seen);
  }
  if (status != SHM_OK) {
    return status;
  }
  status = shm_posix_check(&seen, peek, options, attempt);
  if (status == SHM_OK) {
    status = shm_posix_open_seen(path, &seen, read_only, attempt, fd, size);
  }
  close(peek);
  return status;
}

/* Copies bytes out of the file. */
SHM_APART shm_status shm_posix_read(int fd, uint64_t offset, void *to, size_t count, shm_attempt attempt) {
  for (size_t done = 0; done < count;) {
    int64_t got = shm_sys_pread(fd, SHM_CAST(char *, to) + done, count - done, offset + done);
    if (got > 0) {
      done += SHM_CAST(size_t, got);
    } else if (got == 0) {
      shm_text *why = shm_explain_attempt(attempt, SHM_CORRUPT);
      shm_add(why, "it ends before byte ");
      shm_add_number(why, offset + count);
      return SHM_CORRUPT;
    } else if (errno != EINTR) {
      return shm_fail_os(attempt, "pread", errno);
    }
  }
  return SHM_OK;
}

/* Whether the file lost its name. */
SHM_APART bool shm_posix_is_unlinked(int fd) {
  struct stat facts;
  return fstat(fd, &facts) == 0 && facts.st_nlink == 0;
}
