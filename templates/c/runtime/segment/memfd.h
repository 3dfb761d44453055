/* ---- Memfds -------------------------------------------------------------
 *
 * Segments in files without a name, which are there as long as some process has
 * them open or mapped. One of ours is sealed against any change of its size as
 * soon as it has one, and against further seals; so nobody who has it can take
 * its pages away from under the others. Others come to it by its descriptor,
 * handed to them over a socket or found in /proc. Either way they open the file
 * anew, since locks that lie on a description which several processes share
 * would outlive the one that took them.
 */

enum {
  SHM_MEMFD_CLOEXEC = 1,
  SHM_MEMFD_ALLOW_SEALING = 2,
  SHM_MEMFD_HUGETLB = 4,
  SHM_MEMFD_NOEXEC_SEAL = 8, /* Linux 6.3 wants one of both to be said */
  SHM_MEMFD_EXEC = 16,
  SHM_SEALS_ADD = 1033,
  SHM_SEALS_GET = 1034,
  SHM_SEAL_SEAL = 1,
  SHM_SEAL_SHRINK = 2,
  SHM_SEAL_GROW = 4,
  SHM_SEAL_WRITE = 8,
  SHM_SEAL_FUTURE_WRITE = 16,
  SHM_SEALS = SHM_SEAL_SEAL | SHM_SEAL_SHRINK | SHM_SEAL_GROW /* what makes the size a promise */
};

/* A descriptor for a new memfd. `title` is what /proc shows of it. */
SHM_APART int shm_memfd_new(const char *title, uint32_t mode, uint64_t pages) {
  int flags = SHM_MEMFD_CLOEXEC | SHM_MEMFD_ALLOW_SEALING |
              (pages == 0 ? 0 : SHM_MEMFD_HUGETLB | shm_huge_flag(pages));
  int exec = (mode & 0111) == 0 ? SHM_MEMFD_NOEXEC_SEAL : SHM_MEMFD_EXEC;
  shm_standard held;
  long fd;
  shm_hold_standard(&held);
  fd = shm_libc_syscall(SYS_memfd_create, title, flags | exec);
  if (fd < 0 && errno == EINVAL) { /* before Linux 6.3 */
    fd = shm_libc_syscall(SYS_memfd_create, title, flags);
  }
  shm_drop_standard(&held);
  return shm_keep_descriptor(SHM_CAST(int, fd));
}

/* Of huge pages of hugetlbfs, or of ordinary ones if `pages` is 0. */
SHM_APART shm_status shm_memfd_make_in(const char *title, uint64_t size, const shm_making *making,
                                       uint64_t pages, shm_attempt attempt, int *fd, char **base) {
  shm_making settle = *making;
  int os_error;
  shm_status status;
  *fd = shm_memfd_new(title, making->mode, pages);
  if (*fd < 0) {
    return shm_fail_os(attempt, "memfd_create", errno);
  }
  status = shm_file_give(*fd, making, attempt);
  if (status == SHM_OK) {
    /* Those of hugetlbfs are not among the memory that is left. */
    os_error = pages != 0 ? shm_posix_allocate(*fd, size) : shm_posix_reserve(*fd, size);
    if (os_error == EFBIG && shm_limit_file_size(size, attempt) != SHM_OK) {
      status = SHM_NO_SPACE;
    } else if (os_error == ENOSPC || os_error == ENOMEM || os_error == EFBIG) {
      shm_sys_ftruncate(*fd, 0);
      status = shm_fail_room(attempt, size, shm_memory_left(), os_error);
    } else if (os_error != 0) {
      status = shm_fail_os(attempt, "fallocate", os_error);
    }
  }
  if (status == SHM_OK && fcntl(*fd, SHM_SEALS_ADD, SHM_SEALS) != 0) {
    status = shm_fail_os(attempt, "fcntl(F_ADD_SEALS)", errno);
  }
  if (status == SHM_OK) {
    status = shm_posix_map(*fd, size, true, attempt, base);
  }
  if (status == SHM_OK) {
    settle.pages = pages != 0 ? 0 : making->pages;
    status = shm_settle_pages(*base, size, &settle, attempt);
    if (status != SHM_OK) {
      munmap(*base, SHM_CAST(size_t, size));
    }
  }
  if (status != SHM_OK) {
    close(*fd);
  }
  return status;
}

/* Makes a sealed memfd of `size` bytes that is all zero, mapped for writing. */
SHM_APART shm_status shm_memfd_make(const char *title, uint64_t size, const shm_making *making,
                                    shm_attempt attempt, int *fd, char **base) {
  /* Whatever stands against huge pages, there are others. */
  if (making->pages != 0 &&
      shm_memfd_make_in(title, size, making, making->pages, attempt, fd, base) == SHM_OK) {
    return SHM_OK;
  }
  return shm_memfd_make_in(title, size, making, 0, attempt, fd, base);
}

