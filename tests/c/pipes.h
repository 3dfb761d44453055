/*
 * What the tests of streams share: a segment with a stream of bytes and one of items
 * that is written by hand, attached twice.
 */
#ifndef SHM_TEST_PIPES_H
#define SHM_TEST_PIPES_H

#include "support.h"

/* Neither its size nor its alignment is 8. */
typedef struct drop {
  uint32_t n[3];
} drop;

/* What lies at position p of a stream says where it lies. */
static inline unsigned char byte_at(uint64_t p) { return SHM_CAST(unsigned char, p * 167 + (p >> 8) * 29); }

static inline drop drop_at(uint64_t p) {
  drop d;
  for (unsigned k = 0; k < 3; k++) {
    d.n[k] = SHM_CAST(uint32_t, p * 5 + k);
  }
  return d;
}

/* Object 0 is a stream of bytes, object 1 one of drops. */
enum { BYTES = 0, DROPS = 1 };

static inline size_t size_in(uint32_t object) { return object == BYTES ? 1 : sizeof(drop); }

/* Fills `items` with what goes to the positions from `p` on. */
static inline void fill_items(void *items, uint32_t object, uint64_t p, size_t count) {
  for (size_t k = 0; k < count; k++) {
    char *to = SHM_CAST(char *, items) + k * size_in(object);
    drop d = drop_at(p + k);
    unsigned char b = byte_at(p + k);
    memcpy(to, object == BYTES ? SHM_CAST(const void *, &b) : SHM_CAST(const void *, &d), size_in(object));
  }
}

static inline bool are_items(const void *items, uint32_t object, uint64_t p, size_t count) {
  for (size_t k = 0; k < count; k++) {
    char expected[sizeof(drop)];
    fill_items(expected, object, p + k, 1);
    if (memcmp(SHM_CAST(const char *, items) + k * size_in(object), expected, size_in(object)) != 0) {
      return false;
    }
  }
  return true;
}

typedef struct streams_spec {
  shm_segment_spec spec;
  shm_object_spec objects[2];
  uint64_t offsets[2];
  char address[80];
} streams_spec;

static inline const shm_segment_spec *make_streams(streams_spec *t, const char *address, uint64_t capacity) {
  memset(t, 0, sizeof *t);
  snprintf(t->address, sizeof t->address, "%s", address);
  for (uint32_t i = 0; i < 2; i++) {
    shm_object_spec *o = &t->objects[i];
    o->name = i == BYTES ? "log" : "drops";
    o->kind = i == BYTES ? SHM_KIND_STREAM : SHM_KIND_STREAM_ITEMS;
    o->item_size = size_in(i);
    o->capacity = capacity;
    o->batch = capacity / 8 > 1 ? capacity / 8 : 1;
    o->slots = up(capacity + o->batch - 1, i == BYTES ? 8 : 1);
    o->stride = o->item_size;
    o->size = up(0x200 + o->slots * o->stride, 8);
    o->align = 128;
  }
  finish_spec(&t->spec, "streams", t->address, t->objects, 2, t->offsets);
  return &t->spec;
}

/* A segment with streams, attached twice: to write, and to read. */
typedef struct pipes {
  streams_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_stream_writer w;
  shm_stream_reader r;
} pipes;

static inline void open_pipes(pipes *s, uint32_t object, uint64_t capacity) {
  memset(s, 0, sizeof *s);
  CHECK_OK(shm_attachment_create(&s->a, make_streams(&s->t, fresh_address(), capacity), NULL, NULL));
  CHECK_OK(shm_attachment_attach(&s->b, &s->t.spec, NULL, NULL));
  CHECK_OK(shm_stream_writer_claim(&s->w, &s->a, object));
  CHECK_OK(shm_stream_reader_claim(&s->r, &s->b, object));
}

static inline void close_pipes_of(pipes *s) {
  shm_stream_writer_release(&s->w);
  shm_stream_reader_release(&s->r);
  CHECK_OK(shm_attachment_remove(&s->a));
  shm_attachment_detach(&s->a);
  shm_attachment_detach(&s->b);
}

/* The most that is moved at once here. */
enum { MOST = 4096 };

/* Writes up to `count` of what comes next, in one of four ways; how many. `ns` is for
 * the way that waits; SHM_FULL and SHM_TIMEOUT are 0. */
static inline size_t write_next(shm_stream_writer *w, uint32_t object, size_t count, unsigned way,
                                uint64_t ns) {
  char items[MOST * sizeof(drop)];
  size_t size = size_in(object);
  uint64_t p = w->tail.position;
  size_t done = 77;
  shm_stream_room room;
  shm_status status;
  if (way < 2) {
    fill_items(items, object, p, count);
    status = way == 0 ? shm_stream_writer_write(w, items, size, count, &done)
                      : shm_stream_writer_write_timeout(w, items, size, count, ns, &done);
  } else {
    status = shm_stream_writer_reserve(w, size, count, &room);
    done = room.first_count + room.second_count;
    CHECK(done <= count);
    fill_items(room.first, object, p, room.first_count);
    fill_items(room.second, object, p + room.first_count, room.second_count);
    if (status == SHM_OK) {
      done = way == 2 ? done : (done + 1) / 2;
      CHECK_OK(shm_stream_writer_commit(w, done));
    }
  }
  CHECK(status == SHM_OK ? done <= count && (done > 0 || count == 0)
                         : done == 0 && (status == SHM_FULL || status == SHM_TIMEOUT));
  CHECK(w->tail.position == p + done);
  return done;
}

/* Reads up to `count` of what comes next and looks whether it is that; how many. */
static inline size_t read_next(shm_stream_reader *r, uint32_t object, size_t count, unsigned way,
                               uint64_t ns) {
  char items[MOST * sizeof(drop)];
  size_t size = size_in(object);
  uint64_t p = r->head.position;
  size_t done = 77;
  shm_stream_loan loan;
  shm_status status;
  if (way < 2) {
    status = way == 0 ? shm_stream_reader_read(r, items, size, count, &done)
                      : shm_stream_reader_read_timeout(r, items, size, count, ns, &done);
    CHECK(status != SHM_OK || are_items(items, object, p, done));
  } else {
    status = shm_stream_reader_peek(r, size, count, &loan);
    done = loan.first_count + loan.second_count;
    CHECK(are_items(loan.first, object, p, loan.first_count));
    CHECK(are_items(loan.second, object, p + loan.first_count, loan.second_count));
    if (status == SHM_OK) {
      done = way == 2 ? done : (done + 1) / 2;
      CHECK_OK(shm_stream_reader_acknowledge(r, done));
    }
  }
  CHECK(status == SHM_OK ? done <= count && (done > 0 || count == 0)
                         : done == 0 && (status == SHM_EMPTY || status == SHM_TIMEOUT));
  CHECK(r->head.position == p + done);
  return done;
}

#endif
