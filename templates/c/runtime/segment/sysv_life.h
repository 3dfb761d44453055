/* ---- System V segments: making and removing -----------------------------
 *
 * One with a key is in sight from the first moment, so its maker may die before
 * it is ready: the next one clears that away, and nothing else.
 */

/*
 * Whether these first bytes of a segment of `size` bytes are what a creator
 * leaves behind that is killed before the magic is there: nothing, or a header
 * that breaks off anywhere. It is written from byte 8 on, one after the other.
 */
SHM_APART bool shm_breaks_off(const unsigned char *head, uint64_t size) {
  unsigned char start[32] = SHM_ZERO;
  size_t written = SHM_HEADER_SIZE;
  while (written > 0 && head[written - 1] == 0) {
    written--;
  }
  shm_put32(start, SHM_HEADER_FORMAT_MAJOR, SHM_FORMAT_MAJOR | SHM_FORMAT_MINOR << 16);
  shm_put32(start, SHM_HEADER_BYTE_ORDER, SHM_BYTE_ORDER);
  shm_put32(start, SHM_HEADER_STATE, SHM_SEGMENT_UNINITIALISED);
  shm_put32(start, SHM_HEADER_OWN_SIZE, SHM_HEADER_SIZE);
  shm_put64(start, SHM_HEADER_TOTAL_SIZE, size);
  return memcmp(head, start, written < sizeof start ? written : sizeof start) == 0;
}

/*
 * Removes what a creator left behind that was killed before the segment was
 * ready: of our own uid, of this very size, nobody attached, the creator
 * provably dead, and nothing in it but the beginnings of a header. Whether it
 * did.
 */
SHM_APART bool shm_sysv_reap_half_born(int32_t key, uint64_t size) {
  shm_sysv_facts facts;
  shm_header header;
  char *base;
  bool has_header;
  bool unborn;
  int32_t id = shm_sys_shmget(key, 0, 0);
  memset(&facts, 0, sizeof facts);
  if (id < 0 || shm_sys_shmctl(id, SHM_SYSV_STAT, &facts) < 0) {
    return false;
  }
  if (!shm_uid_is_caller(facts.creator_uid) || facts.size != size || facts.attached != 0 ||
      !shm_pid_is_dead(SHM_CAST(uint32_t, facts.creator_pid))) {
    return false;
  }
  base = shm_sys_shmat(id, SHM_SYSV_READ_ONLY);
  if (base == NULL) {
    return false;
  }
  memset(&header, 0, sizeof header);
  has_header = shm_mapped_header(base, facts.size, &header);
  unborn =
      shm_breaks_off(header.bytes, size) ||
      (has_header && (header.state == SHM_SEGMENT_UNINITIALISED || header.state == SHM_SEGMENT_INITIALISING));
  shm_sys_shmdt(base);
  if (unborn) {
    if (has_header) {
      shm_companion_remove(id, header.birth_mark);
    }
    shm_sysv_discard(id);
  }
  return unborn;
}

/* The same for one that was collected but for the last step. */
SHM_APART bool shm_sysv_reap_retired_of(int32_t key) {
  int32_t id = shm_sys_shmget(key, 0, 0);
  return id >= 0 && shm_sysv_reap_retired(id);
}

/* The id that an address leads to. */
SHM_APART shm_status shm_sysv_find(const shm_address *address, shm_attempt attempt, int32_t *id) {
  int32_t key;
  shm_status status;
  if (address->kind == SHM_ADDRESS_ID) {
    *id = SHM_CAST(int32_t, address->number);
    return SHM_OK;
  }
  if (address->kind == SHM_ADDRESS_MEMFD) {
    return shm_fail(attempt, SHM_INVALID, SHM_WHICH_MEMFD);
  }
  if (address->kind == SHM_ADDRESS_FILE) {
    return shm_id_file_find(shm_id_file_path(address), attempt, id);
  }
  status = shm_sysv_key(address, attempt, &key);
  if (status != SHM_OK) {
    return status;
  }
  *id = shm_sys_shmget(key, 0, 0);
  return *id >= 0 ? SHM_OK : shm_fail_os(attempt, "shmget", errno);
}

