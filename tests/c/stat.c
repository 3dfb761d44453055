/*
 * Tells what a segment of the schema `backends` says of itself, line by line, and
 * changes its mode if one is given: stat.c ADDRESS [MODE]. Compiled as C and, with
 * LAYER defined, as C++ with the layer.
 */
#ifdef LAYER
#include "backends.hpp"
#else
#include "backends.h"
#endif
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void text(const char *key, const char *value) { printf("%s %s\n", key, value); }

static void number(const char *key, uint64_t value) { printf("%s %" PRIu64 "\n", key, value); }

static void signed_number(const char *key, int64_t value) { printf("%s %" PRId64 "\n", key, value); }

static void tell_segment(const shm_attachment_facts *f) {
  number("size", f->segment.size);
  number("mode", f->segment.mode);
  number("uid", f->segment.uid);
  number("gid", f->segment.gid);
  number("page_size", f->segment.page_size);
  text("schema", f->schema);
  text("segment", f->name);
  text("version", f->version);
  text("tool", f->tool_version);
  printf("fingerprint ");
  for (size_t i = 0; i < sizeof f->fingerprint; i++) {
    printf("%02x", f->fingerprint[i]);
  }
  printf("\n");
  number("created", f->created_ns);
  number("creator", f->creator_pid);
  number("creator_uid", f->creator_uid);
  text("program", f->creator_program);
  number("retired", f->is_retired);
  number("records", f->participant_records);
  number("alive", f->participants_alive);
  number("dead", f->participants_dead);
}

static void tell_queue(const shm_queue_facts *f) {
  number("item_size", f->item_size);
  number("capacity", f->capacity);
  number("depth", f->depth);
  number("pushed", f->pushed);
  number("popped", f->popped);
  number("full", f->times_full);
  number("redelivered", f->redelivered);
  number("dropped", f->dropped);
  number("waiters", SHM_CAST(uint64_t, f->producer_waits) + SHM_CAST(uint64_t, f->consumer_waits));
  number("high_water", f->high_water);
  signed_number("producer", f->producer);
  signed_number("consumer", f->consumer);
}

static int failed(shm_status status) {
  printf("%s: %s\n", shm_status_text(status), shm_last_error());
  return 1;
}

#ifdef LAYER

int main(int count, char **arguments) {
  auto segment = test::backends::InMemory::attach_read_only(arguments[1]);
  if (!segment) {
    return failed(segment.status());
  }
  const auto facts = segment->stat();
  const auto queue = segment->ticks().stat();
  if (!facts || !queue) {
    return failed(facts ? queue.status() : facts.status());
  }
  tell_segment(&*facts);
  tell_queue(&*queue);
  if (count > 2) {
    const auto mode = static_cast<std::uint32_t>(std::strtoul(arguments[2], nullptr, 8));
    const shm_status status = segment->set(UINT32_MAX, UINT32_MAX, mode);
    if (status != SHM_OK) {
      return failed(status);
    }
  }
  return 0;
}

#else

int main(int count, char **arguments) {
  test_backends_InMemory segment;
  shm_attachment_facts facts;
  shm_queue_facts queue;
  shm_status status = test_backends_InMemory_attach_read_only(&segment, arguments[1]);
  if (status == SHM_OK) {
    status = test_backends_InMemory_stat(&segment, &facts);
  }
  if (status == SHM_OK) {
    status = test_backends_InMemory_ticks_stat(&segment, &queue);
  }
  if (status != SHM_OK) {
    return failed(status);
  }
  tell_segment(&facts);
  tell_queue(&queue);
  if (count > 2) {
    uint32_t mode = SHM_CAST(uint32_t, strtoul(arguments[2], NULL, 8));
    status = test_backends_InMemory_set(&segment, UINT32_MAX, UINT32_MAX, mode);
    if (status != SHM_OK) {
      return failed(status);
    }
  }
  test_backends_InMemory_detach(&segment);
  /* Of nothing nothing is told. */
  if (test_backends_InMemory_stat(&segment, &facts) != SHM_INVALID ||
      test_backends_InMemory_ticks_stat(&segment, &queue) != SHM_INVALID ||
      test_backends_InMemory_set(&segment, 0, 0, 0600) != SHM_INVALID) {
    text("of nothing", "something is reported");
  }
  return 0;
}

#endif
