/* ---- The id file of a private System V segment --------------------------
 *
 * Such a segment has no key by which it could be found; the file holds its id.
 * One line: `shmgen.sysv ID BIRTH_MARK SIZE IPC_NAMESPACE BOOT`, the birth mark as
 * 16 hexadecimal digits, zeros for a bare segment; an earlier form, which is still
 * read, ends with the size. The file is there, whole and with mode 0600, once the
 * segment is ready, and is never changed; so whoever finds it finds a segment that
 * can be used, or one that is gone. That is determined by id, birth mark and size: ids
 * come again.
 *
 * The file of a segment that is gone is stale. Attaching calls it SHM_NOT_FOUND;
 * creating puts a new one in its place. An id counts in its IPC namespace alone:
 * what lies in another one of this boot cannot be looked for, so it is
 * SHM_UNSUPPORTED, and nothing is changed.
 */

#define SHM_ID_FILE_WORD "shmgen.sysv "
#define SHM_ID_FILE_SIZE 128 /* no id file is longer */

typedef struct shm_id_file {
  int fd;
  struct stat facts;
  int32_t id;
  uint64_t birth_mark; /* of a segment of ours; 0 of a bare one */
  uint64_t size;
  uint64_t ipc_namespace;      /* in which the id counts, by its inode */
  char boot[SHM_BOOT_ID_SIZE]; /* of which that is one; empty in the earlier form */
} shm_id_file;

/* Notes where the caller is, if that can be determined. */
SHM_APART void shm_id_file_here(shm_id_file *file) {
  shm_boot_id(file->boot);
  file->ipc_namespace = shm_ipc_namespace();
  if (file->ipc_namespace == 0) {
    file->boot[0] = '\0';
  }
}

/* The line of an id file. */
SHM_APART void shm_id_file_line(const shm_id_file *file, shm_text *line, char buffer[SHM_ID_FILE_SIZE]) {
  shm_text_begin(line, buffer, SHM_ID_FILE_SIZE);
  shm_add(line, SHM_ID_FILE_WORD);
  shm_add_signed(line, file->id);
  shm_add(line, " ");
  shm_add_digits(line, file->birth_mark, 16, 16);
  shm_add(line, " ");
  shm_add_number(line, file->size);
  if (file->boot[0] != '\0') {
    shm_add(line, " ");
    shm_add_number(line, file->ipc_namespace);
    shm_add(line, " ");
    shm_add(line, file->boot);
  }
  shm_add(line, "\n");
}

/* Reads a number up to the next white space, and steps behind that. */
SHM_APART uint64_t shm_id_file_number(const char **at, unsigned base) {
  uint64_t number = 0;
  for (; **at > ' '; (*at)++) {
    char c = **at;
    number = number * base + SHM_CAST(uint64_t, c >= 'a' ? c - 'a' + 10 : c - '0');
  }
  *at += **at != '\0' ? 1 : 0;
  return number;
}

/* What a text says, if it is the line of an id file and nothing else. */
SHM_APART bool shm_id_file_parse(const char *text, size_t count, shm_id_file *file) {
  char buffer[SHM_ID_FILE_SIZE];
  shm_text line;
  const char *at = text + strlen(SHM_ID_FILE_WORD);
  if (count < strlen(SHM_ID_FILE_WORD) || memcmp(text, SHM_ID_FILE_WORD, strlen(SHM_ID_FILE_WORD)) != 0) {
    return false;
  }
  file->id = SHM_CAST(int32_t, shm_id_file_number(&at, 10) & INT32_MAX);
  file->birth_mark = shm_id_file_number(&at, 16);
  file->size = shm_id_file_number(&at, 10);
  file->ipc_namespace = 0;
  memset(file->boot, 0, sizeof file->boot);
  if (*at != '\0') {
    size_t used = 0;
    file->ipc_namespace = shm_id_file_number(&at, 10);
    while (*at > ' ' && used < sizeof file->boot - 1) {
      file->boot[used++] = *at++;
    }
    if (file->ipc_namespace == 0 || !shm_is_boot_id(file->boot)) {
      return false;
    }
  }
  /* Whatever else stands there gives another line. */
  shm_id_file_line(file, &line, buffer);
  return line.used == count && memcmp(buffer, text, count) == 0;
}

SHM_APART shm_status shm_fail_id_file(shm_attempt attempt, const char *path, const char *why) {
  shm_text *text = shm_explain_attempt(attempt, SHM_CORRUPT);
  shm_add(text, "`");
  shm_add_outside(text, path, SIZE_MAX);
  shm_add(text, "` ");
  shm_add(text, why);
  shm_add(text, ", so it is no id file of shmgen; nothing was changed");
  return SHM_CORRUPT;
}

