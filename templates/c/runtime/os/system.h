/* ---- The system ---------------------------------------------------------
 *
 * System calls that some dialect of the C library hides, with the constants
 * and structures of the kernel's ABI that they take. Each answers -1 and sets
 * errno, like the function of its name. No meaning here, only calls.
 */

/*
 * The library's own functions under names of ours: their declarations are
 * hidden in strict dialects, and a second declaration of `syscall` would clash
 * with the first one's exception specification in C++.
 */
SHM_EXTERN_C long shm_libc_syscall(long number, ...) __asm__("syscall");

/* struct timespec of 64-bit systems. */
typedef struct shm_timespec {
  int64_t seconds;
  int64_t nanoseconds;
} shm_timespec;

/* Goes through the vDSO, which a bare system call does not. */
SHM_EXTERN_C int shm_libc_clock_gettime(int clock, shm_timespec *time) __asm__("clock_gettime");

enum {
  SHM_SYS_CLOEXEC = 02000000,
  SHM_SYS_PATH = 010000000,
  SHM_SYS_NOATIME = 01000000,
#if defined(__aarch64__)
  SHM_SYS_NOFOLLOW = 0100000,
  SHM_SYS_TMPFILE = 020000000 | 040000,
#else
  SHM_SYS_NOFOLLOW = 0400000,
  SHM_SYS_TMPFILE = 020000000 | 0200000,
#endif
  SHM_SYS_AT_FDCWD = -100,
  SHM_SYS_AT_SYMLINK_FOLLOW = 0x400,
  SHM_SYS_OFD_GETLK = 36,
  SHM_SYS_OFD_SETLK = 37,
  SHM_SYS_MAP_ANONYMOUS = 0x20,
  SHM_SYS_MADV_DONTDUMP = 16,
  SHM_SYS_MADV_WIPEONFORK = 18,
  SHM_SYS_MADV_NONE = 0x40000000, /* no advice has this number */
  SHM_SYS_FUTEX_WAIT = 0,         /* without the private flag: across processes */
  SHM_SYS_FUTEX_WAKE = 1,
  SHM_SYS_MEMBARRIER_EXPEDITED = 1 << 1, /* to all processes that asked for it by: */
  SHM_SYS_MEMBARRIER_REGISTER = 1 << 2,
#if defined(__aarch64__)
  SHM_SYS_MEMBARRIER = 283, /* the number of the call, which old headers lack */
#else
  SHM_SYS_MEMBARRIER = 324,
#endif
  SHM_SYS_GRND_NONBLOCK = 1,
  SHM_SYS_CLOCK_REALTIME = 0,
  SHM_SYS_CLOCK_MONOTONIC = 1,
  SHM_SYS_CLOCK_MONOTONIC_COARSE = 6,
  SHM_SYS_TYPE_MASK = 0170000, /* of a file's mode */
  SHM_SYS_REGULAR = 0100000,
  SHM_SYS_SYMLINK = 0120000,
  SHM_SYS_FIFO = 0010000,
  SHM_SYS_SOCKET = 0140000,
  SHM_SYS_DIRECTORY = 0040000,
  SHM_SYS_PIDFD_OPEN = 434 /* the number of the call, which old headers lack */
};

SHM_INLINE uint64_t shm_sys_clock(int clock) {
  shm_timespec now = SHM_ZERO;
  shm_libc_clock_gettime(clock, &now);
  return SHM_CAST(uint64_t, now.seconds) * 1000000000u + SHM_CAST(uint64_t, now.nanoseconds);
}

/* Nanoseconds on a clock that nobody sets. */
SHM_INLINE uint64_t shm_monotonic_ns(void) { return shm_sys_clock(SHM_SYS_CLOCK_MONOTONIC); }

/* The same as of the last tick of the kernel, 1 to 10 ms ago: a few loads. */
SHM_INLINE uint64_t shm_last_tick_ns(void) { return shm_sys_clock(SHM_SYS_CLOCK_MONOTONIC_COARSE); }

/* Nanoseconds since 1970. */
SHM_INLINE uint64_t shm_wall_ns(void) { return shm_sys_clock(SHM_SYS_CLOCK_REALTIME); }

