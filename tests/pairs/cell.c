/* cell store|load|watch ADDRESS COUNT: one side of tests/object/cell_pairs.rs, in C. */
#include "cell.h"

static void store(test_objects_Every *s, uint64_t count) {
  for (uint64_t n = 1; n <= count; n++) {
    test_objects_Config value = config_of(n);
    test_objects_Tick each = tick_of(n);
    void *slot;
    if (n % 100 == 0) {
      shm_sys_sleep_ns(1000000); /* somebody falls asleep */
    }
    check(test_objects_Every_each_store_at(s, n % 3, &each), "store_at");
    if (n % 4 == 0) {
      check(test_objects_Every_latest_reserve(s, &slot), "reserve");
      memcpy(slot, &value, sizeof value);
      check(test_objects_Every_latest_commit(s), "commit");
    } else {
      check(test_objects_Every_latest_store(s, &value), "store");
    }
  }
}

/* Value n is that of version n, up to the last one. */
static void load(test_objects_Every *s, uint64_t count) {
  uint64_t version = 0;
  while (version < count) {
    test_objects_Config value;
    uint64_t last = version;
    test_objects_Tick each;
    check(test_objects_Every_latest_wait_next(s, &version, &value, PATIENCE), "wait_next");
    if (version <= last) {
      fprintf(stderr, "version %llu came again\n", (unsigned long long)version);
      exit(1);
    }
    expect_config(&value, version);
    check(test_objects_Every_latest_load_versioned(s, &value, &version), "load_versioned");
    expect_config(&value, version);
    check(test_objects_Every_each_load_at(s, 1, &each), "load_at");
    if (each.time != 0) {
      expect_tick(&each, each.time);
    }
  }
}

int main(int argc, char **argv) {
  test_objects_Every s;
  if (argc != 4) {
    fprintf(stderr, "cell store|load|watch ADDRESS COUNT\n");
    return 2;
  }
  if (strcmp(argv[1], "store") == 0) {
    check(test_objects_Every_attach(&s, argv[2]), "attach");
    store(&s, strtoull(argv[3], NULL, 10));
  } else {
    /* Whoever may only read looks now and then; whoever watches is woken. */
    check(strcmp(argv[1], "watch") == 0 ? test_objects_Every_attach(&s, argv[2])
                                        : test_objects_Every_attach_read_only(&s, argv[2]),
          "attach");
    load(&s, strtoull(argv[3], NULL, 10));
  }
  test_objects_Every_detach(&s);
  return 0;
}
