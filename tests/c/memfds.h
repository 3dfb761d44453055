/* Segments in sealed memfds. */

#include <sys/socket.h>

static void a_memfd_is_made_found_and_told(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_attachment c;
  shm_segment s;
  shm_segment_facts facts;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer q = SHM_ZERO;
  trade m = trade_of(3);
  char expected[64];
  int seals;
  const shm_segment_spec *spec = make_spec(&t, "memfd:", PLAIN, 8, 4);
  CHECK_STATUS(SHM_INVALID, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("a memfd has no name to be found by");
  CHECK_STATUS(SHM_INVALID, shm_attachment_open_or_create(&a, spec, NULL, NULL));
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  snprintf(expected, sizeof expected, "memfd:%d/%d", SHM_CAST(int, getpid()), a.core->segment.fd);
  CHECK(strcmp(shm_attachment_address(&a), expected) == 0);
  seals = fcntl(a.core->segment.fd, SHM_SEALS_GET);
  CHECK((seals & SHM_SEALS) == SHM_SEALS);
  CHECK(ftruncate(a.core->segment.fd, 100) != 0 && errno == EPERM);
  CHECK(fcntl(a.core->segment.fd, SHM_SEALS_ADD, SHM_SEAL_WRITE) != 0 && errno == EPERM);
  CHECK_OK(shm_attachment_attach(&b, spec, expected, NULL));
  CHECK(strcmp(shm_attachment_address(&b), expected) != 0); /* a descriptor of its own */
  CHECK(a.core->index == 0 && b.core->index == 1);
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&c, spec, expected, NULL));
  CHECK_SAYS("a memfd gets its place from the system");
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_consumer_claim(&q, &b, 0));
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_queue_consumer_try_pop(&q, &m, sizeof m));
  CHECK(is_trade(&m, 3));
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&q);
  CHECK_OK(shm_segment_attach_read_only(&s, shm_attachment_address(&b)));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.is_memfd && !facts.is_posix && !facts.is_removed && facts.id == -1);
  CHECK(facts.mode == 0640 && facts.size == t.spec.total_size && facts.resident >= facts.size);
  shm_segment_detach(&s);
  shm_attachment_detach(&a);
  /* The place of who has detached leads nowhere; the other one's does. */
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&a, spec, expected, NULL));
  CHECK_SAYS("has no descriptor");
  CHECK_OK(shm_attachment_attach(&a, spec, shm_attachment_address(&b), NULL));
  shm_attachment_detach(&a);
  shm_attachment_detach(&b);
}

static void a_bare_memfd_is_its_bytes(void) {
  shm_segment s;
  shm_segment r;
  shm_segment_facts facts;
  shm_attachment a;
  test_spec t;
  CHECK_OK(shm_segment_create(&s, "memfd:", 1234, 0777));
  CHECK(s.size == 1234);
  memset(s.data, 'x', s.size);
  CHECK_OK(shm_segment_attach(&r, s.address));
  CHECK(r.size == 1234 && memcmp(r.data, s.data, 1234) == 0);
  CHECK_OK(shm_segment_set(&r, UINT32_MAX, UINT32_MAX, 0604));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.mode == 0604);
  CHECK_OK(shm_segment_lock_memory(&s));
  CHECK_OK(shm_segment_unlock_memory(&s));
  CHECK_STATUS(SHM_UNSUPPORTED, shm_segment_remove(&s));
  CHECK_SAYS("no name that could be taken away");
  CHECK_STATUS(SHM_UNSUPPORTED, shm_remove(r.address));
  CHECK_STATUS(SHM_INVALID, shm_remove("memfd:"));
  CHECK_STATUS(SHM_MISMATCH,
               shm_attachment_attach(&a, make_spec(&t, "memfd:", PLAIN, 8, 4), s.address, NULL));
  CHECK_SAYS("it is a bare segment");
  shm_segment_detach(&r);
  shm_segment_detach(&s);
  CHECK_STATUS(SHM_NO_SPACE, shm_segment_create(&s, "memfd:", UINT64_C(1) << 44, 0600));
  CHECK_SAYS("of memory left");
}

/* What a child needs to get a descriptor. */
typedef struct memfd_visit {
  const shm_segment_spec *spec;
  int socket;
} memfd_visit;

