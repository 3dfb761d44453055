/* ---- Processes ----------------------------------------------------------
 *
 * Who the caller is, whether another process is gone, and whether the caller is
 * a child of the process that attached.
 */

/* The inode of the caller's pid namespace; 0 if it cannot be told. */
SHM_APART uint64_t shm_pid_namespace(void) {
  struct stat facts;
  return stat("/proc/self/ns/pid", &facts) == 0 ? SHM_CAST(uint64_t, facts.st_ino) : 0;
}

/* The inode of the caller's IPC namespace; 0 if it cannot be told. */
SHM_APART uint64_t shm_ipc_namespace(void) {
  struct stat facts;
  return stat("/proc/thread-self/ns/ipc", &facts) == 0 ? SHM_CAST(uint64_t, facts.st_ino) : 0;
}

/* The name of the caller's program, as `ps` shows it; at most 15 bytes. */
SHM_APART void shm_program_name(char name[16]) {
  int fd = shm_sys_open("/proc/self/comm", O_RDONLY, 0);
  int64_t count = 0;
  memset(name, 0, 16);
  if (fd >= 0) {
    count = shm_sys_pread(fd, name, 15, 0);
    close(fd);
  }
  while (count > 0 && (name[count - 1] == '\n' || name[count - 1] == ' ')) {
    name[--count] = '\0';
  }
}

/*
 * Whether nobody has this pid, or whoever has it is dead. A zombie is dead, a
 * process whose main thread has left is not; what cannot be told counts as
 * alive. Never signals anybody.
 */
SHM_APART bool shm_pid_is_dead(uint32_t pid) {
  struct pollfd ask;
  int ready;
  if (pid == 0 || pid > INT32_MAX) {
    return false;
  }
  memset(&ask, 0, sizeof ask);
  ask.fd = SHM_CAST(int, shm_libc_syscall(SHM_SYS_PIDFD_OPEN, pid, 0));
  if (ask.fd < 0) {
    return errno == ESRCH;
  }
  ask.events = POLLIN;
  ready = poll(&ask, 1, 0);
  close(ask.fd);
  return ready == 1 && (ask.revents & POLLIN) != 0;
}

/*
 * A child inherits its parent's mappings and descriptors, but not its part in a
 * segment: two processes would act as one participant. So one page of the
 * process holds a number that the kernel wipes in every child
 * (MADV_WIPEONFORK, Linux 4.14); an attachment remembers the number and compares
 * it at each operation, without a system call. A child that attaches gets a new
 * number.
 */
typedef struct shm_birthplace {
  shm_word64 *number; /* on the page that is wiped; NULL before the first attach */
  uint64_t next;      /* copied by fork, and only counts up: no ancestor had that number */
} shm_birthplace;

#if defined(__cplusplus)
extern "C" {
#endif
/* One for the program, like the buffer of the last failure. */
__attribute__((weak, visibility("default"))) shm_birthplace SHM_VERSIONED(shm_runtime_birthplace);
#if defined(__cplusplus)
}
#endif

/* The process that runs now: the word to watch, and the number it must show. */
SHM_APART shm_status shm_birthplace_here(shm_attempt attempt, const shm_word64 **watched, uint64_t *number) {
  shm_birthplace *here = &SHM_VERSIONED(shm_runtime_birthplace);
  shm_word64 *word = __atomic_load_n(&here->number, __ATOMIC_ACQUIRE);
  uint64_t found = 0;
  uint64_t fresh;
  if (word == NULL) {
    shm_word64 *none = NULL;
    char *page = shm_sys_map(-1, 4096, true, MAP_PRIVATE | SHM_SYS_MAP_ANONYMOUS);
    if (page == NULL) {
      return shm_fail_os(attempt, "mmap of the page that tells of forks", errno);
    }
    if (shm_sys_madvise(page, 4096, SHM_SYS_MADV_WIPEONFORK) != 0) {
      int os_error = errno;
      munmap(page, 4096);
      return os_error == EINVAL
                 ? shm_fail_with(attempt, SHM_UNSUPPORTED,
                                 "cannot watch for forks: madvise(MADV_WIPEONFORK) needs Linux 4.14",
                                 os_error)
                 : shm_fail_os(attempt, "madvise(MADV_WIPEONFORK)", os_error);
    }
    word = SHM_AT(shm_word64, page, 0);
    /* Another thread may have been faster; then its page is the one. */
    if (!__atomic_compare_exchange_n(&here->number, &none, word, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      munmap(page, 4096);
      word = none;
    }
  }
  fresh = __atomic_add_fetch(&here->next, 1, __ATOMIC_RELAXED);
  if (__atomic_compare_exchange_n(word, &found, fresh, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    found = fresh;
  }
  *watched = word;
  *number = found;
  return SHM_OK;
}
