/*
 * Plays a script of operations on the cell `latest` and the cells `each`, as
 * tests/object/differential.rs does in Rust: both must leave the same bytes.
 *
 *   differential_cells ADDRESS SCRIPT IMAGE
 *
 * IMAGE gets the bytes of the segment before and after the detach.
 */
#include "image.h"
#include "objects.h"

#include <stdlib.h>

static void check(shm_status status, const char *what) {
  if (status != SHM_OK && status != SHM_TIMEOUT) {
    fprintf(stderr, "%s: %s: %s\n", what, shm_status_text(status), shm_last_error());
    exit(1);
  }
}

static uint32_t next_number;

static test_objects_Config config(void) {
  test_objects_Config value;
  memset(&value, 0, sizeof value);
  value.limit = ++next_number;
  memset(value.name, 'a' + (int)(next_number % 26), next_number % 200);
  return value;
}

static test_objects_Tick tick(void) {
  test_objects_Tick value;
  memset(&value, 0, sizeof value);
  value.time = ++next_number;
  value.levels[2] = (uint16_t)next_number;
  return value;
}

static void play(test_objects_Every *s, char operation) {
  test_objects_Config one;
  test_objects_Tick each;
  uint64_t version;
  void *slot;
  test_objects_Tick *place;
  switch (operation) {
  case 's':
    one = config();
    check(test_objects_Every_latest_store(s, &one), "store");
    break;
  case 'r':
    one = config();
    check(test_objects_Every_latest_reserve(s, &slot), "reserve");
    memcpy(slot, &one, sizeof one);
    check(test_objects_Every_latest_commit(s), "commit");
    break;
  case 'R':
    check(test_objects_Every_latest_reserve(s, &slot), "reserve");
    break;
  case 'a':
    each = tick();
    check(test_objects_Every_each_store_at(s, next_number % 3, &each), "store_at");
    break;
  case 'A':
    each = tick();
    check(test_objects_Every_each_reserve_at(s, next_number % 3, &place), "reserve_at");
    *place = each;
    check(test_objects_Every_each_commit(s), "commit");
    break;
  case 'l':
    check(test_objects_Every_latest_load(s, &one), "load");
    check(test_objects_Every_each_load_at(s, 1, &each), "load_at");
    break;
  case 'w':
    check(test_objects_Every_latest_load_versioned(s, &one, &version), "load_versioned");
    check(test_objects_Every_latest_wait_newer(s, version, &one, 1), "wait_newer");
    break;
  case 'c':
    shm_cell_writer_release(&s->latest_writer);
    check(test_objects_Every_latest_writer(s), "claim");
    break;
  default:
    fprintf(stderr, "no operation %c\n", operation);
    exit(1);
  }
}

int main(int argc, char **argv) {
  test_objects_Every s;
  shm_segment bytes;
  FILE *file = argc == 4 ? fopen(argv[3], "wb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "differential_cells ADDRESS SCRIPT IMAGE\n");
    return 2;
  }
  check(test_objects_Every_create(&s, argv[1]), "create");
  check(shm_segment_attach(&bytes, argv[1]), "attach");
  check(test_objects_Every_latest_writer(&s), "claim");
  check(test_objects_Every_each_writer(&s), "claim");
  for (const char *at = argv[2]; *at != '\0'; at++) {
    play(&s, *at);
  }
  save(file, &bytes);
  test_objects_Every_detach(&s);
  save(file, &bytes);
  shm_segment_detach(&bytes);
  return fclose(file) == 0 ? 0 : 1;
}
