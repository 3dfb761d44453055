/*
 * The C program of the chain: takes trades from the Rust program, checks each,
 * and passes it on to the C++ program.
 *
 *   cc -O2 -std=c11 -I../gen relay.c -o relay
 *   ./relay [COUNT [ADDRESS]]
 */
#include "market.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A neighbour that is silent for so long is given up. */
#define PATIENCE (UINT64_C(10) * 1000 * 1000 * 1000)

/* Over all fields but itself. A swapped, shifted or torn field changes it. */
static uint64_t checksum(const acme_market_Trade *t) {
  uint64_t low, high = 0;
  memcpy(&low, t->symbol, 8);
  memcpy(&high, t->symbol + 8, 3);
  return t->sequence + t->time * 3 + (uint64_t)t->price * 5 + (uint64_t)t->quantity * 7 +
         (uint64_t)t->side * 11 + low * 13 + high * 17;
}

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int fail(const char *what) {
  fprintf(stderr, "C relay: %s: %s\n", what, shm_last_error());
  return 1;
}

int main(int argc, char **argv) {
  uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
  const char *address = argc > 2 ? argv[2] : NULL; /* NULL: as the schema says */
  uint64_t expected = 0, received = 0, lost = 0;
  double start = 0;

  acme_market_Feed feed;
  shm_status status = acme_market_Feed_open_or_create(&feed, address);
  if (status != SHM_OK) {
    return fail("open the segment");
  }
  while (expected < count) {
    acme_market_Trade trade;
    status = acme_market_Feed_rust_to_c_pop_timeout(&feed, &trade, PATIENCE);
    if (status != SHM_OK) {
      return fail("pop");
    }
    if (received == 0) {
      start = seconds();
    }
    if (trade.checksum != checksum(&trade) || trade.sequence < expected) {
      fprintf(stderr, "C relay: trade %" PRIu64 " is damaged or came twice\n", trade.sequence);
      return 1;
    }
    lost += trade.sequence - expected;
    expected = trade.sequence + 1;
    received++;

    status = acme_market_Feed_c_to_cpp_push_timeout(&feed, &trade, PATIENCE);
    if (status != SHM_OK) {
      return fail("push");
    }
  }
  printf("received %" PRIu64 " lost %" PRIu64 " seconds %.3f\n", received, lost, seconds() - start);
  acme_market_Feed_detach(&feed);
  return 0;
}