/* The address of a memfd that this process has a descriptor of. */
SHM_APART void shm_memfd_address(int fd, shm_address *address) {
  memset(address, 0, offsetof(shm_address, text));
  address->kind = SHM_ADDRESS_MEMFD;
  address->number = SHM_CAST(uint32_t, getpid());
  address->fd = fd;
  shm_address_spell(address, NULL);
}

/* Whether a descriptor leads to a memfd: its link in /proc says so. */
SHM_APART bool shm_is_memfd(int fd) {
  char path[32];
  char link[8] = SHM_ZERO;
  shm_proc_path(path, fd);
  return shm_libc_syscall(SYS_readlinkat, SHM_SYS_AT_FDCWD, path, link, sizeof link) == sizeof link &&
         memcmp(link, "/memfd:", 7) == 0;
}

/* The memfd behind a descriptor of a process, opened so that only its facts can
 * be asked. */
SHM_APART shm_status shm_memfd_look(const shm_address *address, shm_attempt attempt, int *peek,
                                    struct stat *seen) {
  char path[64];
  bool own = address->number == SHM_CAST(uint32_t, getpid());
  shm_text text;
  shm_status status;
  shm_text_begin(&text, path, sizeof path);
  shm_add(&text, "/proc/");
  if (own) {
    shm_add(&text, "self");
  } else {
    shm_add_number(&text, address->number);
  }
  shm_add(&text, "/fd/");
  shm_add_signed(&text, address->fd);
  /* Opens nothing, as with a name; and what it leads to stays the same. */
  *peek = shm_sys_open(path, SHM_SYS_PATH, 0);
  if (*peek < 0 && (errno == ENOENT || errno == EACCES || errno == EPERM)) {
    int os_error = errno;
    shm_text *why;
    status = os_error == ENOENT ? SHM_NOT_FOUND : SHM_PERMISSION;
    why = shm_explain_attempt(attempt, status);
    shm_add(why, "process ");
    shm_add_number(why, address->number);
    if (os_error == ENOENT) {
      shm_add(why, " is not there, or has no descriptor ");
      shm_add_signed(why, address->fd);
    } else {
      shm_add(why, " may not be looked into (/proc/");
      shm_add_number(why, address->number);
      shm_add(why, "/fd); let it hand the descriptor over a Unix socket");
    }
    SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
    return status;
  }
  if (*peek < 0) {
    return shm_fail_os(attempt, "open", errno);
  }
  status = shm_require_file(*peek, "a memfd", NULL, attempt, seen);
  if (status == SHM_OK && (!shm_is_memfd(*peek) || seen->st_nlink != 0)) {
    shm_text *why = shm_explain_attempt(attempt, SHM_MISMATCH);
    shm_add(why, "descriptor ");
    shm_add_signed(why, address->fd);
    shm_add(why, " of process ");
    shm_add_number(why, address->number);
    shm_add(why, " is another file, no memfd");
    status = SHM_MISMATCH;
  }
  if (status != SHM_OK) {
    close(*peek);
  }
  return status;
}

/* The same file with an open file description of its own. */
SHM_APART shm_status shm_memfd_reopen(int fd, bool read_only, shm_attempt attempt, int *own) {
  char path[32];
  shm_proc_path(path, fd);
  *own = shm_sys_open(path, (read_only ? O_RDONLY : O_RDWR) | O_NONBLOCK, 0);
  if (*own >= 0) {
    return SHM_OK;
  }
  return errno == ENOENT ? shm_fail_with(attempt, SHM_UNSUPPORTED,
                                         "a memfd is opened by way of /proc, which is not mounted", ENOENT)
                         : shm_fail_open(attempt, errno);
}

/* Opens the memfd behind a descriptor of a process anew, if `options` trust it. */
SHM_APART shm_status shm_memfd_open(const shm_address *address, bool read_only, const shm_options *options,
                                    shm_attempt attempt, int *fd, uint64_t *size) {
  struct stat seen;
  int peek;
  shm_status status = shm_memfd_look(address, attempt, &peek, &seen);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_check_owner(options, seen.st_uid, peek, attempt);
  if (status == SHM_OK) {
    status = shm_memfd_reopen(peek, read_only, attempt, fd);
  }
  close(peek);
  *size = SHM_CAST(uint64_t, seen.st_size);
  return status;
}

