/*
 * Attaching to segments that lie, in C under the address and the
 * undefined-behaviour sanitizer; tests/hostile/headers.rs builds and runs it, and
 * tests/support/src/liars.rs does the same in Rust.
 *
 *   hostile_headers IMAGE ADDRESS ROUNDS SEED
 *
 * IMAGE is the file of a good segment. A POSIX segment is a file with the same
 * bytes, a System V one a segment with the same.
 */
#define _GNU_SOURCE 1 /* for this test; the header needs nothing */

#include "everything.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                                      \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      fprintf(stderr, "%s:%d: round %llu: not true: %s\n  last error: %s\n", __FILE__, __LINE__,             \
              (unsigned long long)round_number, #condition, shm_last_error());                               \
      abort();                                                                                               \
    }                                                                                                        \
  } while (0)

static uint64_t round_number;
static uint64_t dice;

static uint64_t roll(uint64_t below) {
  dice = dice * 6364136223846793005u + 1442695040888963407u;
  return (dice >> 33) % below;
}

/* A number as a liar would choose it. */
static uint64_t lie(void) {
  uint64_t near = roll(129) - 64;
  switch (roll(8)) {
  case 0:
    return near;
  case 1:
    return (UINT64_C(1) << roll(64)) + near % 4;
  case 2:
    return UINT64_MAX - near % 64;
  case 3:
    return UINT32_MAX + near;
  case 4:
    return roll(1u << 20) * 64;
  default:
    return roll(1u << 31) << roll(34);
  }
}

static unsigned char *image;
static uint64_t size;
static uint64_t areas[4][2];

/* The segment's bytes: its file, or where it lies. */
static int file = -1;
static char *mapped;

static void put(uint64_t at, const void *bytes, size_t count) {
  if (file >= 0) {
    MUST(pwrite(file, bytes, count, (off_t)at) == (ssize_t)count);
  } else {
    memcpy(mapped + at, bytes, count);
  }
}

static void tell_lies(void) {
  static const size_t widths[] = {1, 2, 4, 8};
  static const unsigned often[] = {0, 0, 1, 2, 3};
  uint64_t n = roll(16);
  unsigned char byte;
  if (file >= 0 && n < 2) { /* System V segments have one size for ever */
    MUST(ftruncate(file, (off_t)(n == 0 ? roll(size) : size + 1 + roll(9000))) == 0);
    return;
  }
  if (n == 3) {
    const uint64_t *area = areas[roll(3)];
    unsigned char fill[200];
    memset(fill, roll(2) == 0 ? 0 : 0xFF, sizeof fill);
    put(area[0] + roll(area[1] - area[0] - sizeof fill), fill, 1 + roll(sizeof fill));
    return;
  }
  for (uint64_t i = 0; i <= n % 3; i++) {
    const uint64_t *area = areas[often[roll(5)]];
    uint64_t value = lie();
    put(area[0] + roll((area[1] - area[0]) / 4 - 2) * 4, &value, widths[roll(4)]);
  }
  if (roll(2) == 0) { /* of another contract, so that it is read */
    byte = (unsigned char)roll(256);
    put(32, &byte, 1);
  }
}

static uint64_t answers[SHM_OS + 1];

static void note(shm_status status) {
  const char *text = shm_last_error();
  MUST(status <= SHM_OS);
  answers[status]++;
  MUST(strlen(text) < SHM_FAILURE_SIZE && shm_is_utf8(text, strlen(text)));
  for (; status != SHM_OK && *text != '\0'; text++) {
    MUST(((unsigned char)*text >= 0x20 && *text != 0x7F) || *text == '\n');
  }
}

static void use(test_everything_Plain *segment) {
  test_everything_Book book;
  uint64_t depth = 0;
  memset(&book, 0, sizeof book);
  for (uint32_t i = 0; i < 4; i++) {
    shm_status status = shm_queue_depth(&segment->attachment, i, &depth);
    MUST(status == SHM_OK || status == SHM_INVALID || status == SHM_CORRUPT);
  }
  for (int i = 0; i < 3; i++) {
    shm_status status = test_everything_Plain_books_try_push(segment, &book);
    MUST(status <= SHM_OS);
    status = test_everything_Plain_books_try_pop(segment, &book);
    MUST(status <= SHM_OS);
  }
}

