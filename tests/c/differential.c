/*
 * Plays a script of operations on the queue `books`, as tests/object/differential.rs
 * does in Rust: both must leave the same bytes.
 *
 *   differential ADDRESS SCRIPT IMAGE
 *
 * IMAGE gets the bytes of the segment before and after the detach.
 */
#include "everything.h"
#include "image.h"

#include <stdlib.h>

static void check(shm_status status, const char *what) {
  if (status != SHM_OK && status != SHM_FULL && status != SHM_EMPTY && status != SHM_TIMEOUT) {
    fprintf(stderr, "%s: %s: %s\n", what, shm_status_text(status), shm_last_error());
    exit(1);
  }
}

static uint64_t next_number;

static test_everything_Book book(void) {
  test_everything_Book book;
  memset(&book, 0, sizeof book);
  book.u64 = next_number++;
  book.apart = (uint8_t)book.u64;
  return book;
}

static void play(test_everything_Plain *s, char operation) {
  test_everything_Book many[9];
  size_t done;
  void *slot;
  const void *loan;
  switch (operation) {
  case 'p':
    many[0] = book();
    check(test_everything_Plain_books_try_push(s, many), "try_push");
    break;
  case 't':
    many[0] = book();
    check(test_everything_Plain_books_push_timeout(s, many, 1), "push_timeout");
    break;
  case 'P':
    for (int k = 0; k < 9; k++) {
      many[k] = book();
    }
    check(test_everything_Plain_books_push_n(s, many, 9, &done), "push_n");
    break;
  case 'r':
    many[0] = book();
    if (test_everything_Plain_books_reserve(s, &slot) == SHM_OK) {
      memcpy(slot, many, sizeof many[0]);
      check(test_everything_Plain_books_commit(s), "commit");
    }
    break;
  case 'R':
    check(test_everything_Plain_books_reserve(s, &slot), "reserve");
    break;
  case 'o':
    check(test_everything_Plain_books_try_pop(s, many), "try_pop");
    break;
  case 'T':
    check(test_everything_Plain_books_pop_timeout(s, many, 1), "pop_timeout");
    break;
  case 'O':
    check(test_everything_Plain_books_pop_n(s, many, 9, &done), "pop_n");
    break;
  case 'k':
    if (test_everything_Plain_books_peek(s, &loan) == SHM_OK) {
      check(test_everything_Plain_books_release(s), "release");
    }
    break;
  case 'K':
    check(test_everything_Plain_books_peek(s, &loan), "peek");
    break;
  case 'c':
    shm_queue_consumer_release(&s->books_consumer);
    check(test_everything_Plain_books_consumer(s), "claim");
    break;
  case 'C':
    shm_queue_producer_release(&s->books_producer);
    check(test_everything_Plain_books_producer(s), "claim");
    break;
  default:
    fprintf(stderr, "no operation %c\n", operation);
    exit(1);
  }
}

int main(int argc, char **argv) {
  test_everything_Plain s;
  shm_segment bytes;
  FILE *file = argc == 4 ? fopen(argv[3], "wb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "differential ADDRESS SCRIPT IMAGE\n");
    return 2;
  }
  check(test_everything_Plain_create(&s, argv[1]), "create");
  check(shm_segment_attach(&bytes, argv[1]), "attach");
  check(test_everything_Plain_books_producer(&s), "claim");
  check(test_everything_Plain_books_consumer(&s), "claim");
  for (const char *at = argv[2]; *at != '\0'; at++) {
    play(&s, *at);
  }
  save(file, &bytes);
  test_everything_Plain_detach(&s);
  save(file, &bytes);
  shm_segment_detach(&bytes);
  return fclose(file) == 0 ? 0 : 1;
}
