/* ---- Handing descriptors over -------------------------------------------
 *
 * A memfd has no name: others get its descriptor, over a Unix socket or as
 * children of the process that has it. A message is one byte, 0, with the
 * descriptor beside it (SCM_RIGHTS, see unix(7)), the same from all languages.
 * Nothing tells which segment it is: that the descriptor is a memfd, sealed, and
 * of the right contract is what attach looks at.
 */

#define SHM_DESCRIPTOR_ADDRESS_SIZE 32

/*
 * The address of a memfd that this process has a descriptor of, for attaching.
 * It leads there as long as that is open; a process that has attached does not need it any
 * longer. `text` is the caller's.
 */
SHM_APART const char *shm_descriptor_address(int fd, char text[SHM_DESCRIPTOR_ADDRESS_SIZE]) {
  shm_text out;
  shm_text_begin(&out, text, SHM_DESCRIPTOR_ADDRESS_SIZE);
  shm_add(&out, "memfd:");
  shm_add_signed(&out, getpid());
  shm_add(&out, "/");
  shm_add_signed(&out, fd);
  return text;
}

enum {
  SHM_SOCKET_LEVEL = 1,            /* SOL_SOCKET */
  SHM_SOCKET_RIGHTS = 1,           /* SCM_RIGHTS */
  SHM_SOCKET_NO_SIGNAL = 0x4000,   /* MSG_NOSIGNAL */
  SHM_SOCKET_CLOEXEC = 0x40000000, /* MSG_CMSG_CLOEXEC */
  SHM_SOCKET_CONTROL_WAS_CUT = 8,  /* MSG_CTRUNC */
  SHM_SOCKET_MANY = 12             /* descriptors for which there is room */
};

/* struct msghdr, iovec and cmsghdr of 64-bit systems, which strict dialects
 * declare together with much else. */
typedef struct shm_message_part {
  void *data;
  size_t size;
} shm_message_part;

typedef struct shm_message {
  void *name;
  uint64_t name_size;
  shm_message_part *parts;
  size_t part_count;
  void *control;
  size_t control_size;
  uint64_t flags;
} shm_message;

typedef struct shm_message_rights {
  size_t size;
  int32_t level;
  int32_t type;
  int32_t descriptors[SHM_SOCKET_MANY];
} shm_message_rights;

SHM_APART shm_status shm_fail_socket(const char *verb, const char *call, int os_error) {
  shm_status status = os_error == EAGAIN                                                    ? SHM_TIMEOUT
                      : os_error == EPIPE || os_error == ECONNRESET || os_error == ENOTCONN ? SHM_NOT_FOUND
                      : os_error == ENOTSOCK || os_error == EBADF || os_error == EOPNOTSUPP ? SHM_INVALID
                                                                                            : SHM_OS;
  shm_text *why = shm_explain(status);
  shm_add(why, "cannot ");
  shm_add(why, verb);
  shm_add(why, " a descriptor: ");
  shm_add(why, call);
  shm_add(why, ": ");
  shm_add_os_error(why, os_error);
  return status;
}

SHM_APART shm_status shm_fail_receive(shm_status status, const char *what) {
  shm_text *why = shm_explain(status);
  shm_add(why, "cannot receive a descriptor: ");
  shm_add(why, what);
  return status;
}

/* Sends a descriptor over a connected Unix socket. The receiver has it from then
 * on; the caller's may be closed. */
SHM_NODISCARD SHM_APART shm_status shm_send_descriptor(int socket, int fd) {
  char byte = 0;
  shm_message_part part;
  shm_message_rights rights;
  shm_message message;
  memset(&rights, 0, sizeof rights);
  memset(&message, 0, sizeof message);
  part.data = &byte;
  part.size = 1;
  rights.size = offsetof(shm_message_rights, descriptors) + sizeof(int32_t);
  rights.level = SHM_SOCKET_LEVEL;
  rights.type = SHM_SOCKET_RIGHTS;
  rights.descriptors[0] = fd;
  message.parts = &part;
  message.part_count = 1;
  message.control = &rights;
  message.control_size = offsetof(shm_message_rights, descriptors) + 2 * sizeof(int32_t); /* rounded up */
  for (;;) {
    if (shm_libc_syscall(SYS_sendmsg, socket, &message, SHM_SOCKET_NO_SIGNAL) >= 0) {
      return SHM_OK;
    }
    if (errno != EINTR) {
      return shm_fail_socket("send", "sendmsg", errno);
    }
  }
}

/*
 * Waits for a descriptor on a Unix socket: as long as it takes, or until the
 * socket's own time-out (SHM_TIMEOUT). SHM_NOT_FOUND if the other side has closed
 * the socket, SHM_INVALID if it sent something else; what came with it is closed.
 */
SHM_NODISCARD SHM_APART shm_status shm_receive_descriptor(int socket, int *fd) {
  char byte = 0;
  shm_message_part part;
  shm_message_rights rights;
  shm_message message;
  size_t count = 0;
  long got;
  *fd = -1;
  memset(&rights, 0, sizeof rights);
  memset(&message, 0, sizeof message);
  part.data = &byte;
  part.size = 1;
  message.parts = &part;
  message.part_count = 1;
  message.control = &rights;
  message.control_size = sizeof rights;
  do {
    got = shm_libc_syscall(SYS_recvmsg, socket, &message, SHM_SOCKET_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return shm_fail_socket("receive", "recvmsg", errno);
  }
  if (message.control_size >= offsetof(shm_message_rights, descriptors) && rights.level == SHM_SOCKET_LEVEL &&
      rights.type == SHM_SOCKET_RIGHTS && rights.size <= sizeof rights) {
    count = (rights.size - offsetof(shm_message_rights, descriptors)) / sizeof(int32_t);
  }
  if (count == 1) {
    *fd = shm_keep_descriptor(rights.descriptors[0]);
    return *fd >= 0 ? SHM_OK : shm_fail_socket("receive", "fcntl(F_DUPFD_CLOEXEC)", errno);
  }
  for (size_t i = 0; i < count; i++) {
    close(rights.descriptors[i]);
  }
  if (got == 0 && count == 0) {
    return shm_fail_receive(SHM_NOT_FOUND, "the other side has closed the socket");
  }
  if (count == 0 && (message.flags & SHM_SOCKET_CONTROL_WAS_CUT) != 0) {
    shm_fail_receive(SHM_OS, "it did not arrive");
    shm_add_descriptors(&SHM_VERSIONED(shm_runtime_failure).text);
    return SHM_OS;
  }
  return shm_fail_receive(SHM_INVALID, count == 0 ? "a message came that carries none"
                                                  : "a message came that carries more than one");
}

/* A new descriptor of a memfd, with a description of its own: one that holds no
 * locks. */
SHM_APART shm_status shm_opened_descriptor(const shm_opened *opened, const char *address, int *fd) {
  shm_attempt attempt = shm_attempt_to("hand over", address);
  shm_status status;
  *fd = -1;
  if (!opened->is_memfd) {
    return shm_fail(attempt, SHM_UNSUPPORTED,
                    "only a memfd is handed over by a descriptor; tell the others its address");
  }
  status = shm_opened_check_kept(opened, attempt);
  return status == SHM_OK ? shm_memfd_reopen(opened->fd, opened->read_only, attempt, fd) : status;
}
