/* ---- Processes ----------------------------------------------------------
 *
 * Who the caller is, whether another process is gone, and whether the caller is
 * a child of the process that attached.
 */

/* The inode of the caller's pid namespace; 0 if it cannot be determined. */
SHM_APART uint64_t shm_pid_namespace(void) {
  struct stat facts;
  return stat("/proc/self/ns/pid", &facts) == 0 ? SHM_CAST(uint64_t, facts.st_ino) : 0;
}

/* The inode of the caller's IPC namespace; 0 if it cannot be determined. */
SHM_APART uint64_t shm_ipc_namespace(void) {
  struct stat facts;
  return stat("/proc/thread-self/ns/ipc", &facts) == 0 ? SHM_CAST(uint64_t, facts.st_ino) : 0;
}

#define SHM_BOOT_ID_SIZE 37 /* digits and dashes, and a NUL */

/* Whether a text can be what the kernel calls a boot. */
SHM_APART bool shm_is_boot_id(const char *text) {
  size_t used = 0;
  while ((text[used] >= '0' && text[used] <= '9') || (text[used] >= 'a' && text[used] <= 'f') ||
         text[used] == '-') {
    used++;
  }
  return used == SHM_BOOT_ID_SIZE - 1 && text[used] == '\0';
}

/* What the kernel calls this boot; empty if it cannot be determined. */
SHM_APART void shm_boot_id(char id[SHM_BOOT_ID_SIZE]) {
  int fd = shm_sys_open("/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
  memset(id, 0, SHM_BOOT_ID_SIZE);
  if (fd >= 0) {
    bool whole = shm_sys_pread(fd, id, SHM_BOOT_ID_SIZE - 1, 0) == SHM_BOOT_ID_SIZE - 1;
    close(fd);
    if (!whole || !shm_is_boot_id(id)) {
      id[0] = '\0';
    }
  }
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

/* Whether nobody has this pid. Without a descriptor a zombie counts as alive. */
SHM_APART bool shm_is_nobody(uint32_t pid) {
  /* Signal 0 is none; it only asks whether there is such a process. */
  return pid > 0 && pid <= INT32_MAX && shm_libc_syscall(SYS_kill, pid, 0) != 0 && errno == ESRCH;
}

/*
 * Whether nobody has this pid, or whoever has it is dead. A zombie is dead, a
 * process whose main thread has left is not; what cannot be determined counts as
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
    /* A sandbox denies it, or the kernel has none (Linux before 5.3). */
    return errno == ESRCH || shm_is_nobody(pid);
  }
  ask.events = POLLIN;
  ready = poll(&ask, 1, 0);
  close(ask.fd);
  return ready == 1 && (ask.revents & POLLIN) != 0;
}

/*
 * A child inherits its parent's mappings and descriptors, but not its part in a
 * segment: two processes would act as one participant. So one page of the
 * process holds a number that is wiped in every child; an attachment remembers
 * the number and compares it at each operation, without a system call. A child
 * that attaches gets a new number.
 *
 * Two wipe it, each where the other does not: the kernel (MADV_WIPEONFORK, Linux
 * 4.14), whichever way the child came to be, and a handler of pthread_atfork,
 * which fork(3) runs. Emulators answer 0 to any advice and do nothing, as
 * qemu-user before 7.1 does; so one that does not exist is asked for first. Where
 * the kernel does not wipe, slow paths compare process ids as well, for a child
 * that came by a bare clone(2).
 */
typedef struct shm_birthplace {
  shm_word64 *number; /* on the page that is wiped; NULL before the first attach */
  uint64_t next;      /* copied by fork, and only counts up: no ancestor had that number */
  uint32_t unwiped;   /* the kernel does not wipe the page */
  uint32_t owner;     /* then, the process whose number it is */
} shm_birthplace;

#if defined(__cplusplus)
extern "C" {
#endif
/* One for the program, like the buffer of the last failure. */
__attribute__((weak, visibility("default"))) shm_birthplace SHM_VERSIONED(shm_runtime_birthplace);
#if defined(__cplusplus)
}
#endif