static void ask(const char *address) {
  test_everything_Plain segment;
  shm_status status = test_everything_Plain_attach_read_only(&segment, address);
  note(status);
  if (status == SHM_OK) {
    test_everything_Plain_detach(&segment);
  }
  status = test_everything_Plain_attach(&segment, address);
  note(status);
  if (status == SHM_OK) {
    if (round_number % 4 == 0) {
      use(&segment);
    }
    test_everything_Plain_detach(&segment);
  }
}

/* As it was; the payloads may stay. A state that is not ready yet would be waited
 * for in a System V segment. */
static void restore(void) {
  if (file >= 0) {
    MUST(ftruncate(file, (off_t)size) == 0);
    put(0, image, round_number % 64 == 0 ? size : areas[1][1]);
  } else {
    put(0, image, areas[1][1]);
  }
  put(areas[2][0], image + areas[2][0], areas[2][1] - areas[2][0]);
}

static void never_unready(void) {
  uint32_t state = shm_get32(mapped, SHM_HEADER_STATE);
  uint64_t magic = shm_get64(mapped, 0);
  if (state < SHM_SEGMENT_READY || magic == 0) {
    put(0, image, 8);
    put(SHM_HEADER_STATE, image + SHM_HEADER_STATE, 4);
  }
}

int main(int argc, char **argv) {
  shm_segment bytes;
  char path[512];
  uint64_t rounds;
  FILE *good;
  test_everything_Plain segment;
  if (argc != 5) {
    fprintf(stderr, "hostile_headers IMAGE ADDRESS ROUNDS SEED\n");
    return 2;
  }
  rounds = strtoull(argv[3], NULL, 10);
  dice = strtoull(argv[4], NULL, 10);
  good = fopen(argv[1], "rb");
  MUST(good != NULL);
  size = test_everything_Plain_spec.total_size;
  image = malloc(size);
  MUST(fread(image, 1, size, good) == size && fgetc(good) == EOF);
  fclose(good);
  /* A good one of this kind: a System V one has a birth mark of its own. */
  MUST(test_everything_Plain_create(&segment, argv[2]) == SHM_OK);
  test_everything_Plain_detach(&segment);
  MUST(shm_segment_attach(&bytes, argv[2]) == SHM_OK);
  memcpy(image + SHM_HEADER_BIRTH_MARK, (const char *)bytes.data + SHM_HEADER_BIRTH_MARK, 8);
  mapped = bytes.data;
  if (strncmp(argv[2], "posix:", 6) == 0) {
    snprintf(path, sizeof path, "/dev/shm/%s", argv[2] + 7);
    shm_segment_detach(&bytes); /* it will be cut short */
    file = open(path, O_RDWR | O_CLOEXEC);
    MUST(file >= 0);
  }
  areas[0][1] = SHM_HEADER_SIZE;
  areas[1][0] = SHM_HEADER_SIZE;
  areas[1][1] = 16384;
  areas[2][0] = shm_get64(image, SHM_HEADER_CONTRACT_OFFSET);
  areas[2][1] = areas[2][0] + shm_get64(image, SHM_HEADER_CONTRACT_SIZE);
  areas[3][0] = shm_get64(image, SHM_HEADER_DIRECTORY_OFFSET);
  areas[3][1] = areas[3][0] + shm_get32(image, SHM_HEADER_DIRECTORY_COUNT) * SHM_ENTRY_SIZE;
  put(0, image, size);
  for (round_number = 0; round_number < rounds; round_number++) {
    tell_lies();
    if (file < 0) {
      never_unready();
    }
    ask(argv[2]);
    restore();
  }
  MUST(shm_remove(argv[2]) == SHM_OK);
  MUST(rounds < 10000 || (answers[SHM_OK] > 0 && answers[SHM_MISMATCH] > 0 && answers[SHM_CORRUPT] > 0));
  for (unsigned i = 0; i <= SHM_OS; i++) {
    if (answers[i] > 0) {
      printf("%s: %llu, ", shm_status_text((shm_status)i), (unsigned long long)answers[i]);
    }
  }
  printf("\n");
  if (file < 0) {
    shm_segment_detach(&bytes);
  }
  free(image);
  return 0;
}