/* Opens the very file that was looked at, and reads it: its name may be given to
 * another one at any moment. */
SHM_APART shm_status shm_id_file_open_seen(const char *path, int peek, int access, shm_attempt attempt,
                                           shm_id_file *file) {
  char text[SHM_ID_FILE_SIZE + 1] = SHM_ZERO;
  char seen[32];
  int64_t count;
  shm_status status = SHM_OK;
  shm_proc_path(seen, peek);
  file->fd = shm_sys_open(seen, access | O_NONBLOCK, 0);
  if (file->fd < 0) {
    return errno == EWOULDBLOCK
               ? shm_fail(attempt, SHM_BUSY, "somebody holds a lease on its id file (fcntl F_SETLEASE)")
           : errno == ENOENT ? shm_fail(attempt, SHM_UNSUPPORTED, "reading its id file needs /proc")
                             : shm_fail_os(attempt, "open of its id file", errno);
  }
  count = shm_sys_pread(file->fd, text, SHM_ID_FILE_SIZE, 0);
  if (count < 0) {
    status = shm_fail_os(attempt, "read of its id file", errno);
  } else if (!shm_id_file_parse(text, SHM_CAST(size_t, count), file)) {
    status = shm_fail_id_file(attempt, path, "says something else");
  }
  if (status != SHM_OK) {
    close(file->fd);
  }
  return status;
}

/* Reads an id file; its descriptor is the caller's to close. */
SHM_APART shm_status shm_id_file_read(const char *path, int access, shm_attempt attempt, shm_id_file *file) {
  int peek;
  shm_status status = shm_look(path, "an id file", attempt, &peek, &file->facts);
  if (status != SHM_OK) {
    return status;
  }
  if (file->facts.st_size <= 0) {
    status = shm_fail_id_file(attempt, path, "is empty");
  } else if (file->facts.st_size > SHM_ID_FILE_SIZE) {
    status = shm_fail_id_file(attempt, path, "is longer than 128 bytes");
  } else {
    status = shm_id_file_open_seen(path, peek, access, attempt, file);
  }
  close(peek);
  return status;
}

/* Whether the segment of an id file is still there, and the kernel's word on it. */
SHM_APART shm_status shm_id_file_segment(const shm_id_file *file, shm_attempt attempt, bool *there,
                                         shm_sysv_facts *facts) {
  uint64_t birth_mark = 0;
  bool ours = false;
  shm_id_file here = SHM_ZERO;
  shm_status status;
  *there = false;
  shm_id_file_here(&here);
  if (file->boot[0] != '\0' && here.boot[0] != '\0') {
    bool same_boot = strcmp(file->boot, here.boot) == 0;
    if (same_boot && file->ipc_namespace != here.ipc_namespace) {
      return shm_fail(attempt, SHM_UNSUPPORTED,
                      "its segment lies in another IPC namespace (of a container, or of a service with "
                      "PrivateIPC=yes), and its id is valid only there; nothing was changed; join that "
                      "namespace (nsenter --ipc, docker run --ipc), or delete its id file if that namespace "
                      "is gone");
    }
    /* No segment outlives its boot, and a bare one has nothing to be known by. */
    if (!same_boot && file->birth_mark == 0) {
      return SHM_OK;
    }
  }
  status = shm_sysv_stat(file->id, attempt, facts);
  *there = status == SHM_OK && (facts->mode & SHM_SYSV_MODE_DEST) == 0 && facts->key == 0 &&
           facts->size == file->size;
  if (*there && file->birth_mark != 0) {
    /* What may not be looked at may be the one. */
    status = shm_sysv_birth_mark(file->id, attempt, &ours, &birth_mark);
    *there = status == SHM_OK && ours && birth_mark == file->birth_mark;
  }
  return status == SHM_NOT_FOUND ? SHM_OK : status;
}

/* Whether the segment of an id file is there, for a creator: one that is removed
 * but for the last step is taken away. */
SHM_APART shm_status shm_id_file_is_taken(const shm_id_file *file, shm_attempt attempt, bool *taken) {
  shm_sysv_facts facts;
  shm_status status = shm_id_file_segment(file, attempt, taken, &facts);
  if (status == SHM_OK && *taken && file->birth_mark != 0 && shm_sysv_reap_retired(file->id)) {
    *taken = false;
  }
  return status;
}

