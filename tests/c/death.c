/*
 * What is killed, in C: the producer and the consumer of tests/death/queues.rs, which
 * says what they do and reads the ledger.
 *
 *   death producer|consumer ADDRESS LEDGER_ADDRESS
 */
#include "everything.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE UINT64_C(20000000000)

/* The ledger's words, as in death.rs. */
enum { ENTERED = 0, RETURNED = 1, WIDTH = 2, NEXT = 3, SUSPECT = 4, COUNT = 5, LOG = 8, LOG_SIZE = 1 << 17 };

static uint64_t *ledger;

static void set(unsigned word, uint64_t n) { __atomic_store_n(&ledger[word], n, __ATOMIC_SEQ_CST); }

/* The widths of a process's operations, in turn. */
static const unsigned widths[] = {1, 5, 1, 2};

static void check(shm_status status, const char *what) {
  if (status != SHM_OK) {
    fprintf(stderr, "death: %s: %s: %s\n", what, shm_status_text(status), shm_last_error());
    exit(1);
  }
}

static void book_of(test_everything_Book *book, uint64_t n) {
  memset(book, 0, sizeof *book);
  book->u64 = n;
  book->i64 = -(int64_t)n;
  book->levels[2].price = (int64_t)n * 3;
  book->option.f = n * 7;
}

/* Enters a message that was got, which must be whole. */
static void enter_message(const void *message, uint64_t *count) {
  test_everything_Book got;
  test_everything_Book expected;
  memcpy(&got, message, sizeof got);
  book_of(&expected, got.u64);
  if (!test_everything_Book_equal(&got, &expected)) {
    fprintf(stderr, "death: a torn message\n");
    exit(1);
  }
  set(LOG + (unsigned)(*count % LOG_SIZE), got.u64);
  set(COUNT, ++*count);
}

static void produce(test_everything_Plain *segment) {
  uint64_t n = ledger[NEXT];
  for (uint64_t operation = 1;; operation++) {
    unsigned width = widths[operation % 4];
    test_everything_Book batch[5];
    for (unsigned k = 0; k < width; k++) {
      book_of(&batch[k], n + k);
    }
    set(WIDTH, width);
    set(NEXT, n + width);
    set(ENTERED, operation);
    if (width == 1 && operation % 8 == 4) {
      /* A slot filled in place. */
      void *slot = NULL;
      shm_status status;
      do {
        status = test_everything_Plain_books_reserve(segment, &slot);
      } while (status == SHM_FULL);
      check(status, "reserve");
      memcpy(slot, &batch[0], sizeof batch[0]);
      check(test_everything_Plain_books_commit(segment), "commit");
      n += 1;
    } else if (width == 1) {
      check(test_everything_Plain_books_push_timeout(segment, &batch[0], PATIENCE), "push");
      n += 1;
    } else {
      /* As many as fit, at least one. */
      size_t done = 0;
      shm_status status;
      do {
        status = test_everything_Plain_books_push_n(segment, batch, width, &done);
      } while (status == SHM_FULL);
      check(status, "push_n");
      n += done;
    }
    set(NEXT, n);
    set(RETURNED, operation);
  }
}

static void consume(test_everything_Plain *segment) {
  uint64_t count = 0;
  for (uint64_t operation = 1;; operation++) {
    unsigned width = widths[operation % 4];
    test_everything_Book got[5];
    size_t done = 0;
    shm_status status;
    set(WIDTH, width);
    set(ENTERED, operation);
    if (width == 1 && operation % 8 == 4) {
      const void *loan = NULL;
      do {
        status = test_everything_Plain_books_peek(segment, &loan);
      } while (status == SHM_EMPTY);
      check(status, "peek");
      /* Used before it is acknowledged, and long enough that many kills fall here and
         the producer keeps the queue full. */
      enter_message(loan, &count);
      for (volatile unsigned k = 0; k < 100000; k++) {
      }
      check(test_everything_Plain_books_release(segment), "release");
    } else if (width == 1) {
      check(test_everything_Plain_books_pop_timeout(segment, &got[0], PATIENCE), "pop");
      done = 1;
    } else {
      do {
        status = test_everything_Plain_books_pop_n(segment, got, width, &done);
      } while (status == SHM_EMPTY);
      check(status, "pop_n");
    }
    for (size_t k = 0; k < done; k++) {
      enter_message(&got[k], &count);
    }
    set(RETURNED, operation);
  }
}

int main(int argc, char **argv) {
  test_everything_Plain segment;
  shm_segment words;
  if (argc != 4) {
    fprintf(stderr, "death producer|consumer ADDRESS LEDGER_ADDRESS\n");
    return 2;
  }
  check(shm_segment_attach(&words, argv[3]), "attach to the ledger");
  ledger = (uint64_t *)(void *)words.data;
  check(test_everything_Plain_attach(&segment, argv[2]), "attach");
  if (strcmp(argv[1], "producer") == 0) {
    check(test_everything_Plain_books_producer(&segment), "claim");
    produce(&segment);
  } else {
    check(test_everything_Plain_books_consumer(&segment), "claim");
    set(SUSPECT, test_everything_Plain_books_redelivered(&segment));
    consume(&segment);
  }
}