SHM_APART void shm_sys_sleep_ns(uint64_t ns) {
  shm_timespec time = SHM_ZERO;
  time.seconds = SHM_CAST(int64_t, ns / 1000000000u);
  time.nanoseconds = SHM_CAST(int64_t, ns % 1000000000u);
  shm_libc_syscall(SYS_nanosleep, &time, NULL);
}

SHM_INLINE void shm_sys_sleep_ms(uint64_t milliseconds) { shm_sys_sleep_ns(milliseconds * 1000000u); }

/*
 * Descriptors that nobody takes for standard streams. In a program that was
 * started without standard input, output or error, the next file that is opened
 * gets such a number; a warning of some library would then overwrite the
 * segment, and daemon(3) would put /dev/null in its place. So a descriptor that
 * is kept is 3 or above. Nor is one that may be written ever below, for however
 * short a time: other threads print, too.
 */
enum { SHM_SYS_STANDARD = 3, SHM_SYS_DUPFD_CLOEXEC = 1030, SHM_SYS_POLLNVAL = 0x20 };

/* Those of the standard numbers that were free, while they are held. */
typedef struct shm_standard {
  int fds[SHM_SYS_STANDARD];
  int count;
} shm_standard;

/* Occupies them with descriptors that can be neither read nor written. */
SHM_APART void shm_hold_standard(shm_standard *held) {
  struct pollfd asked[SHM_SYS_STANDARD];
  held->count = 0;
  for (int fd = 0; fd < SHM_SYS_STANDARD; fd++) {
    asked[fd].fd = fd;
    asked[fd].events = 0;
    asked[fd].revents = 0;
  }
  if (poll(asked, SHM_SYS_STANDARD, 0) <= 0) {
    return;
  }
  for (int fd = 0; fd < SHM_SYS_STANDARD; fd++) {
    int other = (asked[fd].revents & SHM_SYS_POLLNVAL) == 0 ? -1 : open("/", SHM_SYS_PATH | SHM_SYS_CLOEXEC);
    if (other >= 0) {
      held->fds[held->count++] = other;
    }
  }
}

/* Lets them go; errno stays. */
SHM_APART void shm_drop_standard(const shm_standard *held) {
  int os_error = errno;
  for (int i = 0; i < held->count; i++) {
    close(held->fds[i]);
  }
  errno = os_error;
}

/* The same open file at 3 or above, with whatever locks it has; -1 stays -1. */
SHM_APART int shm_keep_descriptor(int fd) {
  int moved;
  int os_error;
  if (fd < 0 || fd >= SHM_SYS_STANDARD) {
    return fd;
  }
  moved = fcntl(fd, SHM_SYS_DUPFD_CLOEXEC, SHM_SYS_STANDARD);
  os_error = errno;
  close(fd);
  errno = os_error;
  return moved;
}

SHM_APART int shm_sys_open(const char *path, int flags, unsigned mode) {
  shm_standard held = SHM_ZERO;
  int fd;
  /* What cannot be written harms nobody before it is moved. */
  if ((flags & (O_WRONLY | O_RDWR)) != 0) {
    shm_hold_standard(&held);
  }
  fd = open(path, flags | SHM_SYS_CLOEXEC, mode);
  shm_drop_standard(&held);
  return shm_keep_descriptor(fd);
}

SHM_INLINE int64_t shm_sys_pread(int fd, void *bytes, size_t count, uint64_t offset) {
  return shm_libc_syscall(SYS_pread64, fd, bytes, count, offset);
}

SHM_INLINE int64_t shm_sys_pwrite(int fd, const void *bytes, size_t count, uint64_t offset) {
  return shm_libc_syscall(SYS_pwrite64, fd, bytes, count, offset);
}

SHM_INLINE int shm_sys_fallocate(int fd, uint64_t offset, uint64_t count) {
  return SHM_CAST(int, shm_libc_syscall(SYS_fallocate, fd, 0, offset, count));
}

SHM_INLINE int shm_sys_ftruncate(int fd, uint64_t size) {
  return SHM_CAST(int, shm_libc_syscall(SYS_ftruncate, fd, size));
}

SHM_INLINE int shm_sys_fchown(int fd, uint32_t uid, uint32_t gid) {
  return SHM_CAST(int, shm_libc_syscall(SYS_fchown, fd, uid, gid));
}

