/* ---- Opening and mapping ------------------------------------------------
 *
 * A segment of either kind, bare or ours: the part that does not care what lies
 * in it. What is opened is found and trusted, but not mapped yet (System V can
 * only be read by mapping it).
 */

typedef struct shm_opened {
  bool has_file; /* POSIX or memfd; else System V */
  bool is_memfd;
  bool read_only;
  int fd;          /* of the file; else -1 */
  shm_place place; /* of the file, once it is mapped */
  int32_t id;      /* System V; else -1 */
  char *base;      /* NULL before it is mapped */
  uint64_t size;
} shm_opened;

/* Nothing opened yet, of this kind. */
SHM_INLINE void shm_opened_clear(shm_opened *opened, shm_address_kind kind, bool read_only) {
  opened->has_file = kind == SHM_ADDRESS_POSIX || kind == SHM_ADDRESS_MEMFD;
  opened->is_memfd = kind == SHM_ADDRESS_MEMFD;
  opened->read_only = read_only;
  opened->fd = -1;
  memset(&opened->place, 0, sizeof opened->place);
  opened->id = -1;
  opened->base = NULL;
  opened->size = 0;
}

SHM_APART shm_status shm_open_address(const shm_address *address, bool read_only, const shm_options *options,
                                      shm_attempt attempt, shm_opened *opened) {
  shm_status status;
  shm_opened_clear(opened, address->kind, read_only);
  if (opened->is_memfd) {
    if (address->number == 0) {
      return shm_fail(attempt, SHM_INVALID, SHM_WHICH_MEMFD);
    }
    return shm_memfd_open(address, read_only, options, attempt, &opened->fd, &opened->size);
  }
  if (opened->has_file) {
    if (address->name[0] == '\0') {
      return shm_fail(attempt, SHM_INVALID, "which one? a name is missing");
    }
    return shm_posix_open(address->name, read_only, options, attempt, &opened->fd, &opened->size);
  }
  status = shm_sysv_find(address, attempt, &opened->id);
  if (status != SHM_OK) {
    return status;
  }
  return shm_sysv_attach(opened->id, read_only, options, attempt, &opened->base, &opened->size);
}

/*
 * Copies bytes out of the segment; one in a file by reading that, so that one
 * which shrinks under us is an error and no signal.
 */
SHM_APART shm_status shm_opened_read(const shm_opened *opened, uint64_t offset, void *to, size_t count,
                                     shm_attempt attempt) {
  if (opened->has_file) {
    return shm_posix_read(opened->fd, offset, to, count, attempt);
  }
  if (offset > opened->size || count > opened->size - offset) {
    return shm_fail(attempt, SHM_CORRUPT, "a part lies outside the segment");
  }
  shm_copy_out(to, opened->base + offset, count);
  return SHM_OK;
}

SHM_APART shm_status shm_opened_map(shm_opened *opened, shm_attempt attempt) {
  shm_status status = SHM_OK;
  if (opened->base != NULL) {
    return SHM_OK;
  }
  if (opened->is_memfd) {
    status = shm_memfd_check_seals(opened->fd, opened->read_only, attempt);
  }
  if (status == SHM_OK) {
    status = shm_note_place(opened->fd, attempt, &opened->place);
  }
  return status != SHM_OK
             ? status
             : shm_posix_map(opened->fd, opened->size, !opened->read_only, attempt, &opened->base);
}

/* Unmaps and closes; nothing else, so a forked child may do it. */
SHM_APART void shm_opened_close(shm_opened *opened) {
  if (opened->base != NULL && opened->has_file) {
    munmap(opened->base, opened->size);
  } else if (opened->base != NULL) {
    shm_sys_shmdt(opened->base);
  }
  shm_close_kept(opened->fd, &opened->place);
  opened->fd = -1;
  opened->id = -1;
  opened->base = NULL;
  opened->size = 0;
}

/* Whether the program has left the descriptor alone, for what cannot be done without
 * it. */
SHM_APART shm_status shm_opened_check_kept(const shm_opened *opened, shm_attempt attempt) {
  shm_place found;
  bool known = !opened->has_file || shm_place_of(opened->fd, &found);
  if (!opened->has_file || (known && !shm_is_another_place(&found, &opened->place))) {
    return SHM_OK;
  }
  return known || errno == EBADF
             ? shm_fail_with(attempt, SHM_INVALID,
                             "this program has closed the segment's descriptor, as daemonizing does; "
                             "attach after that",
                             known ? 0 : EBADF)
             : shm_fail_os(attempt, "fstat", errno);
}

/* Whether the kernel says that the segment lost its name. A memfd has none. */
SHM_APART bool shm_opened_is_removed(const shm_opened *opened) {
  return opened->is_memfd   ? false
         : opened->has_file ? shm_is_kept(opened->fd, &opened->place) && shm_posix_is_unlinked(opened->fd)
                            : shm_sysv_is_removed(opened->id);
}

/* Takes the segment's name away, whatever the name leads to by now. */
SHM_APART shm_status shm_opened_remove(const shm_opened *opened, const char *address_text) {
  shm_attempt attempt = shm_attempt_to("remove", address_text);
  shm_address address;
  shm_status status = shm_opened_check_kept(opened, attempt);
  if (status == SHM_OK && opened->is_memfd) {
    return shm_memfd_retire(opened->fd, attempt);
  }
  if (status == SHM_OK) {
    status = shm_parse_address(address_text, &address);
  }
  if (status != SHM_OK) {
    return status;
  }
  return opened->has_file ? shm_posix_remove(address.name, opened->fd, attempt)
                          : shm_sysv_remove(&address, opened->id, attempt);
}

/*
 * Removes the segment at an address, whoever is attached to it. They keep the
 * memory, drain the queues and get SHM_REMOVED after that.
 */
SHM_APART shm_status shm_remove(const char *address_text) {
  shm_address address;
  shm_attempt attempt;
  int32_t id;
  shm_status status = shm_parse_address(address_text, &address);
  if (status != SHM_OK) {
    return status;
  }
  attempt = shm_attempt_to("remove", address.text);
  if (address.kind == SHM_ADDRESS_POSIX) {
    return shm_posix_remove(address.name, -1, attempt);
  }
  if (address.kind == SHM_ADDRESS_MEMFD) {
    return shm_memfd_remove(&address, attempt);
  }
  status = shm_sysv_find(&address, attempt, &id);
  return status == SHM_OK ? shm_sysv_remove(&address, id, attempt) : status;
}
