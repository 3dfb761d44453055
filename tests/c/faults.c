/*
 * A library for LD_PRELOAD that stands between a program and its system calls:
 * it counts those of one thread, and at the nth of them fails with an errno,
 * runs a function of the test first, or kills the process.
 *
 * What releases something (close, munmap, shmdt) is done all the same before it
 * fails, as Linux does with close: nobody could do it a second time. The C
 * library's own calls, as those of malloc, do not come by here.
 */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- what the test says and asks ---- */

/* What happens at the nth call. */
enum { RECORD = 0, FAIL = 1, FAIL_FROM_THERE_ON = 2, RUN = 3, KILL = 4 };

#define CALLS_MAX 4096
#define NAME_MAX_SIZE 128

static __thread bool watching;
static int mode;
static long nth;
static int error_number;
static void (*hook)(void);
static long count;
static char names[CALLS_MAX][NAME_MAX_SIZE];
static char failing[NAME_MAX_SIZE]; /* the call that fails from there on */

void faults_begin(int what, long at, int error, void (*run)(void)) {
  mode = what;
  nth = at;
  error_number = error;
  hook = run;
  count = 0;
  failing[0] = '\0';
  watching = true;
}

/* How many calls were made since. */
long faults_end(void) {
  watching = false;
  return count;
}

/* The nth call of the last watch: its name, a blank, and what it was about. */
const char *faults_name(long at) { return at >= 0 && at < count && at < CALLS_MAX ? names[at] : ""; }

/* ---- one call ---- */

static bool is_the_failing_one(const char *name) {
  size_t size = strcspn(failing, " ");
  return size > 0 && strncmp(failing, name, size) == 0 && strcspn(name, " ") == size;
}

/* Whether the call is to fail; errno is set then. */
static bool hit(const char *call, const char *about) {
  char name[NAME_MAX_SIZE];
  bool fails = false;
  if (!watching) {
    return false;
  }
  watching = false;
  snprintf(name, sizeof name, "%s %s", call, about);
  if (count < CALLS_MAX) {
    memcpy(names[count], name, sizeof name);
  }
  if (count == nth && mode == RUN) {
    hook();
  } else if (count == nth && mode == KILL) {
    raise(SIGKILL);
  } else if (count == nth && (mode == FAIL || mode == FAIL_FROM_THERE_ON)) {
    fails = true;
    memcpy(failing, name, sizeof name);
  } else if (count > nth && mode == FAIL_FROM_THERE_ON) {
    fails = is_the_failing_one(name);
  }
  count++;
  watching = true;
  if (fails) {
    errno = error_number;
  }
  return fails;
}

/* The same for a call on a descriptor, which is named by its path. */
static bool hit_fd(const char *call, int fd, const char *more) {
  char link[64];
  char path[NAME_MAX_SIZE - 32];
  char about[NAME_MAX_SIZE];
  ssize_t size;
  int kept = errno;
  bool fails;
  if (!watching) {
    return false;
  }
  watching = false;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  size = readlink(link, path, sizeof path - 1);
  path[size < 0 ? 0 : size] = '\0';
  snprintf(about, sizeof about, "%s%s%s", more, more[0] == '\0' ? "" : " ", path);
  watching = true;
  errno = kept;
  fails = hit(call, about);
  return fails;
}

/* The function that is hidden by ours. */
#define REAL(result, name, ...)                                                                              \
  static result (*real)(__VA_ARGS__);                                                                        \
  if (real == NULL) {                                                                                        \
    void *found = dlsym(RTLD_NEXT, name);                                                                    \
    memcpy(&real, &found, sizeof found);                                                                     \
  }

/* ---- files ---- */

