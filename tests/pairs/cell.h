/*
 * Values of the cells of tests/schemas/objects.toml that are functions of a number, for C
 * and C++. tests/object/cell_pairs.rs makes the same in Rust.
 */
#ifndef PAIRS_CELL_H
#define PAIRS_CELL_H

#include "objects.h"

#include <stdlib.h>

#define PATIENCE UINT64_C(20000000000)

SHM_INLINE test_objects_Config config_of(uint64_t n) {
  test_objects_Config value;
  memset(SHM_CAST(void *, &value), 0, sizeof value);
  value.limit = n;
  for (unsigned k = 0; k < 200; k++) {
    value.name[k] = SHM_CAST(char, 'a' + SHM_CAST(int, (n + k) % 26));
  }
  return value;
}

SHM_INLINE test_objects_Tick tick_of(uint64_t n) {
  test_objects_Tick value;
  memset(SHM_CAST(void *, &value), 0, sizeof value);
  value.time = SHM_CAST(uint32_t, n);
  for (unsigned k = 0; k < 3; k++) {
    value.levels[k] = SHM_CAST(uint16_t, (n * 7 + k) & UINT16_MAX);
  }
  return value;
}

/* Ends the program unless a value is the one of that number. */
SHM_INLINE void expect_bytes(const void *got, const void *expected, size_t size, uint64_t n) {
  if (memcmp(got, expected, size) != 0) {
    fprintf(stderr, "value %llu is not what was stored\n", SHM_CAST(unsigned long long, n));
    exit(1);
  }
}

SHM_INLINE void expect_config(const test_objects_Config *got, uint64_t n) {
  test_objects_Config expected = config_of(n);
  expect_bytes(got, &expected, sizeof expected, n);
}

SHM_INLINE void expect_tick(const test_objects_Tick *got, uint64_t n) {
  test_objects_Tick expected = tick_of(n);
  expect_bytes(got, &expected, sizeof expected, n);
}

SHM_INLINE void check(shm_status status, const char *what) {
  if (status != SHM_OK) {
    fprintf(stderr, "%s: %s: %s\n", what, shm_status_text(status), shm_last_error());
    exit(1);
  }
}

#endif