static void receive_and_hold(const void *argument) {
  const memfd_visit *v = SHM_CAST(const memfd_visit *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  char address[SHM_DESCRIPTOR_ADDRESS_SIZE];
  int fd;
  CHECK_OK(shm_receive_descriptor(v->socket, &fd));
  CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK_OK(shm_attachment_attach(&a, v->spec, shm_descriptor_address(fd, address), NULL));
  CHECK(close(fd) == 0); /* the attachment has its own */
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  say_and_wait();
}

static void create_and_hand_over(const void *argument) {
  const memfd_visit *v = SHM_CAST(const memfd_visit *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  trade m = trade_of(1);
  int fd;
  CHECK_OK(shm_attachment_create(&a, v->spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_attachment_descriptor(&a, &fd));
  CHECK_OK(shm_send_descriptor(v->socket, fd));
  close(fd);
  say_and_wait();
}

static void a_descriptor_is_handed_over_and_its_sender_may_die(void) {
  test_spec t;
  memfd_visit visit;
  child c;
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer q = SHM_ZERO;
  trade m = trade_of(0);
  char address[SHM_DESCRIPTOR_ADDRESS_SIZE];
  int sockets[2];
  int fd;
  visit.spec = make_spec(&t, "memfd:", PLAIN, 8, 4);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  visit.socket = sockets[1];
  c = start(create_and_hand_over, &visit);
  CHECK_OK(shm_receive_descriptor(sockets[0], &fd));
  wait_for(&c);
  CHECK_OK(shm_attachment_attach(&a, visit.spec, shm_descriptor_address(fd, address), NULL));
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &a, 0));
  kill_child(&c);
  /* What it has sent is still open here; its part ends all the same. */
  CHECK(!shm_is_write_locked(a.core->segment.fd, 0));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  shm_queue_producer_release(&p);
  CHECK_OK(shm_queue_consumer_claim(&q, &a, 0));
  CHECK_OK(shm_queue_consumer_try_pop(&q, &m, sizeof m));
  CHECK(is_trade(&m, 1));
  close(fd);
  /* And on to the next one. */
  c = start(receive_and_hold, &visit);
  CHECK_OK(shm_attachment_descriptor(&a, &fd));
  CHECK_OK(shm_send_descriptor(sockets[0], fd));
  wait_for(&c);
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &a, 0));
  kill_child(&c);
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&q);
  close(fd);
  shm_attachment_detach(&a);
  close(sockets[0]);
  close(sockets[1]);
}

static int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++) {
    count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  }
  return count;
}

static void what_else_comes_over_a_socket_is_told(void) {
  int sockets[2];
  int fd;
  int input;
  int before;
  shm_message message;
  shm_message_part part;
  shm_message_rights rights;
  char byte = 'x';
  shm_timespec soon = SHM_ZERO;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  soon.nanoseconds = 30000; /* of struct timeval: microseconds */
  CHECK(setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon) == 0);
  CHECK_STATUS(SHM_TIMEOUT, shm_receive_descriptor(sockets[0], &fd));
  CHECK(fd == -1);
  before = open_descriptors();
  CHECK(write(sockets[1], &byte, 1) == 1);
  CHECK_STATUS(SHM_INVALID, shm_receive_descriptor(sockets[0], &fd));
  CHECK_SAYS("carries none");
  memset(&message, 0, sizeof message);
  memset(&rights, 0, sizeof rights);
  part.data = &byte;
  part.size = 1;
  rights.size = 16 + 3 * sizeof(int32_t);
  rights.level = SOL_SOCKET;
  rights.type = SCM_RIGHTS;
  rights.descriptors[1] = 1;
  message.parts = &part;
  message.part_count = 1;
  message.control = &rights;
  message.control_size = 16 + 4 * sizeof(int32_t);
  CHECK(shm_libc_syscall(SYS_sendmsg, sockets[1], &message, 0) == 1);
  CHECK_STATUS(SHM_INVALID, shm_receive_descriptor(sockets[0], &fd));
  CHECK_SAYS("carries more than one");
  CHECK(open_descriptors() == before);
  /* What comes to a program without standard input does not take its place. */
  CHECK_OK(shm_send_descriptor(sockets[1], 0));
  input = dup(0);
  close(0);
  CHECK_OK(shm_receive_descriptor(sockets[0], &fd));
  CHECK(fd > 2 && fcntl(0, F_GETFD) == -1 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(dup2(input, 0) == 0 && close(input) == 0);
  close(fd);
  close(sockets[1]);
  CHECK_STATUS(SHM_NOT_FOUND, shm_receive_descriptor(sockets[0], &fd));
  CHECK_STATUS(SHM_NOT_FOUND, shm_send_descriptor(sockets[0], 0));
  close(sockets[0]);
  CHECK_STATUS(SHM_INVALID, shm_receive_descriptor(sockets[0], &fd));
  CHECK_STATUS(SHM_INVALID, shm_send_descriptor(sockets[0], 0));
}