SHM_INLINE int shm_sys_fchmod(int fd, uint32_t mode) {
  return SHM_CAST(int, shm_libc_syscall(SYS_fchmod, fd, mode));
}

SHM_INLINE int shm_sys_linkat(const char *from, const char *to) {
  return SHM_CAST(int, shm_libc_syscall(SYS_linkat, SHM_SYS_AT_FDCWD, from, SHM_SYS_AT_FDCWD, to,
                                        SHM_SYS_AT_SYMLINK_FOLLOW));
}

SHM_INLINE int shm_sys_madvise(void *base, size_t size, int advice) {
  return SHM_CAST(int, shm_libc_syscall(SYS_madvise, base, size, advice));
}

/* A new mapping, or NULL. */
SHM_APART char *shm_sys_map(int fd, size_t size, bool writable, int flags) {
  void *base = mmap(NULL, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, flags, fd, 0);
  return base == MAP_FAILED ? NULL : SHM_CAST(char *, base);
}

/* Sleeps while the word has this value, until woken, interrupted or for so long. */
SHM_APART void shm_sys_futex_wait(shm_word32 *word, uint32_t value, uint64_t at_most_ns) {
  shm_timespec time = SHM_ZERO;
  time.seconds = SHM_CAST(int64_t, at_most_ns / 1000000000u);
  time.nanoseconds = SHM_CAST(int64_t, at_most_ns % 1000000000u);
  shm_libc_syscall(SYS_futex, word, SHM_SYS_FUTEX_WAIT, value, &time, NULL, 0);
}

/* Wakes `count` of the sleepers on the word at most; how many, negative where that failed. */
SHM_APART long shm_sys_futex_wake_at_most(shm_word32 *word, int32_t count) {
  shm_step();
  return shm_libc_syscall(SYS_futex, word, SHM_SYS_FUTEX_WAKE, count, NULL, NULL, 0);
}

/* Wakes all who sleep on the word. */
SHM_INLINE void shm_sys_futex_wake(shm_word32 *word) { shm_sys_futex_wake_at_most(word, INT32_MAX); }

/* A command of membarrier(2); whether it was done. */
SHM_INLINE bool shm_sys_membarrier(int command) {
  return shm_libc_syscall(SHM_SYS_MEMBARRIER, command, 0, 0) == 0;
}

/*
 * A number that nobody can guess; by time and process where the kernel has no
 * random numbers to give.
 */
SHM_APART uint64_t shm_random(void) {
  uint64_t number = 0;
  if (shm_libc_syscall(SYS_getrandom, &number, sizeof number, SHM_SYS_GRND_NONBLOCK) == 8) {
    return number;
  }
  return shm_wall_ns() ^ SHM_CAST(uint64_t, getpid()) << 40;
}

/* A number of kB in the text of /proc/meminfo, in bytes. */
SHM_APART uint64_t shm_meminfo_field(const char *text, const char *name, uint64_t otherwise) {
  const char *at = strstr(text, name);
  uint64_t number = 0;
  if (at == NULL) {
    return otherwise;
  }
  for (at += strlen(name); *at == ' '; at++) {
  }
  for (; *at >= '0' && *at <= '9'; at++) {
    number = number * 10 + SHM_CAST(uint64_t, *at - '0');
  }
  return number * 1024;
}

/*
 * Bytes of memory that the machine can still give, swap included. More than that
 * is refused before the first page is taken: the kernel would not say no, but
 * kill somebody.
 */
SHM_APART uint64_t shm_memory_left(void) {
  char text[4096];
  int fd = shm_sys_open("/proc/meminfo", O_RDONLY, 0);
  int64_t count = fd < 0 ? -1 : shm_sys_pread(fd, text, sizeof text - 1, 0);
  uint64_t available;
  if (fd >= 0) {
    close(fd);
  }
  text[count > 0 ? count : 0] = '\0';
  available = shm_meminfo_field(text, "\nMemAvailable:", UINT64_MAX);
  return available == UINT64_MAX ? available : available + shm_meminfo_field(text, "\nSwapFree:", 0);
}

/* `/proc/self/fd/7`: the way to a file that has no name, or is open with O_PATH. */
SHM_APART void shm_proc_path(char path[32], int fd) {
  shm_text text;
  shm_text_begin(&text, path, 32);
  shm_add(&text, "/proc/self/fd/");
  shm_add_signed(&text, fd);
}

