/* ---- Bare segments ------------------------------------------------------
 *
 * Exactly N bytes, with nothing of ours in them: what shmget, shm_open and
 * Python's SharedMemory make. What lies in them, and who may write it when, is
 * the caller's affair.
 */

/* All zero: not attached. */
typedef struct shm_segment {
  void *data;    /* where it lies in this process; only to be read after _attach_read_only */
  size_t size;   /* in bytes */
  char *address; /* in its canonical spelling, with the name that create chose */
  shm_opened opened;
} shm_segment;

/* What the system knows of a segment. */
typedef struct shm_segment_facts {
  uint64_t size;
  uint32_t mode; /* permissions, such as 0640 */
  uint32_t uid;
  uint32_t gid;
  uint32_t is_posix;
  uint32_t is_memfd;
  uint64_t resident;  /* POSIX, memfd: bytes of memory that it takes now */
  uint64_t page_size; /* bytes of its pages: more than an ordinary page's if it got huge ones of its own */
  uint64_t huge; /* bytes of it that this process has mapped as huge pages, transparent ones among them */
  int64_t change_time;  /* of owner or mode, in seconds since 1970 */
  int32_t id;           /* System V, else -1; and the following */
  uint32_t key;         /* 0 of a private one */
  uint64_t attached;    /* how many times */
  uint32_t creator_pid; /* and */
  uint32_t last_pid;    /* of the last shmat or shmdt */
  uint32_t creator_uid; /* and */
  uint32_t creator_gid; /* of the creator */
  int64_t attach_time;  /* seconds since 1970, 0 for never */
  int64_t detach_time;  /* seconds since 1970, 0 for never */
  uint32_t is_locked;   /* kept in memory by SHM_LOCK */
  uint32_t is_removed;  /* it lost its name */
} shm_segment_facts;

/* Detaches; never removes. Does nothing if nothing is attached. */
SHM_APART void shm_segment_detach(shm_segment *segment) {
  if (segment->data != NULL) {
    shm_opened_close(&segment->opened);
    free(segment->address);
  }
  memset(segment, 0, sizeof *segment);
}

/* Takes over what was opened and mapped, or closes it. */
SHM_APART shm_status shm_segment_hold(shm_segment *segment, shm_opened *opened, const shm_address *address,
                                      shm_attempt attempt) {
  size_t size = strlen(address->text) + 1;
  segment->address = SHM_CAST(char *, malloc(size));
  if (segment->address == NULL) {
    shm_opened_close(opened);
    return shm_fail_memory(attempt);
  }
  memcpy(segment->address, address->text, size);
  segment->opened = *opened;
  segment->data = opened->base;
  segment->size = SHM_CAST(size_t, opened->size);
  return SHM_OK;
}

/*
 * Creates a segment of exactly `size` bytes, all zero. SHM_EXISTS if there is
 * one. "posix:" chooses a free name, see segment->address. Options that are NULL
 * or say no mode give 0600. `segment` is overwritten whatever it holds.
 */
SHM_NODISCARD SHM_APART shm_status shm_segment_create_with(shm_segment *segment, const char *address_text,
                                                           uint64_t size, const shm_options *options) {
  shm_options own = SHM_ZERO;
  shm_making making;
  char own_name[SHM_OWN_NAME_SIZE];
  shm_address address;
  shm_attempt attempt;
  shm_opened opened;
  shm_status status = shm_parse_address(address_text, &address);
  memset(segment, 0, sizeof *segment);
  if (status != SHM_OK) {
    return status;
  }
  attempt = shm_attempt_to("create", address.text);
  if (options != NULL) {
    own = *options;
  }
  own.schema_pages = 0;
  own.mode = own.mode != 0 ? own.mode : 0600;
  if (size == 0) {
    return shm_fail(attempt, SHM_INVALID, "a segment has at least one byte");
  }
  status = shm_decide_making(&own, attempt, &making);
  if (status != SHM_OK) {
    return status;
  }
  shm_opened_clear(&opened, address.kind, false);
  opened.size = size;
  if (opened.is_memfd && address.number == 0) {
    status = shm_memfd_make("shmgen", size, &making, attempt, &opened.fd, &opened.base);
    if (status != SHM_OK) {
      return status;
    }
    shm_memfd_address(opened.fd, &address);
  } else if (address.kind == SHM_ADDRESS_POSIX) {
    status = shm_posix_make(size, &making, attempt, &opened.fd, own_name, &opened.base);
    if (status != SHM_OK) {
      return status;
    }
    status = shm_posix_publish(opened.fd, &making, attempt, &address);
    shm_drop_own_name(own_name);
  } else {
    status = shm_sysv_make(&address, size, &making, NULL, attempt, &opened.id, &opened.base);
    if (status != SHM_OK) {
      return status;
    }
    status = shm_sysv_announce(&address, opened.id, 0, size, &making, &own, attempt);
    if (status != SHM_OK) {
      shm_sysv_discard(opened.id);
    }
  }
  if (status == SHM_OK && opened.has_file) {
    status = shm_note_place(opened.fd, attempt, &opened.place);
  }
  if (status != SHM_OK) {
    shm_opened_close(&opened);
    return status;
  }
  shm_keep_out_of_core(opened.base, opened.size, own.core_dump);
  return shm_segment_hold(segment, &opened, &address, attempt);
}