/* A memfd of a stranger's with these seals. */
static int strange_memfd(int seals) {
  int fd = SHM_CAST(int, shm_libc_syscall(SYS_memfd_create, "stranger", SHM_MEMFD_ALLOW_SEALING));
  CHECK(fd >= 0 && ftruncate(fd, 8192) == 0);
  CHECK(fcntl(fd, SHM_SEALS_ADD, seals) == 0);
  return fd;
}

static void what_is_not_sealed_or_no_memfd_is_refused(void) {
  static const struct {
    int seals;
    const char *says;
  } wrong[] = {{0, "(missing: seal, shrink, grow)"},
               {SHM_SEAL_SHRINK, "(missing: seal, grow)"},
               {SHM_SEAL_GROW, "(missing: seal, shrink)"},
               {SHM_SEAL_SHRINK | SHM_SEAL_GROW, "(missing: seal)"}};
  shm_segment s;
  char address[SHM_DESCRIPTOR_ADDRESS_SIZE];
  int pipes[2];
  int fd;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    fd = strange_memfd(wrong[i].seals);
    CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&s, shm_descriptor_address(fd, address)));
    CHECK_SAYS(wrong[i].says);
    CHECK_STATUS(SHM_PERMISSION, shm_segment_attach_read_only(&s, address));
    close(fd);
  }
  fd = strange_memfd(SHM_SEALS | SHM_SEAL_WRITE);
  CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&s, shm_descriptor_address(fd, address)));
  CHECK_SAYS("sealed against writing");
  CHECK_OK(shm_segment_attach_read_only(&s, address));
  shm_segment_detach(&s);
  close(fd);
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_attach(&s, address));
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_attach(&s, "memfd:2147483647/1"));
  fd = open("/proc/self/exe", O_RDONLY);
  CHECK_STATUS(SHM_MISMATCH, shm_segment_attach(&s, shm_descriptor_address(fd, address)));
  CHECK_SAYS("is another file, no memfd");
  close(fd);
  CHECK(pipe(pipes) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&s, shm_descriptor_address(pipes[0], address)));
  CHECK_SAYS("it is a FIFO, not a memfd");
  CHECK_STATUS(SHM_PERMISSION, shm_remove(address));
  close(pipes[0]);
  close(pipes[1]);
  CHECK_OK(shm_segment_create(&s, "posix:", 10, 0600));
  CHECK_STATUS(SHM_UNSUPPORTED, shm_segment_descriptor(&s, &fd));
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
  CHECK_STATUS(SHM_INVALID, shm_segment_descriptor(&s, &fd));
}

static void a_removed_memfd_is_drained_and_not_attached_any_more(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer q = SHM_ZERO;
  trade m = trade_of(4);
  uint64_t begin = now_ms();
  shm_status status;
  const shm_segment_spec *spec = make_spec(&t, "memfd:", PLAIN, 8, 4);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK_OK(shm_attachment_attach(&b, spec, shm_attachment_address(&a), NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_consumer_claim(&q, &b, 0));
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_remove(shm_attachment_address(&b)));
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_remove(&a));
  CHECK_OK(shm_queue_consumer_try_pop(&q, &m, sizeof m));
  do {
    status = shm_queue_consumer_try_pop(&q, &m, sizeof m);
  } while (status == SHM_EMPTY && now_ms() - begin < 5000);
  CHECK(status == SHM_REMOVED);
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&q);
  shm_attachment_detach(&b);
  CHECK_STATUS(SHM_REMOVED, shm_attachment_attach(&b, spec, shm_attachment_address(&a), NULL));
  shm_attachment_detach(&a);
}
