/*
 * Does one operation on an object of tests/schemas/steps.toml, and kills itself before
 * its n-th store to the segment. tests/crash_crate does the same in Rust.
 *
 *   steps ADDRESS OBJECT OPERATION N FIRST
 *
 * FIRST is the first number that it may put in. It says how many steps the operation has
 * if it comes to its end.
 */
#define SHM_CRASHPOINTS
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static test_steps_Steps segment;
static uint64_t before;
static uint64_t first;

static void must(shm_status status) {
  if (status != SHM_OK) {
    fprintf(stderr, "steps: %s: %s\n", shm_status_text(status), shm_last_error());
    exit(1);
  }
}

static test_steps_Item item_of(uint64_t n) {
  test_steps_Item item;
  memset(&item, 0, sizeof item);
  item.n = n;
  for (int i = 0; i < 3; i++) {
    item.squares[i] = n * n;
  }
  return item;
}

static void check(const test_steps_Item *found) {
  test_steps_Item item = item_of(found->n);
  if (memcmp(&item, found, sizeof item) != 0) {
    fprintf(stderr, "steps: a torn item\n");
    exit(1);
  }
}

/* What dies lies between these two. */
static void begin(void) { shm_kill_before(before); }

static void end(void) {
  printf("%llu\n", (unsigned long long)shm_steps_taken);
  shm_kill_before(0);
}

static bool is(const char *operation, const char *name) { return strcmp(operation, name) == 0; }