/* Where the library hides it. */
SHM_EXTERN_C int shm_libc_pthread_atfork(void (*prepare)(void), void (*parent)(void),
                                         void (*child)(void)) __asm__("pthread_atfork");

/* Runs in a child before fork returns there. */
SHM_APART void shm_wipe_birthplace(void) {
  shm_word64 *word = SHM_VERSIONED(shm_runtime_birthplace).number;
  if (word != NULL) {
    __atomic_store_n(word, 0, __ATOMIC_RELAXED);
  }
}

/* Makes the page, and has it wiped in every child. */
SHM_APART shm_status shm_birthplace_make(shm_attempt attempt, shm_word64 **word) {
  shm_birthplace *here = &SHM_VERSIONED(shm_runtime_birthplace);
  char *page = shm_sys_map(-1, 4096, true, MAP_PRIVATE | SHM_SYS_MAP_ANONYMOUS);
  shm_word64 *none = NULL;
  bool unwiped;
  int os_error;
  if (page == NULL) {
    return shm_fail_os(attempt, "mmap of the page that tells of forks", errno);
  }
  unwiped = shm_sys_madvise(page, 4096, SHM_SYS_MADV_NONE) == 0 ||
            shm_sys_madvise(page, 4096, SHM_SYS_MADV_WIPEONFORK) != 0;
  os_error = shm_libc_pthread_atfork(NULL, NULL, shm_wipe_birthplace);
  if (os_error != 0 && unwiped) {
    munmap(page, 4096);
    return shm_fail_with(attempt, SHM_UNSUPPORTED,
                         "cannot watch for forks: madvise(MADV_WIPEONFORK), which Linux has from 4.14 on, "
                         "does nothing here, and pthread_atfork fails",
                         os_error);
  }
  if (unwiped) {
    __atomic_store_n(&here->unwiped, 1, __ATOMIC_RELAXED);
  }
  *word = SHM_AT(shm_word64, page, 0);
  /* Another thread may have been faster; then its page is the one. */
  if (!__atomic_compare_exchange_n(&here->number, &none, *word, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    munmap(page, 4096);
    *word = none;
  }
  return SHM_OK;
}

/* Whether slow paths have to compare process ids. */
SHM_INLINE bool shm_birthplace_is_unwiped(void) {
  return __atomic_load_n(&SHM_VERSIONED(shm_runtime_birthplace).unwiped, __ATOMIC_RELAXED) != 0;
}

/* The process that runs now: the word to watch, and the number it must show. */
SHM_APART shm_status shm_birthplace_here(shm_attempt attempt, const shm_word64 **watched, uint64_t *number) {
  shm_birthplace *here = &SHM_VERSIONED(shm_runtime_birthplace);
  shm_word64 *word = __atomic_load_n(&here->number, __ATOMIC_ACQUIRE);
  uint64_t found;
  uint64_t fresh;
  if (word == NULL) {
    shm_status status = shm_birthplace_make(attempt, &word);
    if (status != SHM_OK) {
      return status;
    }
  }
  /* Acquire pairs with the release below: whoever sees the number of a thread of
   * this process sees that the number is this process's. */
  found = __atomic_load_n(word, __ATOMIC_ACQUIRE);
  if (shm_birthplace_is_unwiped()) {
    uint32_t pid = SHM_CAST(uint32_t, getpid());
    if (__atomic_load_n(&here->owner, __ATOMIC_RELAXED) != pid && found != 0) {
      __atomic_compare_exchange_n(word, &found, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
      found = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    }
    __atomic_store_n(&here->owner, pid, __ATOMIC_RELAXED);
  }
  if (found == 0) {
    fresh = __atomic_add_fetch(&here->next, 1, __ATOMIC_RELAXED);
    if (__atomic_compare_exchange_n(word, &found, fresh, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
      found = fresh;
    }
  }
  *watched = word;
  *number = found;
  return SHM_OK;
}
