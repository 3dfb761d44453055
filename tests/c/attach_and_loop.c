/* A program as users write them: main attaches and reports, and messages go
 * through a loop in it and through one of its own. What the compiler makes of it
 * is looked at, in tests/language/c_runtime.rs; it is not run. */
#include "everything.h"

/* Small enough that a compiler copies it by moves, unless it compiles for size. */
typedef struct shape {
  char bytes[88];
} shape;

extern shape first_shape, last_shape;
uint64_t take_all(test_everything_Plain *feed);

uint64_t take_all(test_everything_Plain *feed) {
  test_everything_Level level;
  uint64_t sum = 0;
  shape latest = first_shape;
  while (test_everything_Plain_levels_try_pop(feed, &level) == SHM_OK) {
    latest.bytes[sum % sizeof latest.bytes] = 1;
    last_shape = latest;
    sum += level.quantity;
  }
  return sum;
}

int main(void) {
  test_everything_Plain feed;
  test_everything_Level level;
  shape latest = first_shape;
  uint64_t sum = 0;
  memset(&level, 0, sizeof level);
  if (test_everything_Plain_attach(&feed, NULL) != SHM_OK) {
    puts(shm_last_error());
    return 1;
  }
  for (uint32_t n = 0; n < 1000000; n++) {
    level.quantity = n;
    if (test_everything_Plain_levels_try_push(&feed, &level) != SHM_OK) {
      break;
    }
    latest.bytes[n % sizeof latest.bytes] = 1;
    last_shape = latest;
    sum += take_all(&feed);
  }
  test_everything_Plain_detach(&feed);
  return sum != 0 ? 0 : 1;
}
