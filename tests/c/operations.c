/*
 * The operations of segments in C, as a library that a test loads: so one test
 * asks Rust and C the same, see tests/support/src/languages.rs. Handles are opaque;
 * every operation answers with its status, whose text and errno follow.
 */
#include "everything.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the last one said ---- */

const char *ops_text(void) { return shm_last_error(); }
int ops_os_error(void) { return shm_last_os_error(); }

/* ---- segments of a schema ---- */

static int keep(shm_status status, test_everything_Plain *made, test_everything_Plain **out) {
  if (status == SHM_OK) {
    *out = made;
  } else {
    free(made);
    *out = NULL;
  }
  return (int)status;
}

static shm_options trusting(int any_owner) {
  shm_options options;
  memset(&options, 0, sizeof options);
  options.any_owner = any_owner != 0;
  return options;
}

int ops_create(const char *address, test_everything_Plain **out) {
  test_everything_Plain *made = malloc(sizeof *made);
  return keep(test_everything_Plain_create(made, address), made, out);
}

int ops_create_owned(const char *address, uint32_t uid, uint32_t gid, test_everything_Plain **out) {
  test_everything_Plain *made = malloc(sizeof *made);
  shm_options options;
  memset(&options, 0, sizeof options);
  options.uid = &uid;
  options.gid = &gid;
  return keep(test_everything_Plain_create_with(made, address, &options), made, out);
}

/* Its bytes are in core files. */
int ops_create_in_core(const char *address, test_everything_Plain **out) {
  test_everything_Plain *made = malloc(sizeof *made);
  shm_options options;
  memset(&options, 0, sizeof options);
  options.core_dump = true;
  return keep(test_everything_Plain_create_with(made, address, &options), made, out);
}

int ops_attach(const char *address, int read_only, int any_owner, test_everything_Plain **out) {
  test_everything_Plain *made = malloc(sizeof *made);
  shm_options options = trusting(any_owner);
  return keep(read_only ? test_everything_Plain_attach_read_only_with(made, address, &options)
                        : test_everything_Plain_attach_with(made, address, &options),
              made, out);
}

int ops_open_or_create(const char *address, test_everything_Plain **out) {
  test_everything_Plain *made = malloc(sizeof *made);
  return keep(test_everything_Plain_open_or_create(made, address), made, out);
}

void ops_detach(test_everything_Plain *segment) {
  test_everything_Plain_detach(segment);
  free(segment);
}

int ops_remove(test_everything_Plain *segment) { return (int)shm_attachment_remove(&segment->attachment); }

int ops_remove_at(const char *address) { return (int)shm_remove(address); }

const char *ops_address(const test_everything_Plain *segment) {
  return shm_attachment_address(&segment->attachment);
}

/* When it was created, in nanoseconds since 1970. */
uint64_t ops_created(const test_everything_Plain *segment) {
  return shm_get64(segment->attachment.core->segment.base, SHM_HEADER_CREATED);
}

uint32_t ops_creator(const test_everything_Plain *segment) {
  return shm_get32(segment->attachment.core->segment.base, SHM_HEADER_CREATOR_PID);
}

int ops_push(test_everything_Plain *segment, uint64_t number) {
  test_everything_Book book;
  memset(&book, 0, sizeof book);
  book.u64 = number;
  return (int)test_everything_Plain_books_try_push(segment, &book);
}

int ops_pop(test_everything_Plain *segment, uint64_t *number) {
  test_everything_Book book;
  shm_status status = test_everything_Plain_books_try_pop(segment, &book);
  *number = status == SHM_OK ? book.u64 : 0;
  return (int)status;
}

/* ---- bare ones ---- */

static int keep_bare(shm_status status, shm_segment *made, shm_segment **out) {
  if (status == SHM_OK) {
    *out = made;
  } else {
    free(made);
    *out = NULL;
  }
  return (int)status;
}

int ops_bare_create(const char *address, uint64_t size, uint32_t mode, shm_segment **out) {
  shm_segment *made = malloc(sizeof *made);
  return keep_bare(shm_segment_create(made, address, size, mode), made, out);
}

int ops_bare_attach(const char *address, int read_only, shm_segment **out) {
  shm_segment *made = malloc(sizeof *made);
  return keep_bare(
      read_only ? shm_segment_attach_read_only(made, address) : shm_segment_attach(made, address), made, out);
}

int ops_bare_set(shm_segment *segment, uint32_t uid, uint32_t gid, uint32_t mode) {
  return (int)shm_segment_set(segment, uid, gid, mode);
}

int ops_bare_remove(shm_segment *segment) { return (int)shm_segment_remove(segment); }

void ops_bare_detach(shm_segment *segment) {
  shm_segment_detach(segment);
  free(segment);
}

int ops_bare_lock(shm_segment *segment) { return (int)shm_segment_lock_memory(segment); }

void ops_bare_fill(shm_segment *segment, int byte) { memset(segment->data, byte, segment->size); }

void ops_bare_read(const shm_segment *segment, uint64_t offset, void *to, size_t size) {
  shm_copy_out(to, segment->opened.base + offset, size);
}
