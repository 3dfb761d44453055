/* pair push|pop ADDRESS COUNT: one side of tests/object/pairs.rs, in C. */
#include "book.h"

#include <stdlib.h>

#define PATIENCE UINT64_C(20000000000)
#define MANY 7

static void check(shm_status status, const char *what) {
  if (status != SHM_OK) {
    fprintf(stderr, "C: %s: %s: %s\n", what, shm_status_text(status), shm_last_error());
    exit(1);
  }
}

static void push(test_everything_Plain *segment, uint64_t count) {
  test_everything_Book books[MANY];
  for (uint64_t n = 0; n < count;) {
    size_t many = count - n < MANY ? (size_t)(count - n) : MANY;
    size_t done = 0;
    for (size_t k = 0; k < many; k++) {
      book_of(n + k, &books[k]);
    }
    if (n % 3 == 0) {
      shm_status status = test_everything_Plain_books_push_n(segment, books, many, &done);
      check(status == SHM_FULL ? SHM_OK : status, "push_n");
      n += done;
    } else {
      check(test_everything_Plain_books_push_timeout(segment, &books[0], PATIENCE), "push");
      n++;
    }
  }
}

static void compare(uint64_t n, const test_everything_Book *got) {
  test_everything_Book expected;
  book_of(n, &expected);
  if (!test_everything_Book_equal(got, &expected) || memcmp(got, &expected, sizeof expected) != 0) {
    char text[4096];
    test_everything_Book_format(got, text, sizeof text);
    fprintf(stderr, "C: %llu came as %s\n", (unsigned long long)n, text);
    exit(1);
  }
}

static void pop(test_everything_Plain *segment, uint64_t count) {
  test_everything_Book books[MANY];
  for (uint64_t n = 0; n < count;) {
    size_t done = 1;
    if (n % 5 == 0) {
      shm_status status = test_everything_Plain_books_pop_n(segment, books, MANY, &done);
      check(status == SHM_EMPTY ? SHM_OK : status, "pop_n");
    } else {
      check(test_everything_Plain_books_pop_timeout(segment, &books[0], PATIENCE), "pop");
    }
    for (size_t k = 0; k < done; k++) {
      compare(n++, &books[k]);
    }
  }
}

int main(int argc, char **argv) {
  test_everything_Plain segment;
  if (argc != 4) {
    fprintf(stderr, "pair push|pop ADDRESS COUNT\n");
    return 2;
  }
  check(test_everything_Plain_open_or_create(&segment, argv[2]), "open");
  if (strcmp(argv[1], "push") == 0) {
    push(&segment, strtoull(argv[3], NULL, 10));
  } else {
    pop(&segment, strtoull(argv[3], NULL, 10));
  }
  test_everything_Plain_detach(&segment);
  return 0;
}
