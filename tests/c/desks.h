/*
 * What the tests of cells share: a segment with a cell and an array of cells that is
 * written by hand, attached twice.
 */
#ifndef SHM_TEST_DESKS_H
#define SHM_TEST_DESKS_H

#include "support.h"

/* Not a multiple of 8, so that the last word of a slot is partly padding. */
typedef struct quote {
  uint32_t n[29];
} quote;

static inline quote quote_of(uint64_t n) {
  quote q;
  for (unsigned k = 0; k < 29; k++) {
    q.n[k] = SHM_CAST(uint32_t, n * 31 + k);
  }
  return q;
}

static inline bool is_quote(const quote *q, uint64_t n) {
  quote expected = quote_of(n);
  return memcmp(q, &expected, sizeof expected) == 0;
}

static inline bool is_zero(const void *value, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (SHM_CAST(const char *, value)[i] != 0) {
      return false;
    }
  }
  return true;
}

/* Object 0 is a cell, object 1 an array of three, object 2 a queue, object 3 a state. */
enum { CELL = 0, ARRAY = 1, STATE = 3, CELLS = 3 };

typedef struct cells_spec {
  shm_segment_spec spec;
  shm_object_spec objects[4];
  uint64_t offsets[4];
  char address[80];
} cells_spec;

static inline const shm_segment_spec *make_cells(cells_spec *t, const char *address, uint64_t item_size) {
  memset(t, 0, sizeof *t);
  snprintf(t->address, sizeof t->address, "%s", address);
  for (int i = 0; i < 2; i++) {
    shm_object_spec *o = &t->objects[i];
    o->name = i == CELL ? "book" : "quotes";
    o->kind = i == CELL ? SHM_KIND_CELL : SHM_KIND_CELLS;
    o->lanes = i == CELL ? 0 : CELLS;
    o->item_size = item_size;
    o->capacity = 1;
    o->slots = 8;
    o->stride = up(8 + item_size, 128);
    o->size = (0x100 + 8 * o->stride) * (i == CELL ? 1 : CELLS);
    o->align = 128;
  }
  t->objects[2] = queue_of("trades", sizeof(trade), 4);
  t->objects[STATE] = t->objects[CELL];
  t->objects[STATE].name = "robot";
  t->objects[STATE].kind = SHM_KIND_STATE;
  t->objects[STATE].slots = 2;
  t->objects[STATE].stride = up(item_size, 128);
  t->objects[STATE].size = 0x180 + 2 * t->objects[STATE].stride;
  finish_spec(&t->spec, "cells", t->address, t->objects, 4, t->offsets);
  return &t->spec;
}

/* A segment with cells, attached twice: to write, and to read. */
typedef struct desk {
  cells_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_cell_writer w;
  shm_cell_reader r;
} desk;

static inline void open_desk_of(desk *d, uint32_t object, uint64_t item_size) {
  memset(d, 0, sizeof *d);
  CHECK_OK(shm_attachment_create(&d->a, make_cells(&d->t, fresh_address(), item_size), NULL, NULL));
  CHECK_OK(shm_attachment_attach(&d->b, &d->t.spec, NULL, NULL));
  CHECK_OK(shm_cell_writer_claim(&d->w, &d->a, object));
  CHECK_OK(shm_cell_reader_open(&d->r, &d->b, object));
}

static inline void open_desk(desk *d, uint32_t object) { open_desk_of(d, object, sizeof(quote)); }

static inline void close_desk(desk *d) {
  shm_cell_writer_release(&d->w);
  shm_cell_reader_close(&d->r);
  CHECK_OK(shm_attachment_remove(&d->a));
  shm_attachment_detach(&d->a);
  shm_attachment_detach(&d->b);
}

static inline void store_quote(desk *d, uint64_t index, uint64_t n) {
  quote q = quote_of(n);
  CHECK_OK(shm_cell_writer_store(&d->w, index, &q, sizeof q));
}

/* That a load finds quote n, as that version. */
static inline void expect_quote(shm_cell_reader *r, uint64_t index, uint64_t n, uint64_t version) {
  quote q;
  uint64_t found;
  memset(&q, 0xEE, sizeof q);
  CHECK_OK(shm_cell_reader_load(r, index, &q, sizeof q, &found));
  CHECK(found == version);
  CHECK(version == 0 ? is_zero(&q, sizeof q) : is_quote(&q, n));
}

#endif