/* Refuses to map what could be made shorter meanwhile, or cannot be written. */
SHM_APART shm_status shm_memfd_check_seals(int fd, bool read_only, shm_attempt attempt) {
  int found = fcntl(fd, SHM_SEALS_GET);
  shm_text *why;
  const char *comma = "";
  if (found < 0) {
    return shm_fail_os(attempt, "fcntl(F_GET_SEALS)", errno);
  }
  if ((found & SHM_SEALS) != SHM_SEALS) {
    why = shm_explain_attempt(attempt, SHM_PERMISSION);
    shm_add(why, "it is not sealed (missing: ");
    if ((found & SHM_SEAL_SEAL) == 0) {
      shm_add(why, "seal");
      comma = ", ";
    }
    if ((found & SHM_SEAL_SHRINK) == 0) {
      shm_add(why, comma);
      shm_add(why, "shrink");
      comma = ", ";
    }
    if ((found & SHM_SEAL_GROW) == 0) {
      shm_add(why, comma);
      shm_add(why, "grow");
    }
    shm_add(why, "), so whoever has it could make it shorter under you; its maker seals it with "
                 "fcntl(F_ADD_SEALS), as create does");
    return SHM_PERMISSION;
  }
  if (!read_only && (found & (SHM_SEAL_WRITE | SHM_SEAL_FUTURE_WRITE)) != 0) {
    return shm_fail(attempt, SHM_PERMISSION, "it is sealed against writing; attach for reading only");
  }
  return SHM_OK;
}

/* Marks a segment of ours that is locked for removal. */
SHM_APART shm_status shm_memfd_retire_locked(int fd, shm_attempt attempt) {
  unsigned char head[SHM_HEADER_SIZE] = SHM_ZERO;
  struct stat facts;
  char *base;
  shm_status status;
  if (shm_sys_pread(fd, head, sizeof head, 0) != SHM_HEADER_SIZE ||
      shm_check_form(head, sizeof head) != SHM_FORM_OK) {
    return shm_fail(attempt, SHM_UNSUPPORTED,
                    "a bare memfd has no name that could be taken away; it goes when nobody has it open or "
                    "mapped any more");
  }
  if (shm_get32(head, SHM_HEADER_STATE) == SHM_SEGMENT_RETIRED) {
    return shm_fail(attempt, SHM_NOT_FOUND, "it was removed already; those who have it still have it");
  }
  status = shm_memfd_check_seals(fd, false, attempt);
  if (status == SHM_OK && fstat(fd, &facts) != 0) {
    status = shm_fail_os(attempt, "fstat", errno);
  }
  if (status == SHM_OK) {
    /* By a mapping: of huge pages, the file cannot be written. */
    status = shm_posix_map(fd, SHM_CAST(uint64_t, facts.st_size), true, attempt, &base);
  }
  if (status == SHM_OK) {
    /* Pairs with the acquire of whoever looks around. */
    __atomic_store_n(SHM_AT(shm_word32, base, SHM_HEADER_STATE), SHM_SEGMENT_RETIRED, __ATOMIC_SEQ_CST);
    munmap(base, SHM_CAST(size_t, facts.st_size));
  }
  return status;
}

/*
 * Declares a segment of ours removed. There is no name that could be taken away:
 * who has the descriptor keeps it, and nobody attaches any more.
 */
SHM_APART shm_status shm_memfd_retire(int fd, shm_attempt attempt) {
  int own;
  /* With a description of its own, so that the lock goes at the end. */
  shm_status status = shm_memfd_reopen(fd, false, attempt, &own);
  if (status != SHM_OK) {
    return status;
  }
  for (int tries = 0; tries < 100; tries++) {
    shm_lock_result lock = shm_try_write_lock(own, SHM_BYTE_REMOVE);
    if (lock != SHM_LOCK_HELD) {
      status = lock == SHM_LOCK_TAKEN ? shm_memfd_retire_locked(own, attempt) : shm_fail_lock(attempt, errno);
      close(own);
      return status;
    }
    shm_sys_sleep_ms(10);
  }
  close(own);
  return shm_fail(attempt, SHM_BUSY, "somebody else is removing it");
}

/* Declares the segment behind a descriptor of a process removed. */
SHM_APART shm_status shm_memfd_remove(const shm_address *address, shm_attempt attempt) {
  struct stat seen;
  int peek;
  shm_status status;
  if (address->number == 0) {
    return shm_fail(attempt, SHM_INVALID, SHM_WHICH_MEMFD);
  }
  status = shm_memfd_look(address, attempt, &peek, &seen);
  if (status == SHM_OK) {
    status = shm_memfd_retire(peek, attempt);
    close(peek);
  }
  return status;
}
