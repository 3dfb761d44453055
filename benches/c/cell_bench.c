/*
 * Loads of a cell in C beside a writer in another process that stores without a pause;
 * as src/cells.rs.
 *
 *   cell_bench ADDRESS BYTES LOADS SAMPLES LOADER_CPU WRITER_CPU
 *
 * Prints for each sample: million loads a second, looks in vain for each load, and the
 * most of those in a row.
 */
#define _GNU_SOURCE
#include "speed.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "cell_bench: %s\n", what);
  exit(1);
}

static void check(shm_status status) {
  if (SHM_UNLIKELY(status != SHM_OK)) {
    fail(shm_last_error());
  }
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    fail("cannot keep to a processor");
  }
}

/* How many looks are in vain for each load, and how many at most in a row. */
static void vain_looks(const shm_cell_reader *reader, void *value, size_t size, unsigned loads) {
  uint64_t all = 0, longest = 0;
  for (unsigned n = 0; n < loads; n++) {
    uint64_t row = 0, version;
    while (!shm_cell_look(&reader->cells, shm_cells_at(&reader->cells, 0), value, size, &version)) {
      row++;
      shm_spin();
    }
    all += row;
    longest = row > longest ? row : longest;
  }
  printf(" %f %llu\n", (double)all / loads, (unsigned long long)longest);
}

#define LOOPS(SIZE)                                                                                          \
  static void store_##SIZE(speed_Values *segment) {                                                          \
    static speed_Item##SIZE value;                                                                           \
    const size_t words = SIZE / 8 - 1;                                                                       \
    for (uint64_t n = 1;; n++) {                                                                             \
      for (size_t k = 0; k < words - 1; k++) {                                                               \
        value.body[k] = n;                                                                                   \
      }                                                                                                      \
      value.sequence = n;                                                                                    \
      value.body[words - 1] = 3 * n;                                                                         \
      check(speed_Values_bytes##SIZE##_store(segment, &value));                                              \
    }                                                                                                        \
  }                                                                                                          \
  static void load_##SIZE(speed_Values *segment, unsigned loads, unsigned samples) {                         \
    static speed_Item##SIZE value;                                                                           \
    do {                                                                                                     \
      check(speed_Values_bytes##SIZE##_load(segment, &value));                                               \
    } while (value.sequence == 0);                                                                           \
    for (unsigned s = 0; s < samples; s++) {                                                                 \
      double start = now();                                                                                  \
      for (unsigned n = 0; n < loads; n++) {                                                                 \
        check(speed_Values_bytes##SIZE##_load(segment, &value));                                             \
        if (SHM_UNLIKELY(value.body[SIZE / 8 - 2] != 3 * value.sequence)) {                                  \
          fail("a torn value");                                                                              \
        }                                                                                                    \
      }                                                                                                      \
      printf("%f", loads / (now() - start) / 1e6);                                                           \
      vain_looks(&segment->bytes##SIZE##_reader, &value, sizeof value, loads);                               \
    }                                                                                                        \
  }

LOOPS(64)
LOOPS(4096)

int main(int argc, char **argv) {
  static speed_Values segment;
  pid_t writer;
  bool is_small;
  if (argc != 7) {
    fail("usage: cell_bench ADDRESS BYTES LOADS SAMPLES LOADER_CPU WRITER_CPU");
  }
  is_small = atoi(argv[2]) == 64;
  check(speed_Values_create(&segment, argv[1]));
  writer = fork();
  if (writer == 0) {
    static speed_Values own;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(atoi(argv[6]));
    check(speed_Values_attach(&own, argv[1]));
    (is_small ? store_64 : store_4096)(&own);
  }
  pin(atoi(argv[5]));
  (is_small ? load_64 : load_4096)(&segment, (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]));
  kill(writer, SIGKILL);
  waitpid(writer, NULL, 0);
  (void)!speed_Values_remove(argv[1]);
  speed_Values_detach(&segment);
  return 0;
}