#define ON_A_QUEUE(queue)                                                                                    \
  static void push_##queue(uint64_t n) {                                                                     \
    test_steps_Item item = item_of(n);                                                                       \
    must(test_steps_Steps_##queue##_try_push(&segment, &item));                                              \
  }                                                                                                          \
  static void pop_##queue(void) {                                                                            \
    test_steps_Item item;                                                                                    \
    must(test_steps_Steps_##queue##_try_pop(&segment, &item));                                               \
    check(&item);                                                                                            \
  }                                                                                                          \
  static void on_##queue(const char *operation) {                                                            \
    test_steps_Item many[3];                                                                                 \
    size_t done = 0;                                                                                         \
    if (is(operation, "first_push")) {                                                                       \
      begin();                                                                                               \
      push_##queue(first);                                                                                   \
      end();                                                                                                 \
    } else if (is(operation, "first_pop")) {                                                                 \
      begin();                                                                                               \
      pop_##queue();                                                                                         \
      end();                                                                                                 \
    } else if (strstr(operation, "push") == operation) {                                                     \
      push_##queue(first);                                                                                   \
      if (is(operation, "push")) {                                                                           \
        begin();                                                                                             \
        push_##queue(first + 1);                                                                             \
      } else if (is(operation, "push_many")) {                                                               \
        for (uint64_t i = 0; i < 3; i++) {                                                                   \
          many[i] = item_of(first + 1 + i);                                                                  \
        }                                                                                                    \
        begin();                                                                                             \
        must(test_steps_Steps_##queue##_push_n(&segment, many, 3, &done));                                   \
      } else {                                                                                               \
        test_steps_Item *slot;                                                                               \
        begin();                                                                                             \
        must(test_steps_Steps_##queue##_reserve(&segment, &slot));                                           \
        *slot = item_of(first + 1);                                                                          \
        must(test_steps_Steps_##queue##_commit(&segment));                                                   \
      }                                                                                                      \
      end();                                                                                                 \
    } else if (is(operation, "no_longer_produce")) {                                                         \
      push_##queue(first);                                                                                   \
      begin();                                                                                               \
      shm_queue_producer_release(&segment.queue##_producer);                                                 \
      end();                                                                                                 \
    } else {                                                                                                 \
      pop_##queue();                                                                                         \
      begin();                                                                                               \
      if (is(operation, "pop")) {                                                                            \
        pop_##queue();                                                                                       \
      } else if (is(operation, "pop_many")) {                                                                \
        must(test_steps_Steps_##queue##_pop_n(&segment, many, 3, &done));                                    \
      } else if (is(operation, "peek")) {                                                                    \
        const test_steps_Item *slot;                                                                         \
        must(test_steps_Steps_##queue##_peek(&segment, &slot));                                              \
        check(slot);                                                                                         \
        must(test_steps_Steps_##queue##_release(&segment));                                                  \
      } else {                                                                                               \
        shm_queue_consumer_release(&segment.queue##_consumer);                                               \
      }                                                                                                      \
      end();                                                                                                 \
      for (size_t i = 0; i < done; i++) {                                                                    \
        check(&many[i]);                                                                                     \
      }                                                                                                      \
    }                                                                                                        \
  }

ON_A_QUEUE(narrow)
ON_A_QUEUE(wide)

static void write_one(uint64_t n) {
  test_steps_Item item = item_of(n);
  size_t done;
  must(test_steps_Steps_items_write(&segment, &item, 1, &done));
}

static void read_some(size_t count) {
  test_steps_Item many[3];
  size_t done;
  must(test_steps_Steps_items_read(&segment, many, count, &done));
  for (size_t i = 0; i < done; i++) {
    check(&many[i]);
  }
}

static void produce_for_the_stream(const char *operation) {
  test_steps_Item many[3];
  shm_stream_room room;
  size_t done;
  write_one(first);
  for (uint64_t i = 0; i < 3; i++) {
    many[i] = item_of(first + 1 + i);
  }
  begin();
  if (is(operation, "push")) {
    write_one(first + 1);
  } else if (is(operation, "push_many")) {
    must(test_steps_Steps_items_write(&segment, many, 3, &done));
  } else if (is(operation, "push_in_place")) {
    must(test_steps_Steps_items_reserve(&segment, 1, &room));
    memcpy(room.first, &many[0], sizeof many[0]);
    must(test_steps_Steps_items_commit(&segment, 1));
  } else {
    shm_stream_writer_release(&segment.items_writer);
  }
  end();
}

static void consume_from_the_stream(const char *operation) {
  shm_stream_loan loan;
  read_some(1);
  begin();
  if (is(operation, "pop")) {
    read_some(1);
  } else if (is(operation, "pop_many")) {
    read_some(3);
  } else if (is(operation, "peek")) {
    must(test_steps_Steps_items_peek(&segment, 8, &loan));
    check((const test_steps_Item *)loan.first);
    must(test_steps_Steps_items_release(&segment, 1));
  } else {
    shm_stream_reader_release(&segment.items_reader);
  }
  end();
}

static void on_the_stream(const char *operation) {
  if (is(operation, "first_push")) {
    begin();
    write_one(first);
    end();
  } else if (is(operation, "first_pop")) {
    begin();
    read_some(1);
    end();
  } else if (strstr(operation, "push") == operation || is(operation, "no_longer_produce")) {
    produce_for_the_stream(operation);
  } else {
    consume_from_the_stream(operation);
  }
}

static void on_the_state(const char *operation) {
  test_steps_Item found;
  test_steps_Item next = item_of(first);
  if (is(operation, "change")) {
    begin();
    must(test_steps_Steps_shared_lock(&segment, &found));
    must(test_steps_Steps_shared_unlock(&segment, &next));
    end();
  } else {
    must(test_steps_Steps_shared_lock(&segment, &found));
    begin();
    if (test_steps_Steps_shared_wait(&segment, &next, 1000000) != SHM_TIMEOUT) {
      must(SHM_INVALID);
    }
    end();
    must(test_steps_Steps_shared_unlock(&segment, NULL));
  }
}

static void store(uint64_t n) {
  test_steps_Item item = item_of(n);
  must(test_steps_Steps_value_store(&segment, &item));
}

static void on_the_cell(const char *operation) {
  if (is(operation, "first_store")) {
    begin();
    store(first);
  } else if (is(operation, "store")) {
    store(first);
    begin();
    store(first + 1);
  } else {
    test_steps_Item *slot;
    store(first);
    begin();
    must(test_steps_Steps_value_reserve(&segment, &slot));
    *slot = item_of(first + 1);
    must(test_steps_Steps_value_commit(&segment));
  }
  end();
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "ADDRESS OBJECT OPERATION N FIRST\n");
    return 2;
  }
  must(test_steps_Steps_attach(&segment, argv[1]));
  before = strtoull(argv[4], NULL, 10);
  first = strtoull(argv[5], NULL, 10);
  if (is(argv[2], "narrow")) {
    on_narrow(argv[3]);
  } else if (is(argv[2], "wide")) {
    on_wide(argv[3]);
  } else if (is(argv[2], "items")) {
    on_the_stream(argv[3]);
  } else if (is(argv[2], "shared")) {
    on_the_state(argv[3]);
  } else {
    on_the_cell(argv[3]);
  }
  test_steps_Steps_detach(&segment);
  return 0;
}