/* The id that the file at a path leads to. */
SHM_APART shm_status shm_id_file_find(const char *path, shm_attempt attempt, int32_t *id) {
  shm_id_file file;
  shm_sysv_facts facts;
  bool there;
  bool known;
  uint32_t me = geteuid();
  shm_text *why;
  shm_status status = shm_id_file_read(path, O_RDONLY, attempt, &file);
  if (status != SHM_OK) {
    return status;
  }
  known = !shm_uid_is_anybody(file.facts.st_uid) || (file.facts.st_uid == me && shm_owns_file(file.fd));
  close(file.fd);
  status = shm_id_file_segment(&file, attempt, &there, &facts);
  if (status != SHM_OK) {
    return status;
  }
  if (!there) {
    why = shm_explain_attempt(attempt, SHM_NOT_FOUND);
    shm_add(why, "its id file is stale: segment ");
    shm_add_signed(why, file.id);
    shm_add(why, " is gone, or is another one by now");
    return SHM_NOT_FOUND;
  }
  /* Else who can write the folder could send its readers to a segment of their
   * own choice among those that belong to others. */
  if (file.facts.st_uid != 0 && !(known && (file.facts.st_uid == me || file.facts.st_uid == facts.uid))) {
    why = shm_explain_attempt(attempt, SHM_PERMISSION);
    shm_add(why, "its id file belongs to uid ");
    shm_add_number(why, file.facts.st_uid);
    shm_add(why, ", who is neither root nor you (uid ");
    shm_add_number(why, me);
    shm_add(why, ") nor the segment's owner (uid ");
    shm_add_number(why, facts.uid);
    shm_add(why, ")");
    return SHM_PERMISSION;
  }
  *id = file.id;
  return SHM_OK;
}

/* Refuses to create where an id file leads to a segment, or where something else
 * lies in its place. */
SHM_APART shm_status shm_id_file_check_free(const char *path, shm_attempt attempt) {
  shm_id_file file;
  bool taken;
  shm_status status = shm_id_file_read(path, O_RDONLY, attempt, &file);
  if (status != SHM_OK) {
    return status == SHM_NOT_FOUND ? SHM_OK : status;
  }
  close(file.fd);
  status = shm_id_file_is_taken(&file, attempt, &taken);
  return status == SHM_OK && taken ? shm_fail_os(attempt, "open", EEXIST) : status;
}

/*
 * Unlinks a path if it still leads to the id file that was opened for writing;
 * under a lock on that file, else a late one would take its successor away.
 */
SHM_APART shm_status shm_id_file_take_away(const char *path, const shm_id_file *file, shm_attempt attempt) {
  struct stat now;
  int peek;
  bool same;
  shm_status status;
  shm_lock_result lock = shm_try_write_lock(file->fd, SHM_BYTE_REMOVE);
  if (lock == SHM_LOCK_FAILED) {
    return shm_fail_lock(attempt, errno);
  }
  if (lock == SHM_LOCK_HELD) {
    shm_sys_sleep_ms(1);
    return SHM_OK;
  }
  status = shm_look(path, "an id file", attempt, &peek, &now);
  if (status != SHM_OK) {
    return status == SHM_NOT_FOUND ? SHM_OK : status;
  }
  same = shm_same_file(&now, &file->facts);
  close(peek);
  return same && unlink(path) != 0 ? shm_fail_os(attempt, "unlink of its id file", errno) : SHM_OK;
}

#define SHM_ID_FILE_TRIES 100

SHM_APART shm_status shm_fail_id_file_busy(shm_attempt attempt) {
  return shm_fail(attempt, SHM_BUSY, "others are replacing its id file all the time");
}

/* Takes the name of a stale id file away; SHM_OK is to look once more. */
SHM_APART shm_status shm_id_file_replace(const char *path, const shm_options *options, shm_attempt attempt) {
  shm_id_file file;
  bool taken;
  shm_status status = shm_id_file_read(path, O_RDWR, attempt, &file);
  if (status != SHM_OK) {
    return status == SHM_NOT_FOUND ? SHM_OK : status;
  }
  status = shm_id_file_is_taken(&file, attempt, &taken);
  if (status == SHM_OK && taken) {
    status = shm_fail_os(attempt, "linkat", EEXIST);
  }
  if (status == SHM_OK) {
    status = shm_check_owner(options, file.facts.st_uid, file.fd, attempt);
  }
  if (status == SHM_OK) {
    status = shm_id_file_take_away(path, &file, attempt);
  }
  close(file.fd);
  return status;
}

/* Gives the file its name; the name is taken from a stale one. */
SHM_APART shm_status shm_id_file_link(const char *from, const char *path, const shm_options *options,
                                      shm_attempt attempt) {
  for (int tries = 0; tries < SHM_ID_FILE_TRIES; tries++) {
    shm_status status;
    if (shm_sys_linkat(from, path) == 0) {
      return SHM_OK;
    }
    if (errno == ENOENT) {
      return shm_fail(attempt, SHM_UNSUPPORTED,
                      "giving its id file a name needs /proc, which is not mounted");
    }
    if (errno != EEXIST) {
      return shm_fail_os(attempt, "linkat of its id file", errno);
    }
    status = shm_id_file_replace(path, options, attempt);
    if (status != SHM_OK) {
      return status;
    }
  }
  return shm_fail_id_file_busy(attempt);
}

