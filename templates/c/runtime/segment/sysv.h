/* ---- System V segments --------------------------------------------------
 *
 * shmget(2) and its family. They have no file that could carry the
 * participants' locks; a segment of ours therefore has a companion in /dev/shm,
 * named after its id and its birth mark, with the same owner and mode. It is
 * there before the segment is ready and goes with it. It holds eight bytes: the
 * IPC namespace of its segment, as the inode of /proc/thread-self/ns/ipc.
 */

/* The kernel's word on a segment; an id that leads nowhere is SHM_NOT_FOUND. */
SHM_APART shm_status shm_sysv_stat(int32_t id, shm_attempt attempt, shm_sysv_facts *facts) {
  memset(facts, 0, sizeof *facts);
  if (shm_sys_shmctl(id, SHM_SYSV_STAT, facts) >= 0) {
    return SHM_OK;
  }
  return errno == EINVAL || errno == EIDRM ? shm_fail_os(attempt, "shmctl", ENOENT)
                                           : shm_fail_os(attempt, "shmctl(IPC_STAT)", errno);
}

/* Whether it was marked for removal, or is gone. */
SHM_APART bool shm_sysv_is_removed(int32_t id) {
  shm_sysv_facts facts;
  memset(&facts, 0, sizeof facts);
  if (shm_sys_shmctl(id, SHM_SYSV_STAT, &facts) < 0) {
    return errno == EINVAL || errno == EIDRM;
  }
  return (facts.mode & SHM_SYSV_MODE_DEST) != 0;
}

/* Why ftok has nothing to make a key of. */
SHM_APART shm_status shm_fail_ftok(shm_attempt attempt, const char *path, int os_error) {
  bool missing = os_error == ENOENT || os_error == ENOTDIR;
  shm_status status = missing ? SHM_NOT_FOUND : os_error == EACCES ? SHM_PERMISSION : SHM_OS;
  shm_text *why = shm_explain_attempt(attempt, status);
  shm_add(why, missing ? "there is no file `" : os_error == EACCES ? "the file `" : "stat of `");
  shm_add_outside(why, path, SIZE_MAX);
  if (missing) {
    shm_add(why, "`, of which ftok would make the key; make it first");
  } else if (os_error == EACCES) {
    shm_add(why, "`, of which ftok makes the key, may not be looked at");
  } else {
    shm_add(why, "`, of which ftok makes the key: ");
    shm_add_os_error(why, os_error);
  }
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return status;
}

/* The key of an address; an id has none, and one with an id file has the private
 * one, which makes a new segment each time. */
SHM_APART shm_status shm_sysv_key(const shm_address *address, shm_attempt attempt, int32_t *key) {
  uint32_t bits = address->number;
  if (address->kind == SHM_ADDRESS_FTOK) {
    char path[SHM_ADDRESS_SIZE];
    struct stat facts;
    memcpy(path, address->text + strlen(SHM_FTOK_SCHEME), address->path_size);
    path[address->path_size] = '\0';
    if (stat(path, &facts) != 0) {
      return shm_fail_ftok(attempt, path, errno);
    }
    /* As ftok(3) of the GNU C library makes it. */
    bits = (SHM_CAST(uint32_t, facts.st_ino) & 0xFFFF) | (SHM_CAST(uint32_t, facts.st_dev) & 0xFF) << 16 |
           address->number << 24;
  } else if (address->kind == SHM_ADDRESS_FILE) {
    bits = 0;
  } else if (address->kind == SHM_ADDRESS_MEMFD) {
    return shm_fail(attempt, SHM_INVALID, "a memfd gets its place from the system; create it at memfd:");
  } else if (address->kind != SHM_ADDRESS_KEY) {
    return shm_fail(attempt, SHM_INVALID,
                    "an id is given by the system; create by a key (sysv:0x53480001), or with an id file "
                    "(sysv-file:PATH)");
  }
  *key = SHM_CAST(int32_t, bits);
  return SHM_OK;
}

SHM_APART shm_status shm_sysv_map(int32_t id, uint64_t size, bool read_only, shm_attempt attempt,
                                  char **base) {
  *base = shm_shmat_aligned(id, size, read_only);
  if (*base != NULL) {
    return SHM_OK;
  }
  return errno == EINVAL || errno == EIDRM ? shm_fail_os(attempt, "shmat", ENOENT)
                                           : shm_fail_map(attempt, "shmat", size, errno);
}