/* Takes all pages now, so that a lack of memory is an error of create. `pages`: those of hugetlbfs. */
SHM_APART shm_status shm_sysv_take_pages(char *base, uint64_t size, const shm_making *making, uint64_t pages,
                                         shm_attempt attempt) {
  size_t bytes = SHM_CAST(size_t, size);
  bool transparent = pages == 0 && making->pages != 0;
  bool unknown;
  shm_status status;
  if (pages == 0 && size > shm_memory_left()) {
    return shm_fail_room(attempt, size, shm_memory_left(), ENOMEM);
  }
  if (transparent) {
    shm_pages_invite(base, bytes);
  }
  status = shm_pages_populate(base, bytes, true, attempt, &unknown);
  if (status == SHM_OK && unknown && making->prefault) {
    shm_pages_touch(base, bytes);
  }
  if (status == SHM_OK && transparent) {
    shm_pages_collapse(base, bytes);
  }
  return status;
}

SHM_APART shm_status shm_sysv_no_room(uint64_t size, int os_error, shm_attempt attempt) {
  shm_text *why;
  if (os_error != ENOSPC && os_error != ENOMEM && os_error != EINVAL) {
    return shm_fail_os(attempt, "shmget", os_error);
  }
  why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add_size(why, size);
  shm_add(why, " needed: ");
  shm_add_os_error(why, os_error);
  shm_add(why, " (limits: /proc/sys/kernel/shmmax, shmall and shmmni; `ipcs -lm`)");
  return SHM_NO_SPACE;
}

/* The mode of a private segment that is to be one of ours, until it has its header:
 * nothing else tells so long whose it is, and no key leads to it. To execute means
 * nothing for shared memory, so others do not ask for it. */
#define SHM_SYSV_NASCENT 0611

/* Of huge pages of hugetlbfs, or of ordinary ones if `pages` is 0. */
SHM_APART shm_status shm_sysv_make_in(int32_t key, uint64_t size, const shm_making *making,
                                      const unsigned char *header, uint64_t pages, shm_attempt attempt,
                                      int32_t *id, char **base) {
  const bool nascent = key == 0 && header != NULL;
  int flags = SHM_SYSV_CREATE | SHM_SYSV_EXCLUSIVE;
  shm_status status;
  flags |= nascent ? SHM_SYSV_NASCENT : SHM_CAST(int, making->mode & 0777);
  if (pages != 0) {
    flags |= SHM_SYSV_HUGETLB | shm_huge_flag(pages);
  }
  status = shm_limit_addresses(size, attempt);
  if (status != SHM_OK) {
    return status;
  }
  *id = shm_sys_shmget(key, size, flags);
  if (*id < 0) {
    return errno == EEXIST ? shm_fail_os(attempt, "shmget", EEXIST) : shm_sysv_no_room(size, errno, attempt);
  }
  *base = NULL;
  status = shm_sysv_map(*id, size, false, attempt, base);
  if (status == SHM_OK && header != NULL) {
    shm_begin_segment(*base, header);
  }
  if (status == SHM_OK) {
    status = shm_sysv_set(*id, making->uid, making->gid, making->mode, attempt);
  }
  if (status == SHM_OK) {
    status = shm_sysv_take_pages(*base, size, making, pages, attempt);
  }
  if (status != SHM_OK) {
    if (*base != NULL) {
      shm_sys_shmdt(*base);
    }
    shm_sysv_discard(*id);
  }
  if (status == SHM_NOT_FOUND) { /* it is in sight before it is made */
    status = shm_fail_with(attempt, SHM_REMOVED, "somebody removed it while it was made", ENOENT);
  }
  return status;
}

/* Of huge pages if they are wanted and to be had, else of ordinary ones. */
SHM_APART shm_status shm_sysv_make_of(int32_t key, uint64_t size, const shm_making *making,
                                      const unsigned char *header, shm_attempt attempt, int32_t *id,
                                      char **base) {
  if (making->pages != 0) {
    shm_status status = shm_sysv_make_in(key, size, making, header, making->pages, attempt, id, base);
    if (status == SHM_OK || status == SHM_EXISTS) {
      return status;
    }
  }
  return shm_sysv_make_in(key, size, making, header, 0, attempt, id, base);
}

