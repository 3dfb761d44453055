/* ---- Giving a POSIX segment its name ------------------------------------
 *
 * The last step of its birth; before it nobody can meet it.
 */

SHM_APART shm_status shm_posix_link(int fd, const char *name, shm_attempt attempt) {
  char to[SHM_PATH_SIZE];
  uint32_t type;
  shm_status status = shm_posix_path(name, attempt, to);
  if (status == SHM_OK) {
    status = shm_posix_link_as(fd, to, attempt);
  }
  if (status == SHM_EXISTS) {
    status = shm_posix_remove_retired(name, to) ? shm_posix_link_as(fd, to, attempt)
                                                : shm_fail_os(attempt, "linkat", EEXIST);
  }
  type = status == SHM_EXISTS ? shm_posix_stranger(to) : 0;
  if (type != 0) {
    shm_fail_stranger(attempt, SHM_EXISTS, type, "a segment", to);
    SHM_VERSIONED(shm_runtime_failure).os_error = EEXIST;
  }
  return status;
}

/*
 * Gives a filled segment its owner, its mode and its name. An empty name asks
 * for one that is free, and becomes that.
 */
SHM_APART shm_status shm_posix_publish(int fd, const shm_making *making, shm_attempt attempt,
                                       shm_address *address) {
  shm_status status = shm_file_give(fd, making, attempt);
  if (status != SHM_OK) {
    return status;
  }
  if (address->name[0] != '\0') {
    return shm_posix_link(fd, address->name, attempt);
  }
  /* Random names of 64 bits do not meet; the bound ends a search that cannot succeed. */
  status = SHM_EXISTS;
  for (int tries = 0; tries < 100 && status == SHM_EXISTS; tries++) {
    shm_text name;
    shm_text_begin(&name, address->name, sizeof address->name);
    shm_add(&name, "shmgen.");
    shm_add_digits(&name, shm_random(), 16, 16);
    status = shm_posix_link(fd, address->name, attempt);
  }
  shm_address_spell(address, NULL);
  return status;
}
