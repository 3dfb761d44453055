/*
 * Nothing but the header, and one use of every function: must compile silently
 * in every dialect, whatever was included before it (the macros below choose),
 * and in C++ through dialects.cpp. As a program it does a round through all.
 */
#if defined(SHM_TEST_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#if defined(SHM_TEST_INCLUDES)
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#endif

#include "shm_runtime.h"
#include "shm_runtime.h" /* twice is once */

#if defined(SHM_TEST_INCLUDES_AFTER)
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#endif

#if SHM_RUNTIME_VERSION < 1000
#error "the version is a number"
#endif

typedef struct item {
  uint64_t words[8];
  uint16_t rest;
} item;

static const uint8_t contract[] = {'S', 0, 0, 0, 0};

static const shm_object_spec objects[] = {
    {"numbers", SHM_KIND_QUEUE, 0, sizeof(item), 16, 2, 17, 80, 0x200 + 17 * 80, 128}};

static const uint64_t offsets[] = {640};

static const shm_segment_spec spec = {"",
                                      "1.0",
                                      "numbers",
                                      "posix:",
                                      0600,
                                      1,
                                      NULL,
                                      NULL,
                                      0,
                                      contract,
                                      sizeof contract,
                                      {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
                                      objects,
                                      1,
                                      0,
                                      4096,
                                      2688,
                                      offsets};

/* As generated code wraps it. */
static inline shm_status numbers_try_push(shm_queue_producer *p, const item *i) {
  return shm_queue_producer_try_push(p, i, sizeof *i);
}

static int failed(int line) {
  const char *why = shm_last_error();
  return write(2, why, strlen(why)) < 0 ? 1 : line % 256;
}

#define OK(call)                                                                                             \
  do {                                                                                                       \
    if ((call) != SHM_OK) {                                                                                  \
      return failed(__LINE__);                                                                               \
    }                                                                                                        \
  } while (0)

static int use_a_queue(void) {
  shm_attachment a;
  shm_attachment b;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  shm_options options = SHM_ZERO;
  item one = SHM_ZERO;
  item many[4];
  void *slot;
  const void *seen;
  size_t done;
  uint64_t depth;
  options.mode = 0640;
  OK(shm_attachment_create(&a, &spec, NULL, &options));
  OK(shm_queue_producer_claim(&p, &a, 0));
  OK(shm_queue_consumer_claim(&c, &a, 0));
  one.words[0] = 1;
  one.rest = 7;
  OK(numbers_try_push(&p, &one));
  OK(shm_queue_producer_push_timeout(&p, &one, sizeof one, 1000000));
  memset(many, 0, sizeof many);
  OK(shm_queue_producer_push_n(&p, many, sizeof one, 4, &done));
  OK(shm_queue_producer_reserve(&p, sizeof one, &slot));
  memcpy(slot, &one, sizeof one);
  OK(shm_queue_producer_commit(&p));
  OK(shm_queue_depth(&a, 0, &depth));
  if (depth != 7 || done != 4) {
    return failed(__LINE__);
  }
  OK(shm_queue_consumer_try_pop(&c, &many[0], sizeof one));
  OK(shm_queue_consumer_pop_timeout(&c, &many[1], sizeof one, UINT64_MAX));
  OK(shm_queue_consumer_pop_n(&c, many, sizeof one, 4, &done));
  OK(shm_queue_consumer_peek(&c, sizeof one, &seen));
  if (done != 4 || memcmp(seen, &one, sizeof one) != 0 || shm_queue_consumer_redelivered(&c) != 0) {
    return failed(__LINE__);
  }
  OK(shm_queue_consumer_acknowledge(&c));
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&c);
  OK(shm_attachment_attach_read_only(&b, &spec, shm_attachment_address(&a), NULL));
  shm_attachment_detach(&b);
  if (shm_attachment_attach(&b, &spec, shm_attachment_address(&a), NULL) != SHM_TABLE_FULL) {
    return failed(__LINE__);
  }
  OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  return 0;
}

static int use_a_memfd(void) {
  char text[SHM_DESCRIPTOR_ADDRESS_SIZE];
  shm_segment s;
  shm_segment t;
  int fd;
  OK(shm_segment_create(&s, "memfd:", 100, 0600));
  OK(shm_segment_descriptor(&s, &fd));
  OK(shm_segment_attach(&t, shm_descriptor_address(fd, text)));
  if (shm_send_descriptor(-1, fd) != SHM_INVALID || shm_receive_descriptor(-1, &fd) != SHM_INVALID) {
    return failed(__LINE__);
  }
  shm_segment_detach(&t);
  shm_segment_detach(&s);
  return 0;
}

static int use_a_bare_segment(void) {
  shm_segment s;
  shm_segment t;
  shm_segment_facts facts;
  shm_options options = SHM_ZERO;
  OK(shm_segment_create_with(&s, "posix:", 100, &options));
  OK(shm_segment_attach_with(&t, s.address, &options));
  shm_segment_detach(&t);
  OK(shm_segment_attach_read_only_with(&t, s.address, NULL));
  shm_segment_detach(&t);
  OK(shm_segment_open_or_create_with(&t, s.address, 100, NULL));
  OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
  shm_segment_detach(&t);
  OK(shm_segment_create(&s, "posix:", 100, 0600));
  OK(shm_segment_attach(&t, s.address));
  shm_segment_detach(&t);
  OK(shm_segment_attach_read_only(&t, s.address));
  shm_segment_detach(&t);
  OK(shm_segment_open_or_create(&t, s.address, 100, 0600));
  OK(shm_segment_set(&t, UINT32_MAX, UINT32_MAX, 0640));
  OK(shm_segment_stat(&s, &facts));
  if (facts.mode != 0640 || shm_last_os_error() != 0 || shm_status_text(SHM_FULL) == NULL) {
    return failed(__LINE__);
  }
  OK(shm_segment_lock_memory(&s));
  OK(shm_segment_unlock_memory(&s));
  OK(shm_segment_remove(&s));
  if (use_a_memfd() != 0) {
    return failed(__LINE__);
  }
  if (shm_remove(t.address) != SHM_NOT_FOUND) {
    return failed(__LINE__);
  }
  shm_segment_detach(&s);
  shm_segment_detach(&t);
  return 0;
}

int main(void) {
  int queue = use_a_queue();
  return queue != 0 ? queue : use_a_bare_segment();
}