/* Maps a segment after a look at its owner. */
SHM_APART shm_status shm_sysv_attach(int32_t id, bool read_only, const shm_options *options,
                                     shm_attempt attempt, char **base, uint64_t *size) {
  shm_sysv_facts facts;
  shm_status status = shm_sysv_stat(id, attempt, &facts);
  if (status == SHM_OK && (facts.mode & SHM_SYSV_MODE_DEST) != 0) {
    status = shm_fail_os(attempt, "shmctl", ENOENT);
  }
  if (status == SHM_OK) {
    status = shm_check_owner(options, facts.uid, -1, attempt);
  }
  if (status == SHM_OK) {
    status = shm_sysv_map(id, facts.size, read_only, attempt, base);
  }
  if (status != SHM_OK) {
    return status;
  }
  /* Owner and size once more, now that being mapped keeps the id from another one. */
  *size = facts.size;
  status = shm_sysv_stat(id, attempt, &facts);
  if (status == SHM_OK) {
    status = shm_check_owner(options, facts.uid, -1, attempt);
  }
  if (status == SHM_OK && facts.size != *size) {
    status = shm_fail(attempt, SHM_BUSY, "the id was given to another segment meanwhile");
  }
  if (status != SHM_OK) {
    shm_sys_shmdt(*base);
  }
  return status;
}

/* Changes owner and mode; UINT32_MAX keeps what is. */
SHM_APART shm_status shm_sysv_set(int32_t id, uint32_t uid, uint32_t gid, uint32_t mode,
                                  shm_attempt attempt) {
  shm_sysv_facts facts;
  shm_status status = shm_sysv_stat(id, attempt, &facts);
  if (status != SHM_OK) {
    return status;
  }
  facts.uid = uid != UINT32_MAX ? uid : facts.uid;
  facts.gid = gid != UINT32_MAX ? gid : facts.gid;
  facts.mode = mode != UINT32_MAX ? mode & 0777 : facts.mode;
  if (shm_sys_shmctl(id, SHM_SYSV_SET, &facts) < 0) {
    int os_error = errno;
    /* The same errno for a user that there is not, and for a segment that is gone
     * meanwhile. */
    status = shm_sysv_stat(id, attempt, &facts);
    return status == SHM_NOT_FOUND ? status : shm_fail_os(attempt, "shmctl(IPC_SET)", os_error);
  }
  return SHM_OK;
}

/* A private copy of the first bytes of a mapped segment, if they are a header. */
SHM_APART bool shm_mapped_header(const char *base, uint64_t size, shm_header *header) {
  if (size < SHM_HEADER_SIZE) {
    return false;
  }
  shm_copy_out(header->bytes, base, SHM_HEADER_SIZE);
  shm_parse_header(header);
  return shm_check_form(header->bytes, SHM_HEADER_SIZE) == SHM_FORM_OK;
}

/* The birth mark of a segment, if it is one of ours, as far as its first bytes tell. */
SHM_APART shm_status shm_sysv_birth_mark(int32_t id, shm_attempt attempt, bool *ours, uint64_t *birth_mark) {
  shm_sysv_facts facts;
  shm_header header;
  char *base;
  shm_status status = shm_sysv_stat(id, attempt, &facts);
  if (status == SHM_OK) {
    status = shm_sysv_map(id, facts.size, true, attempt, &base);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(&header, 0, sizeof header);
  *ours = shm_mapped_header(base, facts.size, &header);
  *birth_mark = header.birth_mark;
  shm_sys_shmdt(base);
  return SHM_OK;
}

/* Removes a segment that this process has just made. */
SHM_INLINE void shm_sysv_discard(int32_t id) { shm_sys_shmctl(id, SHM_SYSV_REMOVE, NULL); }

/* ---- its companion ---- */

#define SHM_COMPANION_SIZE 64

SHM_APART void shm_companion_path(int32_t id, uint64_t birth_mark, char path[SHM_COMPANION_SIZE]) {
  shm_text text;
  shm_text_begin(&text, path, SHM_COMPANION_SIZE);
  shm_add(&text, SHM_DIR "/.shmgen.sysv.");
  shm_add_signed(&text, id);
  shm_add(&text, ".");
  shm_add_digits(&text, birth_mark, 16, 16);
}

SHM_APART void shm_companion_remove(int32_t id, uint64_t birth_mark) {
  char path[SHM_COMPANION_SIZE];
  shm_companion_path(id, birth_mark, path);
  unlink(path);
}

/*
 * Makes the file that carries the participants' locks. It gets its name when it is
 * whole: one that does not say where it belongs is kept for ever.
 */
SHM_APART shm_status shm_companion_make(int32_t id, uint64_t birth_mark, const shm_making *making,
                                        shm_attempt attempt, int *fd) {
  char path[SHM_COMPANION_SIZE];
  uint64_t namespace_inode = shm_ipc_namespace();
  char own[SHM_OWN_NAME_SIZE];
  shm_status status = shm_posix_open_nameless(attempt, fd, own);
  if (status != SHM_OK) {
    return status;
  }
  shm_companion_path(id, birth_mark, path);
  status = shm_limit_file_size(sizeof namespace_inode, attempt);
  if (status != SHM_OK) {
    /* it stays without */
  } else if (shm_sys_pwrite(*fd, &namespace_inode, sizeof namespace_inode, 0) != sizeof namespace_inode) {
    status = shm_fail_os(attempt, "pwrite to its companion file", errno);
  } else {
    status = shm_file_give(*fd, making, attempt);
  }
  if (status == SHM_OK) {
    status = shm_posix_link_as(*fd, path, attempt);
  }
  shm_drop_own_name(own);
  if (status != SHM_OK) {
    close(*fd);
  }
  return status;
}

/* Opens the companion of a segment; each attachment does so for itself. */
SHM_APART shm_status shm_companion_open(int32_t id, uint64_t birth_mark, bool read_only,
                                        const shm_options *options, shm_attempt attempt, int *fd) {
  static const char no_regular_file[] = "its companion is no regular file; somebody put it there";
  char path[SHM_COMPANION_SIZE];
  struct stat facts;
  shm_status status;
  shm_companion_path(id, birth_mark, path);
  *fd = shm_sys_open(path, (read_only ? O_RDONLY : O_RDWR) | SHM_SYS_NOFOLLOW | O_NONBLOCK, 0);
  if (*fd < 0 && errno == ENOENT) {
    shm_text *why = shm_explain_attempt(attempt, SHM_UNSUPPORTED);
    shm_add(why, "its companion ");
    shm_add(why, path);
    shm_add(why, " is out of sight; processes that share System V segments must share " SHM_DIR " too");
    SHM_VERSIONED(shm_runtime_failure).os_error = ENOENT;
    return SHM_UNSUPPORTED;
  }
  /* A symbolic link, a directory, a socket or a device. */
  if (*fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO || errno == ENODEV)) {
    return shm_fail_with(attempt, SHM_PERMISSION, no_regular_file, errno);
  }
  if (*fd < 0) {
    return shm_fail_os(attempt, "open of its companion file in " SHM_DIR, errno);
  }
  if (fstat(*fd, &facts) != 0) {
    status = shm_fail_os(attempt, "fstat of its companion file", errno);
  } else if ((SHM_CAST(uint32_t, facts.st_mode) & SHM_SYS_TYPE_MASK) != SHM_SYS_REGULAR) {
    status = shm_fail(attempt, SHM_PERMISSION, no_regular_file);
  } else {
    status = shm_check_owner(options, facts.st_uid, *fd, attempt);
  }
  if (status != SHM_OK) {
    close(*fd);
  }
  return status;
}