/* The same with these permissions: exactly these, whatever the umask. */
SHM_NODISCARD SHM_APART shm_status shm_segment_create(shm_segment *segment, const char *address,
                                                      uint64_t size, uint32_t mode) {
  shm_options options = SHM_ZERO;
  options.mode = mode;
  return shm_segment_create_with(segment, address, size, &options);
}

SHM_APART shm_status shm_segment_open_once(shm_segment *segment, const char *address_text, bool read_only,
                                           const shm_options *options) {
  shm_options own = SHM_ZERO;
  shm_address address;
  shm_attempt attempt;
  shm_opened opened;
  shm_status status = shm_parse_address(address_text, &address);
  memset(segment, 0, sizeof *segment);
  if (status != SHM_OK) {
    return status;
  }
  attempt = shm_attempt_to("attach to", address.text);
  if (options != NULL) {
    own = *options;
  }
  status = shm_open_address(&address, read_only, &own, attempt, &opened);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_opened_map(&opened, attempt);
  if (status == SHM_OK) {
    shm_keep_out_of_core(opened.base, opened.size, own.core_dump);
  }
  if (status == SHM_OK && own.prefault) {
    status = shm_prefault(opened.base, SHM_CAST(size_t, opened.size), !read_only, attempt);
  }
  if (status != SHM_OK) {
    shm_opened_close(&opened);
    return status;
  }
  if (opened.is_memfd) {
    /* By its own descriptor, which is there as long as this is. */
    shm_memfd_address(opened.fd, &address);
  }
  return shm_segment_hold(segment, &opened, &address, attempt);
}

SHM_APART shm_status shm_segment_open(shm_segment *segment, const char *address, bool read_only,
                                      const shm_options *options) {
  shm_patience patience = shm_patience_of(options);
  shm_status status;
  do {
    status = shm_segment_open_once(segment, address, read_only, options);
  } while (shm_attach_again(&patience, status));
  return status;
}

/* Attaches to a segment of any size and content. `segment` is overwritten. */
SHM_NODISCARD SHM_APART shm_status shm_segment_attach(shm_segment *segment, const char *address) {
  return shm_segment_open(segment, address, false, NULL);
}

/* The same, trusting other owners, or waiting for it. */
SHM_NODISCARD SHM_APART shm_status shm_segment_attach_with(shm_segment *segment, const char *address,
                                                           const shm_options *options) {
  return shm_segment_open(segment, address, false, options);
}

/* Attaches for reading only: a write to its data is a fault. */
SHM_NODISCARD SHM_APART shm_status shm_segment_attach_read_only(shm_segment *segment, const char *address) {
  return shm_segment_open(segment, address, true, NULL);
}

/* The same, trusting other owners, or waiting for it. */
SHM_NODISCARD SHM_APART shm_status shm_segment_attach_read_only_with(shm_segment *segment,
                                                                     const char *address,
                                                                     const shm_options *options) {
  return shm_segment_open(segment, address, true, options);
}

/*
 * Attaches to the segment if there is one of exactly this size, else creates it.
 * An existing one is never changed.
 */
SHM_NODISCARD SHM_APART shm_status shm_segment_open_or_create_with(shm_segment *segment, const char *address,
                                                                   uint64_t size,
                                                                   const shm_options *options) {
  shm_status status = SHM_EXISTS;
  for (int tries = 0; tries < 1000 && (status == SHM_EXISTS || status == SHM_REMOVED); tries++) {
    status = shm_segment_open_once(segment, address, false, options);
    if (status == SHM_NOT_FOUND || status == SHM_REMOVED) {
      status = shm_segment_create_with(segment, address, size, options);
    }
  }
  if (status == SHM_OK && segment->size != size) {
    shm_text *why = shm_explain_attempt(shm_attempt_to("open", segment->address), SHM_MISMATCH);
    shm_add(why, "it exists with ");
    shm_add_number(why, segment->size);
    shm_add(why, " bytes instead of ");
    shm_add_number(why, size);
    shm_segment_detach(segment);
    status = SHM_MISMATCH;
  } else if (status == SHM_OK) {
    shm_fail_briefly(SHM_OK); /* that it was not there before is no failure */
  }
  return status;
}