/*
 * Where the library hides them. They are weak: a statically linked program has
 * them only if its schema names an account, since they draw in what looks names
 * up, for which the linker wants the shared libraries of the machine.
 */
SHM_EXTERN_C __attribute__((weak)) int shm_libc_getpwnam_r(const char *name, struct passwd *user,
                                                           char *buffer, size_t size,
                                                           struct passwd **found) __asm__("getpwnam_r");
SHM_EXTERN_C __attribute__((weak)) int shm_libc_getgrnam_r(const char *name, struct group *group,
                                                           char *buffer, size_t size,
                                                           struct group **found) __asm__("getgrnam_r");

/* Lets a statically linked program have a function, and with it what it is made of: those above. */
#define SHM_NEED(function) __asm__ volatile("" : : "r"(&(function)))

/* Whether this program can look names up. */
SHM_INLINE bool shm_sys_has_accounts(bool is_group) {
  return is_group ? shm_libc_getgrnam_r != NULL : shm_libc_getpwnam_r != NULL;
}

/* The number of a user or a group, by its name; whether there is one. */
SHM_APART bool shm_sys_account(const char *name, bool is_group, uint32_t *id) {
  if (!shm_sys_has_accounts(is_group)) {
    return false;
  }
  for (size_t size = 1024; size <= 1u << 20; size *= 8) {
    char *buffer = SHM_CAST(char *, malloc(size));
    struct passwd user;
    struct passwd *found_user = NULL;
    struct group group;
    struct group *found_group = NULL;
    int os_error;
    bool found;
    if (buffer == NULL) {
      return false;
    }
    os_error = is_group ? shm_libc_getgrnam_r(name, &group, buffer, size, &found_group)
                        : shm_libc_getpwnam_r(name, &user, buffer, size, &found_user);
    found = found_user != NULL || found_group != NULL;
    if (found) {
      *id = is_group ? group.gr_gid : user.pw_uid;
    }
    free(buffer);
    if (found || os_error != ERANGE) {
      return found;
    }
  }
  return false;
}

/*
 * System V shared memory. The library's declarations want feature macros, and
 * its names would crowd those of this header.
 */
enum {
  SHM_SYSV_CREATE = 01000,
  SHM_SYSV_EXCLUSIVE = 02000,
  SHM_SYSV_HUGETLB = 04000,
  SHM_SYSV_READ_ONLY = 010000,
  SHM_SYSV_REMOVE = 0,
  SHM_SYSV_SET = 1,
  SHM_SYSV_STAT = 2,
  SHM_SYSV_LOCK_MEMORY = 11,
  SHM_SYSV_UNLOCK_MEMORY = 12,
  SHM_SYSV_MODE_DEST = 01000, /* marked for removal */
  SHM_SYSV_MODE_LOCKED = 02000
};

/* struct shmid64_ds of 64-bit systems, 112 bytes. */
typedef struct shm_sysv_facts {
  int32_t key;
  uint32_t uid;
  uint32_t gid;
  uint32_t creator_uid;
  uint32_t creator_gid;
  uint32_t mode;
  uint16_t sequence;
  uint16_t padding;
  uint32_t padding2;
  uint64_t unused[2];
  uint64_t size;
  int64_t attach_time;
  int64_t detach_time;
  int64_t change_time;
  int32_t creator_pid;
  int32_t last_pid;
  uint64_t attached;
  uint64_t unused2[2];
} shm_sysv_facts;

SHM_INLINE int32_t shm_sys_shmget(int32_t key, uint64_t size, int flags) {
  return SHM_CAST(int32_t, shm_libc_syscall(SYS_shmget, key, size, flags));
}

SHM_INLINE int shm_sys_shmctl(int32_t id, int command, shm_sysv_facts *facts) {
  return SHM_CAST(int, shm_libc_syscall(SYS_shmctl, id, command, facts));
}

/* Where the segment is mapped, or NULL. */
SHM_APART char *shm_sys_shmat(int32_t id, int flags) {
  long base = shm_libc_syscall(SYS_shmat, id, NULL, flags);
  return base == -1 ? NULL : SHM_POINTER(base);
}

SHM_INLINE void shm_sys_shmdt(char *base) { shm_libc_syscall(SYS_shmdt, base); }