/* Changes owner and mode of the companion, if it is in sight. */
SHM_APART shm_status shm_companion_set(int32_t id, uint64_t birth_mark, uint32_t uid, uint32_t gid,
                                       uint32_t mode, shm_attempt attempt) {
  char path[SHM_COMPANION_SIZE];
  shm_status status;
  int fd;
  shm_companion_path(id, birth_mark, path);
  fd = shm_sys_open(path, SHM_SYS_PATH | SHM_SYS_NOFOLLOW, 0);
  if (fd < 0) {
    return errno == ENOENT ? SHM_OK : shm_fail_os(attempt, "open of its companion file in " SHM_DIR, errno);
  }
  status = shm_posix_set(fd, uid, gid, mode, attempt);
  close(fd);
  return status;
}

/* Whether a mapped segment says of itself that it is removed. */
SHM_APART bool shm_mapped_is_retired(const char *base, uint64_t size, shm_header *header) {
  memset(header, 0, sizeof *header);
  return shm_mapped_header(base, size, header) && header->state == SHM_SEGMENT_RETIRED;
}

/*
 * Removes a segment of the caller's that says of itself that it is removed, and
 * is still there: whoever collected it died before it was done. Not one that is
 * being judged at this moment, which may be declared ready again. Whether it did.
 */
SHM_APART bool shm_sysv_reap_retired(int32_t id) {
  shm_options any = SHM_ZERO;
  shm_sysv_facts facts;
  shm_header header;
  char *base;
  int companion = -1;
  bool retired;
  memset(&facts, 0, sizeof facts);
  if (shm_sys_shmctl(id, SHM_SYSV_STAT, &facts) < 0 || (facts.mode & SHM_SYSV_MODE_DEST) != 0 ||
      !(shm_uid_is_caller(facts.uid) || shm_uid_is_caller(facts.creator_uid))) {
    return false;
  }
  base = shm_sys_shmat(id, SHM_SYSV_READ_ONLY);
  if (base == NULL) {
    return false;
  }
  any.any_owner = 1;
  retired = shm_mapped_is_retired(base, facts.size, &header);
  if (retired && shm_companion_open(id, header.birth_mark, false, &any, shm_attempt_to("look at", ""),
                                    &companion) == SHM_OK) {
    /* Held until the segment is gone. */
    retired = shm_try_write_lock(companion, SHM_BYTE_REMOVE) == SHM_LOCK_TAKEN &&
              shm_mapped_is_retired(base, facts.size, &header);
  } else if (retired) {
    retired = facts.attached == 0; /* whoever judges it has it attached */
  }
  shm_sys_shmdt(base);
  if (retired) {
    shm_sysv_discard(id);
    retired = shm_sysv_is_removed(id);
  }
  if (retired) {
    shm_companion_remove(id, header.birth_mark);
  }
  if (companion >= 0) {
    close(companion);
  }
  return retired;
}