/* The same with these permissions on create. */
SHM_NODISCARD SHM_APART shm_status shm_segment_open_or_create(shm_segment *segment, const char *address,
                                                              uint64_t size, uint32_t mode) {
  shm_options options = SHM_ZERO;
  options.mode = mode;
  return shm_segment_open_or_create_with(segment, address, size, &options);
}

SHM_APART shm_status shm_fail_no_segment(void) {
  shm_add(shm_explain(SHM_INVALID), "nothing is attached: attach or create comes first");
  return SHM_INVALID;
}

/* What the system knows of what is opened and mapped. */
SHM_APART shm_status shm_opened_stat(const shm_opened *opened, shm_attempt attempt, shm_segment_facts *out) {
  shm_sysv_facts facts;
  shm_status status;
  memset(out, 0, sizeof *out);
  out->page_size = 4096;
  shm_pages_of(opened->base, &out->page_size, &out->huge);
  if (opened->has_file) {
    struct stat file;
    status = shm_opened_check_kept(opened, attempt);
    if (status != SHM_OK) {
      return status;
    }
    if (fstat(opened->fd, &file) != 0) {
      return shm_fail_os(attempt, "fstat", errno);
    }
    out->size = SHM_CAST(uint64_t, file.st_size);
    out->mode = SHM_CAST(uint32_t, file.st_mode) & 07777;
    out->uid = file.st_uid;
    out->gid = file.st_gid;
    out->is_posix = !opened->is_memfd;
    out->is_memfd = opened->is_memfd;
    out->resident = SHM_CAST(uint64_t, file.st_blocks) * 512;
    out->change_time = file.st_ctime;
    out->id = -1;
    out->is_removed = shm_opened_is_removed(opened);
    return SHM_OK;
  }
  status = shm_sysv_stat(opened->id, attempt, &facts);
  if (status != SHM_OK) {
    return status;
  }
  out->size = facts.size;
  out->mode = facts.mode & 0777;
  out->uid = facts.uid;
  out->gid = facts.gid;
  out->change_time = facts.change_time;
  out->id = opened->id;
  out->key = SHM_CAST(uint32_t, facts.key);
  out->attached = facts.attached;
  out->creator_pid = SHM_CAST(uint32_t, facts.creator_pid);
  out->last_pid = SHM_CAST(uint32_t, facts.last_pid);
  out->creator_uid = facts.creator_uid;
  out->creator_gid = facts.creator_gid;
  out->attach_time = facts.attach_time;
  out->detach_time = facts.detach_time;
  out->is_locked = (facts.mode & SHM_SYSV_MODE_LOCKED) != 0;
  out->is_removed = (facts.mode & SHM_SYSV_MODE_DEST) != 0;
  return SHM_OK;
}

/* Asks what the system knows of the segment. */
SHM_NODISCARD SHM_APART shm_status shm_segment_stat(const shm_segment *segment, shm_segment_facts *out) {
  if (segment->data == NULL) {
    memset(out, 0, sizeof *out);
    return shm_fail_no_segment();
  }
  return shm_opened_stat(&segment->opened, shm_attempt_to("look at", segment->address), out);
}

/* Changes a System V segment, its companion if it has one, and the id file by
 * which it was found. */
SHM_APART shm_status shm_sysv_set_all(int32_t id, const char *address, uint32_t uid, uint32_t gid,
                                      uint32_t mode, shm_attempt attempt) {
  bool ours = false;
  uint64_t birth_mark = 0;
  /* Looked at before and after: one of both modes may keep the caller out. */
  shm_status looked = shm_sysv_birth_mark(id, attempt, &ours, &birth_mark);
  shm_status status = shm_sysv_set(id, uid, gid, mode, attempt);
  if (status == SHM_OK && (uid != UINT32_MAX || gid != UINT32_MAX)) {
    status = shm_sysv_set_id_file(address, uid, gid, attempt);
  }
  if (status != SHM_OK) {
    return status;
  }
  if (looked != SHM_OK) {
    looked = shm_sysv_birth_mark(id, attempt, &ours, &birth_mark);
  }
  if (looked == SHM_OK && ours) {
    return shm_companion_set(id, birth_mark, uid, gid, mode, attempt);
  }
  /* A process that may look at it neither before nor after cannot tell whether it is bare;
   * its companion, if there is one, keeps them out as before. */
  return looked == SHM_PERMISSION ? SHM_OK : looked;
}

