/* ---- Descriptors that are kept --------------------------------------------
 *
 * Libraries that make a daemon of a process close all descriptors that they do not
 * know, and the numbers become other files'. Such a file is neither asked nor
 * changed in place of the one that was kept, nor closed.
 */

/* What makes a file that file. All zero is none. */
typedef struct shm_place {
  uint64_t device;
  uint64_t inode;
} shm_place;

/* That of an open file; false where it cannot be determined. */
SHM_APART bool shm_place_of(int fd, shm_place *place) {
  struct stat facts;
  bool known = fstat(fd, &facts) == 0;
  place->device = known ? SHM_CAST(uint64_t, facts.st_dev) : 0;
  place->inode = known ? SHM_CAST(uint64_t, facts.st_ino) : 0;
  return known;
}

/* Notes it for a descriptor that is kept from now on. */
SHM_APART shm_status shm_note_place(int fd, shm_attempt attempt, shm_place *place) {
  return shm_place_of(fd, place) ? SHM_OK : shm_fail_os(attempt, "fstat", errno);
}

/* Whether it is another file's. */
SHM_INLINE bool shm_is_another_place(const shm_place *one, const shm_place *other) {
  return one->device != other->device || one->inode != other->inode;
}

/* Whether the descriptor is still that file's. */
SHM_APART bool shm_is_kept(int fd, const shm_place *kept) {
  shm_place found;
  return shm_place_of(fd, &found) ? !shm_is_another_place(&found, kept) : errno != EBADF;
}

/* Closes a descriptor unless it is another file's by now. What has no place was
 * opened just now. */
SHM_APART void shm_close_kept(int fd, const shm_place *kept) {
  shm_place found;
  if (fd >= 0 && (kept->inode == 0 || !shm_place_of(fd, &found) || !shm_is_another_place(&found, kept))) {
    close(fd);
  }
}