/*
 * Makes a file for an id file: nameless where the file system can do that, so
 * that nobody who is killed leaves a piece of it behind; `named` is its path
 * where it cannot, else empty.
 */
SHM_APART shm_status shm_id_file_make(const char *path, shm_attempt attempt, int *fd, char *named,
                                      size_t named_size) {
  const char *slash = strrchr(path, '/');
  shm_text text;
  shm_text_begin(&text, named, named_size);
  shm_add_bytes(&text, path, slash == NULL ? 0 : SHM_CAST(size_t, slash + 1 - path));
  shm_add(&text, ".");
  *fd = shm_sys_open(named, SHM_SYS_TMPFILE | O_RDWR, 0600);
  named[0] = '\0';
  if (*fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    shm_text_begin(&text, named, named_size);
    shm_add(&text, path);
    shm_add(&text, ".");
    shm_add_digits(&text, shm_random(), 16, 16);
    *fd = shm_sys_open(named, O_CREAT | O_EXCL | O_RDWR | SHM_SYS_NOFOLLOW, 0600);
  }
  if (*fd < 0 && errno == ENOENT) {
    shm_text *why = shm_explain_attempt(attempt, SHM_NOT_FOUND);
    shm_add(why, "there is no folder for its id file `");
    shm_add_outside(why, path, SIZE_MAX);
    shm_add(why, "`");
    SHM_VERSIONED(shm_runtime_failure).os_error = ENOENT;
    return SHM_NOT_FOUND;
  }
  return *fd >= 0 ? SHM_OK : shm_fail_os(attempt, "open of its id file", errno);
}

/*
 * Writes the id file of a segment that is ready. It appears whole; an existing
 * one is replaced only if it is stale.
 */
SHM_APART shm_status shm_id_file_publish(const char *path, const shm_id_file *says, const shm_making *making,
                                         const shm_options *options, shm_attempt attempt) {
  char named[SHM_ADDRESS_SIZE];
  char from[32];
  char buffer[SHM_ID_FILE_SIZE];
  shm_text line;
  shm_making own = *making;
  int fd;
  shm_status status = shm_id_file_make(path, attempt, &fd, named, sizeof named);
  if (status != SHM_OK) {
    return status;
  }
  /* Whoever may use the segment by this file is its owner. */
  own.mode = 0600;
  status = shm_file_give(fd, &own, attempt);
  shm_id_file_line(says, &line, buffer);
  if (status == SHM_OK) {
    status = shm_limit_file_size(line.used, attempt);
  }
  if (status == SHM_OK && (shm_sys_pwrite(fd, buffer, line.used, 0) != SHM_CAST(int64_t, line.used) ||
                           shm_libc_syscall(SYS_fdatasync, fd) != 0)) {
    status = shm_fail_os(attempt, "write of its id file", errno);
  }
  if (status == SHM_OK) {
    shm_proc_path(from, fd);
    status = shm_id_file_link(named[0] != '\0' ? named : from, path, options, attempt);
  }
  if (named[0] != '\0') {
    unlink(named);
  }
  close(fd);
  return status;
}

/* Deletes the id file of a segment that was removed, unless it is another one's
 * by now. */
SHM_APART shm_status shm_id_file_remove(const char *path, int32_t id, shm_attempt attempt) {
  for (int tries = 0; tries < SHM_ID_FILE_TRIES; tries++) {
    shm_id_file file;
    shm_sysv_facts facts;
    bool there = false;
    bool another;
    shm_status status = shm_id_file_read(path, O_RDWR, attempt, &file);
    if (status == SHM_NOT_FOUND || status == SHM_CORRUPT) {
      return SHM_OK; /* it is gone, or something else lies in its place */
    }
    if (status != SHM_OK) {
      return status;
    }
    another = file.id != id;
    if (!another) {
      status = shm_id_file_segment(&file, attempt, &there, &facts);
    }
    if (status == SHM_OK && !another && !there) {
      status = shm_id_file_take_away(path, &file, attempt);
    }
    close(file.fd);
    if (status != SHM_OK || another || there) {
      return status;
    }
  }
  return shm_fail_id_file_busy(attempt);
}

/* Gives the id file to the segment's new owner; the mode stays. */
SHM_APART shm_status shm_id_file_set(const char *path, uint32_t uid, uint32_t gid, shm_attempt attempt) {
  shm_id_file file;
  shm_status status = shm_id_file_read(path, O_RDONLY, attempt, &file);
  if (status == SHM_OK) {
    status = shm_posix_set(file.fd, uid, gid, UINT32_MAX, attempt);
    close(file.fd);
  }
  return status;
}