/* Changes owner and permissions of what is opened. */
SHM_APART shm_status shm_opened_set(const shm_opened *opened, const char *address, uint32_t uid, uint32_t gid,
                                    uint32_t mode) {
  shm_attempt attempt = shm_attempt_to("set", address);
  shm_status status = mode == UINT32_MAX ? SHM_OK : shm_check_mode(attempt, mode);
  if (status == SHM_OK) {
    status = shm_opened_check_kept(opened, attempt);
  }
  if (status != SHM_OK || opened->has_file) {
    return status != SHM_OK ? status : shm_posix_set(opened->fd, uid, gid, mode, attempt);
  }
  return shm_sysv_set_all(opened->id, address, uid, gid, mode, attempt);
}

/* Changes owner and permissions; UINT32_MAX keeps what is. */
SHM_NODISCARD SHM_APART shm_status shm_segment_set(shm_segment *segment, uint32_t uid, uint32_t gid,
                                                   uint32_t mode) {
  return segment->data == NULL ? shm_fail_no_segment()
                               : shm_opened_set(&segment->opened, segment->address, uid, gid, mode);
}

/*
 * Takes the segment's name away. Attached processes keep the memory. A name that
 * leads to another segment by now is left alone.
 */
SHM_APART shm_status shm_segment_remove(shm_segment *segment) {
  return segment->data == NULL ? shm_fail_no_segment()
                               : shm_opened_remove(&segment->opened, segment->address);
}

/*
 * A new descriptor of a memfd, to be handed to another process: by
 * shm_send_descriptor, or to a child. It keeps the memory until it is closed.
 */
SHM_NODISCARD SHM_APART shm_status shm_segment_descriptor(const shm_segment *segment, int *fd) {
  *fd = -1;
  return segment->data == NULL ? shm_fail_no_segment()
                               : shm_opened_descriptor(&segment->opened, segment->address, fd);
}

/* Why a System V segment could not be kept in memory. */
SHM_APART shm_status shm_fail_sysv_lock(int32_t id, int os_error, shm_attempt attempt) {
  shm_sysv_facts facts;
  uint32_t me = geteuid();
  if ((os_error != ENOMEM && os_error != EPERM) || shm_sysv_stat(id, attempt, &facts) != SHM_OK) {
    return shm_fail_os(attempt, "shmctl(SHM_LOCK)", os_error);
  }
  if (me != facts.uid && me != facts.creator_uid) {
    shm_text *why = shm_explain_attempt(attempt, SHM_PERMISSION);
    shm_add(why, "it belongs to uid ");
    shm_add_number(why, facts.uid);
    shm_add(why, "; only that user and root may lock it");
    SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
    return SHM_PERMISSION;
  }
  return shm_fail_locked_by_user(facts.size, os_error, attempt);
}

SHM_APART shm_status shm_segment_keep_in_memory(const shm_segment *segment, bool keep) {
  shm_attempt attempt = shm_attempt_to(keep ? "lock" : "unlock", segment->address);
  long number = keep ? SYS_mlock : SYS_munlock;
  if (segment->data == NULL) {
    return shm_fail_no_segment();
  }
  if (!segment->opened.has_file) {
    int command = keep ? SHM_SYSV_LOCK_MEMORY : SHM_SYSV_UNLOCK_MEMORY;
    return shm_sys_shmctl(segment->opened.id, command, NULL) >= 0
               ? SHM_OK
               : shm_fail_sysv_lock(segment->opened.id, errno, attempt);
  }
  if (shm_libc_syscall(number, segment->data, segment->size) == 0) {
    return SHM_OK;
  }
  if (errno == ENOMEM || errno == EPERM || errno == EAGAIN) {
    int os_error = errno;
    if (shm_fail_locked(segment->size, os_error, attempt)) {
      return SHM_PERMISSION;
    }
    return os_error == EAGAIN ? shm_fail_not_again(attempt, "mlock")
                              : shm_fail_os(attempt, "mlock", os_error);
  }
  return shm_fail_os(attempt, "mlock", errno);
}

/*
 * Keeps the segment in memory: SHM_LOCK for System V, which lasts until it is
 * undone; mlock(2) for POSIX, which ends with this attachment.
 */
SHM_NODISCARD SHM_APART shm_status shm_segment_lock_memory(shm_segment *segment) {
  return shm_segment_keep_in_memory(segment, true);
}

/* Undoes shm_segment_lock_memory. */
SHM_NODISCARD SHM_APART shm_status shm_segment_unlock_memory(shm_segment *segment) {
  return shm_segment_keep_in_memory(segment, false);
}