#define OPEN(name)                                                                                           \
  int name(const char *path, int flags, ...) {                                                               \
    va_list rest;                                                                                            \
    mode_t permissions = 0;                                                                                  \
    REAL(int, #name, const char *, int, ...)                                                                 \
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {                                        \
      va_start(rest, flags);                                                                                 \
      permissions = va_arg(rest, mode_t);                                                                    \
      va_end(rest);                                                                                          \
    }                                                                                                        \
    return hit("open", path) ? -1 : real(path, flags, permissions);                                          \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                         \
  int name(int folder, const char *path, int flags, ...) {                                                   \
    va_list rest;                                                                                            \
    mode_t permissions = 0;                                                                                  \
    REAL(int, #name, int, const char *, int, ...)                                                            \
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {                                        \
      va_start(rest, flags);                                                                                 \
      permissions = va_arg(rest, mode_t);                                                                    \
      va_end(rest);                                                                                          \
    }                                                                                                        \
    return hit("open", path) ? -1 : real(folder, path, flags, permissions);                                  \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  REAL(int, "close", int)
  bool fails = hit_fd("close", fd, "");
  int kept = errno;
  int done = real(fd);
  if (fails) {
    errno = kept;
    return -1;
  }
  return done;
}

#define ON_FD(result, name, label, arguments, values, types)                                                 \
  result name arguments {                                                                                    \
    REAL(result, #name, types)                                                                               \
    return hit_fd(label, fd, "") ? -1 : real values;                                                         \
  }
#define TYPES(...) __VA_ARGS__

ON_FD(ssize_t, read, "read", (int fd, void *to, size_t size), (fd, to, size), TYPES(int, void *, size_t))
ON_FD(ssize_t, pread, "pread", (int fd, void *to, size_t size, off_t at), (fd, to, size, at),
      TYPES(int, void *, size_t, off_t))
ON_FD(ssize_t, pread64, "pread", (int fd, void *to, size_t size, off64_t at), (fd, to, size, at),
      TYPES(int, void *, size_t, off64_t))
ON_FD(ssize_t, write, "write", (int fd, const void *from, size_t size), (fd, from, size),
      TYPES(int, const void *, size_t))
ON_FD(ssize_t, pwrite, "pwrite", (int fd, const void *from, size_t size, off_t at), (fd, from, size, at),
      TYPES(int, const void *, size_t, off_t))
ON_FD(ssize_t, pwrite64, "pwrite", (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at),
      TYPES(int, const void *, size_t, off64_t))
ON_FD(int, fstat, "stat", (int fd, struct stat *facts), (fd, facts), TYPES(int, struct stat *))
ON_FD(int, fstat64, "stat", (int fd, struct stat64 *facts), (fd, facts), TYPES(int, struct stat64 *))
ON_FD(int, fallocate, "fallocate", (int fd, int how, off_t at, off_t size), (fd, how, at, size),
      TYPES(int, int, off_t, off_t))
ON_FD(int, fallocate64, "fallocate", (int fd, int how, off64_t at, off64_t size), (fd, how, at, size),
      TYPES(int, int, off64_t, off64_t))
ON_FD(int, ftruncate, "ftruncate", (int fd, off_t size), (fd, size), TYPES(int, off_t))
ON_FD(int, ftruncate64, "ftruncate", (int fd, off64_t size), (fd, size), TYPES(int, off64_t))
ON_FD(int, fchown, "fchown", (int fd, uid_t uid, gid_t gid), (fd, uid, gid), TYPES(int, uid_t, gid_t))
ON_FD(int, fchmod, "fchmod", (int fd, mode_t permissions), (fd, permissions), TYPES(int, mode_t))
ON_FD(int, fstatvfs, "statvfs", (int fd, struct statvfs *room), (fd, room), TYPES(int, struct statvfs *))
ON_FD(int, fstatvfs64, "statvfs", (int fd, struct statvfs64 *room), (fd, room),
      TYPES(int, struct statvfs64 *))

#define ON_PATH(name, label, arguments, values, types)                                                       \
  int name arguments {                                                                                       \
    REAL(int, #name, types)                                                                                  \
    return hit(label, path) ? -1 : real values;                                                              \
  }

ON_PATH(stat, "stat", (const char *path, struct stat *facts), (path, facts),
        TYPES(const char *, struct stat *))
ON_PATH(stat64, "stat", (const char *path, struct stat64 *facts), (path, facts),
        TYPES(const char *, struct stat64 *))
ON_PATH(lstat, "stat", (const char *path, struct stat *facts), (path, facts),
        TYPES(const char *, struct stat *))
ON_PATH(lstat64, "stat", (const char *path, struct stat64 *facts), (path, facts),
        TYPES(const char *, struct stat64 *))
ON_PATH(unlink, "unlink", (const char *path), (path), TYPES(const char *))
ON_PATH(unlinkat, "unlink", (int folder, const char *path, int flags), (folder, path, flags),
        TYPES(int, const char *, int))
ON_PATH(chown, "chown", (const char *path, uid_t uid, gid_t gid), (path, uid, gid),
        TYPES(const char *, uid_t, gid_t))
ON_PATH(fchownat, "chown", (int folder, const char *path, uid_t uid, gid_t gid, int flags),
        (folder, path, uid, gid, flags), TYPES(int, const char *, uid_t, gid_t, int))
ON_PATH(chmod, "chmod", (const char *path, mode_t permissions), (path, permissions),
        TYPES(const char *, mode_t))
ON_PATH(fchmodat, "chmod", (int folder, const char *path, mode_t permissions, int flags),
        (folder, path, permissions, flags), TYPES(int, const char *, mode_t, int))

int statx(int folder, const char *path, int flags, unsigned mask, struct statx *facts) {
  REAL(int, "statx", int, const char *, int, unsigned, struct statx *)
  const char *volatile name = path; /* NULL where Rust asks whether there is such a call */
  bool fails = name == NULL ? false : name[0] == '\0' ? hit_fd("stat", folder, "") : hit("stat", name);
  return fails ? -1 : real(folder, path, flags, mask, facts);
}

int linkat(int from_folder, const char *from, int folder, const char *path, int flags) {
  REAL(int, "linkat", int, const char *, int, const char *, int)
  return hit("linkat", path) ? -1 : real(from_folder, from, folder, path, flags);
}

/* Of a lock; the other commands ask what only a bug could make fail. */
static const char *lock_name(int command) {
  return command == F_OFD_SETLK ? "set" : command == F_OFD_GETLK ? "get" : NULL;
}

#define FCNTL(name)                                                                                          \
  int name(int fd, int command, ...) {                                                                       \
    va_list rest;                                                                                            \
    void *argument;                                                                                          \
    REAL(int, #name, int, int, ...)                                                                          \
    va_start(rest, command);                                                                                 \
    argument = va_arg(rest, void *);                                                                         \
    va_end(rest);                                                                                            \
    if (lock_name(command) != NULL && hit_fd("fcntl", fd, lock_name(command))) {                             \
      return -1;                                                                                             \
    }                                                                                                        \
    return real(fd, command, argument);                                                                      \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *)
  return hit("open", path) ? NULL : real(path);
}

/* ---- memory ---- */

#define MMAP(name, offset)                                                                                   \
  void *name(void *base, size_t size, int protection, int flags, int fd, offset at) {                        \
    REAL(void *, #name, void *, size_t, int, int, int, offset)                                               \
    return hit_fd("mmap", fd, "") ? MAP_FAILED : real(base, size, protection, flags, fd, at);                \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

int munmap(void *base, size_t size) {
  REAL(int, "munmap", void *, size_t)
  bool fails = hit("munmap", "");
  int kept = errno;
  int done = real(base, size);
  if (fails) {
    errno = kept;
    return -1;
  }
  return done;
}

int madvise(void *base, size_t size, int advice) {
  REAL(int, "madvise", void *, size_t, int)
  return hit("madvise", advice == MADV_WIPEONFORK ? "wipe"
                        : advice == MADV_DONTDUMP ? "dump"
                                                  : "populate")
             ? -1
             : real(base, size, advice);
}

int memfd_create(const char *name, unsigned flags) {
  REAL(int, "memfd_create", const char *, unsigned)
  return hit("memfd_create", name) ? -1 : real(name, flags);
}

ssize_t getrandom(void *to, size_t size, unsigned flags) {
  REAL(ssize_t, "getrandom", void *, size_t, unsigned)
  return hit("getrandom", "") ? -1 : real(to, size, flags);
}

int poll(struct pollfd *asked, nfds_t number, int time) {
  REAL(int, "poll", struct pollfd *, nfds_t, int)
  return hit("poll", "") ? -1 : real(asked, number, time);
}

/* ---- System V ---- */

static const char *shmctl_name(int command) {
  return command == IPC_STAT ? "stat" : command == IPC_SET ? "set" : command == IPC_RMID ? "remove" : "other";
}

int shmget(key_t key, size_t size, int flags) {
  REAL(int, "shmget", key_t, size_t, int)
  return hit("shmget", (flags & IPC_CREAT) != 0 ? "create" : "find") ? -1 : real(key, size, flags);
}

void *shmat(int id, const void *base, int flags) {
  REAL(void *, "shmat", int, const void *, int)
  return hit("shmat", (flags & SHM_RDONLY) != 0 ? "read" : "write") ? (void *)-1 : real(id, base, flags);
}

int shmdt(const void *base) {
  REAL(int, "shmdt", const void *)
  bool fails = hit("shmdt", "");
  int kept = errno;
  int done = real(base);
  if (fails) {
    errno = kept;
    return -1;
  }
  return done;
}

int shmctl(int id, int command, struct shmid_ds *facts) {
  REAL(int, "shmctl", int, int, struct shmid_ds *)
  return hit("shmctl", shmctl_name(command)) ? -1 : real(id, command, facts);
}

/* ---- by number ---- */

/* Whether this call is to fail before it is made. */
static bool hit_number(long number, const long *a) {
  const char *path;
  switch (number) {
  case SYS_pread64:
    return hit_fd("pread", (int)a[0], "");
  case SYS_pwrite64:
    return hit_fd("pwrite", (int)a[0], "");
  case SYS_fallocate:
    return hit_fd("fallocate", (int)a[0], "");
  case SYS_ftruncate:
    return hit_fd("ftruncate", (int)a[0], "");
  case SYS_fchown:
    return hit_fd("fchown", (int)a[0], "");
  case SYS_fchmod:
    return hit_fd("fchmod", (int)a[0], "");
  case SYS_linkat:
    memcpy(&path, &a[3], sizeof path);
    return hit("linkat", path);
  case SYS_madvise:
    return hit("madvise", a[2] == MADV_WIPEONFORK ? "wipe" : a[2] == MADV_DONTDUMP ? "dump" : "populate");
  case SYS_getrandom:
    return hit("getrandom", "");
  case SYS_memfd_create:
    return hit("memfd_create", "");
  case SYS_pidfd_open:
    return hit("pidfd_open", "");
  case SYS_membarrier:
    return hit("membarrier", "");
  case 451: /* its name is younger than some headers */
    return hit("cachestat", "");
  case SYS_shmget:
    return hit("shmget", (a[2] & IPC_CREAT) != 0 ? "create" : "find");
  case SYS_shmat:
    return hit("shmat", (a[2] & SHM_RDONLY) != 0 ? "read" : "write");
  case SYS_shmctl:
    return hit("shmctl", shmctl_name((int)a[1]));
  case SYS_prlimit64:
    return hit("prlimit", "");
  case SYS_statfs:
    return hit("statfs", "");
  case SYS_mlock:
    return hit("mlock", "");
  case SYS_shmdt: /* failing after it is done */
  case SYS_futex:
  case SYS_kill: /* signal 0, where pidfd_open failed */
  case SYS_nanosleep:
    return false;
  default: {
    char text[32];
    snprintf(text, sizeof text, "%ld", number);
    return hit("syscall", text);
  }
  }
}

long syscall(long number, ...) {
  va_list rest;
  long a[6];
  long done;
  REAL(long, "syscall", long, ...)
  va_start(rest, number);
  for (int i = 0; i < 6; i++) {
    a[i] = va_arg(rest, long);
  }
  va_end(rest);
  if (hit_number(number, a)) {
    return -1;
  }
  done = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (number == SYS_shmdt && hit("shmdt", "")) {
    return -1;
  }
  return done;
}

int mlock(const void *base, size_t size) {
  REAL(int, "mlock", const void *, size_t)
  return hit("mlock", "") ? -1 : real(base, size);
}

int munlock(const void *base, size_t size) {
  REAL(int, "munlock", const void *, size_t)
  return hit("munlock", "") ? -1 : real(base, size);
}
