/*
 * One side of a measurement of our queue in C; the same loops as src/transfer.rs.
 *
 *   queue_bench send|receive|call|answer THERE BACK PLAN
 *   queue_bench look THERE LOOKS
 *
 * PLAN is six words: the bytes of a message, the calls that are measured, steps
 * of work between two messages for the sender and for the receiver, messages
 * before the clock starts, messages that are timed. `receive` and `call` print
 * the time for each message in ns. `look` prints the time of each look around, as
 * src/looking.rs.
 */
#define _POSIX_C_SOURCE 200809L
#include "speed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 64
#define SLICE 64

typedef struct plan {
  int size;
  const char *calls;
  unsigned sender_steps;
  unsigned receiver_steps;
  uint64_t warm_up;
  uint64_t total;
} plan;

typedef struct tally {
  uint64_t received;
  uint64_t out_of_order;
  uint64_t sum;
} tally;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "queue_bench: %s\n", what);
  exit(1);
}

/* Whether the call is done; not done is full or empty, all else is the end. */
static inline bool done(shm_status status) {
  if (SHM_UNLIKELY(status != SHM_OK && status != SHM_FULL && status != SHM_EMPTY)) {
    fail(shm_last_error());
  }
  return status == SHM_OK;
}

/* Counts one more vain attempt of a loop that polls. */
static inline void again(uint64_t *vain) {
  if (SHM_UNLIKELY(++*vain > UINT64_C(3000000000))) {
    fail("the other side is silent");
  }
}

/* A chain of multiplications; the state of the chain. */
static inline uint64_t work(uint64_t state, unsigned steps) {
  for (unsigned n = 0; n < steps; n++) {
    state *= UINT64_C(0x5851f42d4c957f2d);
    __asm__ __volatile__("" : "+r"(state));
  }
  return state;
}

static void verify(const tally *seen, uint64_t words) {
  uint64_t n = seen->received;
  uint64_t numbers = n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
  if (seen->out_of_order != 0) {
    fail("a message came out of order");
  }
  if (seen->sum != words * numbers + words * (words - 1) / 2 * n) {
    fail("a message was damaged");
  }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

#define SIZE 8
#include "one_size.h"
#define SIZE 56
#include "one_size.h"
#define SIZE 64
#include "one_size.h"
#define SIZE 1024
#include "one_size.h"

static void run(const char *role, speed_There *there, speed_Back *back, const plan *p) {
  switch (p->size) {
  case 8:
    run_8(role, there, back, p);
    break;
  case 56:
    run_56(role, there, back, p);
    break;
  case 64:
    run_64(role, there, back, p);
    break;
  case 1024:
    run_1024(role, there, back, p);
    break;
  default:
    fail("there is no message of that size");
  }
}

static void look(speed_There *there, unsigned looks) {
  speed_Item8 item;
  for (unsigned n = 0; n < looks + looks / 10; n++) {
    double start = now();
    shm_status status;
    while (now() - start < 5e6) {
    }
    start = now();
    status = speed_There_bytes8_try_pop(there, &item);
    start = now() - start;
    if (status != SHM_EMPTY) {
      fail("the queue is not empty");
    }
    if (n >= looks / 10) { /* the first ones meet everybody for the first time */
      printf("%.0f\n", start);
    }
  }
}

int main(int argc, char **argv) {
  static speed_There there;
  static speed_Back back;
  plan p;
  if (argc == 4 && strcmp(argv[1], "look") == 0) {
    if (speed_There_attach(&there, argv[2]) != SHM_OK) {
      fail(shm_last_error());
    }
    look(&there, (unsigned)atoi(argv[3]));
    speed_There_detach(&there);
    return 0;
  }
  if (argc != 10) {
    fail("usage: queue_bench send|receive|call|answer THERE BACK PLAN");
  }
  p.size = atoi(argv[4]);
  p.calls = argv[5];
  p.sender_steps = (unsigned)atoi(argv[6]);
  p.receiver_steps = (unsigned)atoi(argv[7]);
  p.warm_up = strtoull(argv[8], NULL, 10);
  p.total = p.warm_up + strtoull(argv[9], NULL, 10);
  if (speed_There_attach(&there, argv[2]) != SHM_OK || speed_Back_attach(&back, argv[3]) != SHM_OK) {
    fail(shm_last_error());
  }
  run(argv[1], &there, &back, &p);
  speed_Back_detach(&back);
  speed_There_detach(&there);
  return 0;
}
