/* ---- Processes that are watched ------------------------------------------
 *
 * By descriptors that are kept: one call tells which of them have ended. See
 * pidfd_open(2).
 */

enum {
  SHM_WATCHED_MAX = 64,     /* processes that an attachment watches at once */
  SHM_WATCHED_FD_MAX = 512, /* only descriptors below are kept: half of what a process may have */
  SHM_SYS_POLLIN = 1
};

typedef struct shm_watched {
  shm_place place;
  uint32_t pid;
  bool asked; /* somebody asked for it since the last look */
} shm_watched;

typedef struct shm_watch {
  uint32_t busy; /* a thread is looking */
  uint32_t turn; /* the record whose lock was asked for last */
  uint32_t count;
  struct pollfd asks[SHM_WATCHED_MAX];
  shm_watched processes[SHM_WATCHED_MAX];
} shm_watch;

typedef enum shm_life {
  SHM_LIFE_RUNS,
  SHM_LIFE_ENDED,  /* or nobody has the number */
  SHM_LIFE_UNKNOWN /* it is not watched */
} shm_life;

SHM_INLINE void shm_watch_close(shm_watch *watch, uint32_t at) {
  shm_close_kept(watch->asks[at].fd, &watch->processes[at].place);
}

SHM_APART void shm_watch_end(shm_watch *watch) {
  while (watch->count > 0) {
    shm_watch_close(watch, --watch->count);
  }
}

/* Looks which of them have ended, by one call. */
SHM_APART void shm_watch_look(shm_watch *watch) {
  for (uint32_t at = 0; at < watch->count; at++) {
    watch->asks[at].revents = 0;
    watch->processes[at].asked = false;
  }
  if (watch->count > 0) {
    (void)poll(watch->asks, watch->count, 0); /* where it fails, nobody has ended */
  }
}

/* Watches one more. */
SHM_APART shm_life shm_watch_add(shm_watch *watch, uint32_t pid) {
  shm_place place;
  int fd;
  if (watch->count == SHM_WATCHED_MAX || pid == 0 || pid > INT32_MAX) {
    return SHM_LIFE_UNKNOWN;
  }
  fd = SHM_CAST(int, shm_libc_syscall(SHM_SYS_PIDFD_OPEN, pid, 0));
  if (fd < 0) {
    return errno == ESRCH || shm_is_nobody(pid) ? SHM_LIFE_ENDED : SHM_LIFE_UNKNOWN;
  }
  fd = shm_keep_descriptor(fd);
  if (fd < 0) {
    return SHM_LIFE_UNKNOWN;
  }
  if (fd >= SHM_WATCHED_FD_MAX || !shm_place_of(fd, &place)) {
    close(fd);
    return SHM_LIFE_UNKNOWN;
  }
  watch->asks[watch->count].fd = fd;
  watch->asks[watch->count].events = SHM_SYS_POLLIN;
  watch->asks[watch->count].revents = 0;
  watch->processes[watch->count].place = place;
  watch->processes[watch->count].pid = pid;
  watch->processes[watch->count].asked = true;
  watch->count++;
  return SHM_LIFE_RUNS; /* if it has ended, the next look tells */
}

/* What the last look said about a process. */
SHM_APART shm_life shm_watch_ask(shm_watch *watch, uint32_t pid) {
  for (uint32_t at = 0; at < watch->count; at++) {
    if (watch->processes[at].pid == pid) {
      short found = watch->asks[at].revents;
      watch->processes[at].asked = found == 0;
      return found == 0 ? SHM_LIFE_RUNS : (found & SHM_SYS_POLLNVAL) != 0 ? SHM_LIFE_UNKNOWN : SHM_LIFE_ENDED;
    }
  }
  return SHM_LIFE_UNKNOWN;
}

/* Forgets those that nobody asked for since the last look, and those that ended. */
SHM_APART void shm_watch_forget_the_others(shm_watch *watch) {
  for (uint32_t at = watch->count; at-- > 0;) {
    if (!watch->processes[at].asked) {
      shm_watch_close(watch, at);
      watch->count--;
      watch->asks[at] = watch->asks[watch->count];
      watch->processes[at] = watch->processes[watch->count];
    }
  }
}
