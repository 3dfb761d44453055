/* ---- Status ------------------------------------------------------------
 *
 * What the functions answer, in the terms that every language of this project
 * shares: NotFound in Rust, shm_runtime.NotFound in Python. None of the names
 * is one of <sys/shm.h>.
 */

typedef enum shm_status {
  SHM_OK = 0,
  SHM_FULL,        /* the queue has no room */
  SHM_EMPTY,       /* the queue holds nothing */
  SHM_NOT_READY,   /* the next message is claimed but not committed yet */
  SHM_TIMEOUT,     /* the time given is up */
  SHM_ROLE_TAKEN,  /* the role is held by somebody who is alive */
  SHM_REMOVED,     /* the segment was removed, and what it held is drained */
  SHM_MISMATCH,    /* the segment is not of this contract */
  SHM_NOT_FOUND,   /* there is no such segment */
  SHM_EXISTS,      /* there is a segment of that name already */
  SHM_PERMISSION,  /* not allowed, or the segment's owner is not trusted */
  SHM_NO_SPACE,    /* there is not enough memory for it */
  SHM_CORRUPT,     /* the segment's own numbers do not fit together */
  SHM_FORKED,      /* the handle was made before a fork; attach again in the child */
  SHM_OWNER_DIED,  /* the holder of a lock died; its change did not happen */
  SHM_READ_ONLY,   /* the attachment may not write */
  SHM_BUSY,        /* somebody else is using it just now */
  SHM_INVALID,     /* the arguments make no sense */
  SHM_TABLE_FULL,  /* the segment has no free participant record */
  SHM_NO_LANE,     /* the queue has no free lane */
  SHM_UNSUPPORTED, /* this system or this version cannot do that */
  SHM_OS           /* a system call failed for a reason of its own; see shm_last_os_error */
} shm_status;

/* A status in words. Any number has some. */
SHM_APART const char *shm_status_text(shm_status status) {
  switch (status) {
  case SHM_OK:
    return "success";
  case SHM_FULL:
    return "the queue is full";
  case SHM_EMPTY:
    return "the queue is empty";
  case SHM_NOT_READY:
    return "the next message is not committed yet";
  case SHM_TIMEOUT:
    return "the time is up";
  case SHM_ROLE_TAKEN:
    return "the role is held by somebody who is alive";
  case SHM_REMOVED:
    return "the segment was removed";
  case SHM_MISMATCH:
    return "the segment is not of this contract";
  case SHM_NOT_FOUND:
    return "there is no such segment";
  case SHM_EXISTS:
    return "there is a segment of that name already";
  case SHM_PERMISSION:
    return "permission denied, or the segment's owner is not trusted";
  case SHM_NO_SPACE:
    return "there is not enough memory";
  case SHM_CORRUPT:
    return "the segment is damaged";
  case SHM_FORKED:
    return "the handle belongs to the parent of this process; attach again in the child";
  case SHM_OWNER_DIED:
    return "the owner of the lock died; its change did not happen";
  case SHM_READ_ONLY:
    return "the segment is attached read-only";
  case SHM_BUSY:
    return "somebody else is using it just now";
  case SHM_INVALID:
    return "the arguments make no sense";
  case SHM_TABLE_FULL:
    return "all participant records are taken";
  case SHM_NO_LANE:
    return "the queue has no free lane";
  case SHM_UNSUPPORTED:
    return "this system cannot do that";
  case SHM_OS:
    return "a system call failed";
  }
  return "no status of this version";
}