/*
 * Makes a segment of `size` bytes, mapped for writing: all zero, or one of ours
 * in state initialising with this header. That is written before anything that
 * takes its time: a process that is killed later leaves what a collection knows.
 */
SHM_APART shm_status shm_sysv_make(const shm_address *address, uint64_t size, const shm_making *making,
                                   const unsigned char *header, shm_attempt attempt, int32_t *id,
                                   char **base) {
  int32_t key;
  shm_status status = shm_sysv_key(address, attempt, &key);
  if (status == SHM_OK && address->kind == SHM_ADDRESS_FILE) {
    status = shm_id_file_check_free(shm_id_file_path(address), attempt);
  }
  if (status != SHM_OK) {
    return status;
  }
  status = shm_sysv_make_of(key, size, making, header, attempt, id, base);
  if (status == SHM_EXISTS) {
    bool reaped = (header != NULL && shm_sysv_reap_half_born(key, size)) || shm_sysv_reap_retired_of(key);
    status = reaped ? shm_sysv_make_of(key, size, making, header, attempt, id, base)
                    : shm_fail_os(attempt, "shmget", EEXIST);
  }
  return status;
}

/* Makes a segment that is ready known under its address, where that is not a
 * matter of course. */
SHM_APART shm_status shm_sysv_announce(const shm_address *address, int32_t id, uint64_t birth_mark,
                                       uint64_t size, const shm_making *making, const shm_options *options,
                                       shm_attempt attempt) {
  shm_id_file says;
  if (address->kind != SHM_ADDRESS_FILE) {
    return SHM_OK;
  }
  memset(&says, 0, sizeof says);
  says.id = id;
  says.birth_mark = birth_mark;
  says.size = size;
  shm_id_file_here(&says);
  return shm_id_file_publish(shm_id_file_path(address), &says, making, options, attempt);
}

/* Gives the id file of a segment that was found by it to its new owner. */
SHM_APART shm_status shm_sysv_set_id_file(const char *address_text, uint32_t uid, uint32_t gid,
                                          shm_attempt attempt) {
  shm_address address;
  shm_status status = shm_parse_address(address_text, &address);
  return status == SHM_OK && address.kind == SHM_ADDRESS_FILE
             ? shm_id_file_set(shm_id_file_path(&address), uid, gid, attempt)
             : status;
}

/* Removes a segment, its companion, and its id file if `address` is that. Who is
 * attached keeps the memory. */
SHM_APART shm_status shm_sysv_remove(const shm_address *address, int32_t id, shm_attempt attempt) {
  shm_sysv_facts facts;
  shm_header header;
  char *base;
  bool writable;
  shm_status status = shm_sysv_stat(id, attempt, &facts);
  if (status == SHM_OK && (facts.mode & SHM_SYSV_MODE_DEST) != 0) {
    status = shm_fail_os(attempt, "shmctl", ENOENT); /* it is removed already */
  }
  if (status != SHM_OK) {
    return status;
  }
  /* Mapped before it is gone, to tell those who are still attached; at least to
   * read, to find its companion. */
  base = shm_sys_shmat(id, 0);
  writable = base != NULL;
  if (!writable) {
    base = shm_sys_shmat(id, SHM_SYSV_READ_ONLY);
  }
  if (shm_sys_shmctl(id, SHM_SYSV_REMOVE, NULL) < 0) {
    status = errno == EINVAL || errno == EIDRM ? shm_fail_os(attempt, "shmctl", ENOENT)
                                               : shm_fail_os(attempt, "shmctl(IPC_RMID)", errno);
  } else if (base != NULL && shm_mapped_header(base, facts.size, &header)) {
    if (writable && header.state == SHM_SEGMENT_READY) {
      /* Pairs with the acquire of whoever looks around. */
      __atomic_store_n(SHM_AT(shm_word32, base, SHM_HEADER_STATE), SHM_SEGMENT_RETIRED, __ATOMIC_SEQ_CST);
    }
    shm_companion_remove(id, header.birth_mark);
  }
  if (base != NULL) {
    shm_sys_shmdt(base);
  }
  if (status == SHM_OK && address->kind == SHM_ADDRESS_FILE) {
    status = shm_id_file_remove(shm_id_file_path(address), id, attempt);
  }
  return status;
}
