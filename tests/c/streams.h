/* Streams, of bytes and of items: what goes in comes out, whoever dies. */

#include "pipes.h"

static uint64_t depth_of_stream(const pipes *s, uint32_t object) {
  uint64_t depth;
  CHECK_OK(shm_stream_depth(&s->a, object, &depth));
  return depth;
}

/* Any number at once, in every way; what is promised to fit does, and nothing is kept back. */
static void what_goes_into_a_stream_comes_out(void) {
  static const uint64_t capacities[] = {1, 2, 3, 8, 15, 16, 17, 100, 1000};
  for (uint32_t object = BYTES; object <= DROPS; object++) {
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
      uint64_t capacity = capacities[i];
      pipes s;
      uint64_t in = 0;
      uint64_t out = 0;
      open_pipes(&s, object, capacity);
      for (int round = 0; round < 3000; round++) {
        size_t wanted = random_number() % (capacity + capacity / 2 + 4);
        unsigned way = random_number() % 4;
        size_t done = write_next(&s.w, object, wanted, way, 0);
        in += done;
        if (way < 3 && done < wanted) {
          CHECK(in - out >= capacity);
        }
        CHECK(in - out <= s.t.objects[object].slots && depth_of_stream(&s, object) == in - out);
        wanted = random_number() % (capacity + 4);
        way = random_number() % 4;
        done = read_next(&s.r, object, wanted, way, 0);
        out += done;
        if (way < 3 && done < wanted) {
          CHECK(in == out);
        }
        CHECK(depth_of_stream(&s, object) == in - out);
      }
      CHECK(out > capacity * 10);
      close_pipes_of(&s);
    }
  }
}

static void a_stream_lends_what_is_in_it_and_what_is_not(void) {
  pipes s;
  shm_stream_room room;
  shm_stream_loan loan;
  char some[64] = SHM_ZERO;
  size_t done;
  open_pipes(&s, BYTES, 20); /* an area of 24 */
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_commit(&s.w, 1));
  CHECK_SAYS("more is committed than was reserved");
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_acknowledge(&s.r, 1));
  CHECK_SAYS("more is released than was peeked");
  CHECK_STATUS(SHM_EMPTY, shm_stream_reader_peek(&s.r, 1, 5, &loan));
  CHECK(loan.first == NULL && loan.first_count == 0 && loan.second_count == 0);
  for (uint64_t p = 0; p < 100; p += 15) {
    CHECK_OK(shm_stream_writer_reserve(&s.w, 1, 15, &room));
    CHECK(room.first_count + room.second_count == 15);
    CHECK(room.first_count == (p % 24 + 15 > 24 ? 24 - p % 24 : 15));
    fill_items(room.first, BYTES, p, room.first_count);
    fill_items(room.second, BYTES, p + room.first_count, room.second_count);
    CHECK(depth_of_stream(&s, BYTES) == 0); /* nothing happened yet */
    CHECK_STATUS(SHM_INVALID, shm_stream_writer_commit(&s.w, 16));
    CHECK_OK(shm_stream_writer_commit(&s.w, 15));
    CHECK_STATUS(SHM_INVALID, shm_stream_writer_commit(&s.w, 1));
    for (int i = 0; i < 2; i++) { /* it stays until it is acknowledged */
      CHECK_OK(shm_stream_reader_peek(&s.r, 1, 100, &loan));
      CHECK(loan.first_count == room.first_count && loan.second_count == room.second_count);
      CHECK(are_items(loan.first, BYTES, p, loan.first_count) &&
            are_items(loan.second, BYTES, p + loan.first_count, loan.second_count));
    }
    CHECK_STATUS(SHM_INVALID, shm_stream_reader_acknowledge(&s.r, 16));
    CHECK_OK(shm_stream_reader_acknowledge(&s.r, 15));
    CHECK_STATUS(SHM_INVALID, shm_stream_reader_acknowledge(&s.r, 1));
  }
  /* A write drops what was reserved, and a read what was peeked. */
  CHECK_OK(shm_stream_writer_reserve(&s.w, 1, 5, &room));
  CHECK(write_next(&s.w, BYTES, 3, 0, 0) == 3);
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_commit(&s.w, 1));
  CHECK_OK(shm_stream_reader_peek(&s.r, 1, 3, &loan));
  CHECK(read_next(&s.r, BYTES, 1, 0, 0) == 1);
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_acknowledge(&s.r, 1));
  /* None of some is nothing, and no error. */
  CHECK_OK(shm_stream_writer_commit(&s.w, 0));
  CHECK_OK(shm_stream_reader_acknowledge(&s.r, 0));
  CHECK(read_next(&s.r, BYTES, 2, 0, 0) == 2);
  CHECK_OK(shm_stream_reader_read(&s.r, some, 1, 0, &done));
  CHECK_OK(shm_stream_reader_read_timeout(&s.r, some, 1, 0, SHM_FOREVER, &done));
  CHECK_STATUS(SHM_EMPTY, shm_stream_reader_read(&s.r, some, 1, 1, &done));
  CHECK(write_next(&s.w, BYTES, 50, 0, 0) == 24);
  CHECK_OK(shm_stream_writer_write(&s.w, some, 1, 0, &done));
  CHECK_OK(shm_stream_writer_write_timeout(&s.w, some, 1, 0, SHM_FOREVER, &done));
  CHECK_STATUS(SHM_FULL, shm_stream_writer_reserve(&s.w, 1, 1, &room));
  CHECK(room.first == NULL && room.first_count == 0 && room.second_count == 0);
  close_pipes_of(&s);
}

static void waits_of_streams_end_in_time(void) {
  pipes s;
  char some[4] = SHM_ZERO;
  size_t done;
  uint64_t begin;
  open_pipes(&s, BYTES, 1);
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_stream_reader_read_timeout(&s.r, some, 1, 1, 60000000, &done));
  CHECK(now_ms() - begin >= 59);
  CHECK_SAYS("the time is up");
  CHECK(write_next(&s.w, BYTES, 100, 1, SHM_FOREVER) == 8);
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_stream_writer_write_timeout(&s.w, some, 1, 1, 60000000, &done));
  CHECK(now_ms() - begin >= 59);
  CHECK(read_next(&s.r, BYTES, 100, 1, SHM_FOREVER) == 8);
  close_pipes_of(&s);
}

static void the_roles_of_a_stream_are_taken_once_and_its_numbers_told(void) {
  pipes s;
  shm_stream_writer w = SHM_ZERO;
  shm_stream_reader r = SHM_ZERO;
  shm_stream_facts facts;
  open_pipes(&s, DROPS, 16);
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_stream_writer_claim(&w, &s.b, DROPS));
  CHECK_SAYS("cannot become the writer of drops of ");
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_stream_reader_claim(&r, &s.a, DROPS));
  CHECK_SAYS("cannot become the reader of drops of ");
  CHECK(write_next(&s.w, DROPS, 12, 0, 0) == 12 && read_next(&s.r, DROPS, 5, 0, 0) == 5);
  CHECK(write_next(&s.w, DROPS, 50, 0, 0) == 10 && write_next(&s.w, DROPS, 1, 0, 0) == 0);
  CHECK_OK(shm_stream_stat(&s.a, DROPS, &facts));
  CHECK(facts.item_size == sizeof(drop) && facts.capacity == 16 && facts.depth == 17 && facts.written == 22 &&
        facts.read == 5 && facts.times_full == 1 && facts.redelivered == 0 && facts.high_water == 17 &&
        facts.writer == 0 && facts.reader == 1 && !facts.writer_waits && !facts.reader_waits);
  /* Who leaves tells the writer what it has taken: nothing is kept back. */
  CHECK(read_next(&s.r, DROPS, 1, 0, 0) == 1);
  shm_stream_reader_release(&s.r);
  CHECK(write_next(&s.w, DROPS, 1, 0, 0) == 1);
  shm_stream_writer_release(&s.w);
  CHECK_OK(shm_stream_writer_claim(&s.w, &s.b, DROPS));
  CHECK(s.w.tail.position == 23);
  CHECK_OK(shm_stream_reader_claim(&s.r, &s.a, DROPS));
  CHECK(shm_stream_reader_redelivered(&s.r) == 0 && read_next(&s.r, DROPS, 50, 0, 0) == 17);
  close_pipes_of(&s);
}

static void wrong_handles_of_streams_are_told(void) {
  pipes s;
  shm_attachment none = SHM_ZERO;
  shm_stream_writer w = SHM_ZERO;
  shm_stream_reader r = SHM_ZERO;
  shm_stream_room room;
  shm_stream_loan loan;
  shm_stream_facts facts;
  shm_attachment reader;
  char some[8] = SHM_ZERO;
  size_t done;
  uint64_t depth;
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_write(&w, some, 1, 1, &done));
  CHECK_SAYS("the writer is not claimed");
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_write(&w, some, 0, 0, &done));
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_write_timeout(&w, some, 1, 1, 0, &done));
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_reserve(&w, 1, 1, &room));
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_commit(&w, 0));
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_read(&r, some, 1, 1, &done));
  CHECK_SAYS("the reader is not claimed");
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_read(&r, some, 0, 0, &done));
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_read_timeout(&r, some, 1, 1, 0, &done));
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_peek(&r, 1, 1, &loan));
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_acknowledge(&r, 0));
  CHECK(shm_stream_reader_redelivered(&r) == 0);
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_claim(&w, &none, 0));
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_claim(&r, &none, 0));
  CHECK_STATUS(SHM_INVALID, shm_stream_depth(&none, 0, &depth));
  CHECK_STATUS(SHM_INVALID, shm_stream_stat(&none, 0, &facts));
  open_pipes(&s, DROPS, 8);
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_claim(&w, &s.a, 2));
  CHECK_SAYS("has no stream with the number 2");
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_claim(&s.r, &s.b, BYTES));
  CHECK_SAYS("the handle is claimed already");
  CHECK_STATUS(SHM_INVALID, shm_stream_writer_write(&s.w, some, 8, 1, &done));
  CHECK_SAYS("is for items of 12 bytes, not of 8");
  CHECK_STATUS(SHM_INVALID, shm_stream_reader_read(&s.r, some, 8, 1, &done));
  CHECK_OK(shm_attachment_attach_read_only(&reader, &s.t.spec, NULL, NULL));
  CHECK_STATUS(SHM_READ_ONLY, shm_stream_reader_claim(&r, &reader, DROPS));
  CHECK_OK(shm_stream_stat(&reader, DROPS, &facts));
  shm_attachment_detach(&reader);
  close_pipes_of(&s);
}

static void a_removed_stream_is_drained_first(void) {
  pipes s;
  char some[64] = SHM_ZERO;
  size_t done;
  uint64_t begin;
  open_pipes(&s, BYTES, 8);
  CHECK(write_next(&s.w, BYTES, 5, 0, 0) == 5);
  CHECK_OK(shm_attachment_remove(&s.a));
  /* Committed between a look and the removal. */
  CHECK_OK(shm_stream_reader_look_behind_removal(&s.r));
  CHECK(read_next(&s.r, BYTES, 3, 0, 0) == 3 && read_next(&s.r, BYTES, 8, 1, SHM_FOREVER) == 2);
  begin = now_ms();
  CHECK_STATUS(SHM_REMOVED, shm_stream_reader_read_timeout(&s.r, some, 1, 8, UINT64_C(5000000000), &done));
  CHECK(now_ms() - begin < 1000);
  CHECK_STATUS(SHM_REMOVED, shm_stream_reader_read(&s.r, some, 1, 8, &done));
  while (shm_stream_writer_write(&s.w, some, 1, 8, &done) == SHM_OK) {
  }
  CHECK_STATUS(SHM_REMOVED, shm_stream_writer_write_timeout(&s.w, some, 1, 8, UINT64_C(5000000000), &done));
  CHECK_STATUS(SHM_REMOVED, shm_stream_writer_write(&s.w, some, 1, 8, &done));
  shm_stream_writer_release(&s.w);
  shm_stream_reader_release(&s.r);
  shm_attachment_detach(&s.a);
  shm_attachment_detach(&s.b);
}

static void detaching_gives_up_the_roles_of_a_stream(void) {
  pipes s;
  shm_stream_reader next = SHM_ZERO;
  shm_attachment c;
  open_pipes(&s, BYTES, 64);
  CHECK(write_next(&s.w, BYTES, 200, 0, 0) == 72 && read_next(&s.r, BYTES, 3, 0, 0) == 3);
  CHECK(write_next(&s.w, BYTES, 200, 0, 0) == 0);
  shm_attachment_detach(&s.b); /* the handle was not released */
  CHECK(write_next(&s.w, BYTES, 200, 0, 0) == 3);
  CHECK_OK(shm_attachment_attach(&c, &s.t.spec, NULL, NULL));
  CHECK_OK(shm_stream_reader_claim(&next, &c, BYTES));
  CHECK(shm_stream_reader_redelivered(&next) == 0 && read_next(&next, BYTES, 200, 0, 0) == 72);
  shm_stream_reader_release(&next);
  shm_stream_reader_release(&s.r);
  shm_attachment_detach(&c);
  close_pipes_of(&s);
}

/* ---- waits ---- */

/* Whether a child reads, else writes, one item at a time, for as long as it takes. */
typedef struct stream_sleeper {
  const streams_spec *t;
  bool reads;
} stream_sleeper;

static void stream_again_and_again(const void *argument) {
  const stream_sleeper *s = SHM_CAST(const stream_sleeper *, argument);
  shm_attachment a;
  shm_stream_writer w = SHM_ZERO;
  shm_stream_reader r = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &s->t->spec, NULL, NULL));
  if (s->reads) {
    CHECK_OK(shm_stream_reader_claim(&r, &a, DROPS));
  } else {
    CHECK_OK(shm_stream_writer_claim(&w, &a, DROPS));
  }
  for (;;) {
    CHECK((s->reads ? read_next(&r, DROPS, 1, 1, LONG_NS) : write_next(&w, DROPS, 1, 1, LONG_NS)) == 1);
    say();
  }
}

static void readers_are_woken_by_every_write(void) {
  pipes s;
  stream_sleeper reader;
  child sleeper;
  uint64_t times[WAKES];
  open_pipes(&s, DROPS, 8);
  shm_stream_reader_release(&s.r);
  reader.t = &s.t;
  reader.reads = true;
  sleeper = start(stream_again_and_again, &reader);
  for (unsigned way = 0; way < WAYS; way++) {
    for (int i = 0; i < WAKES; i++) {
      until_it_sleeps(shm_stream_flag(&s.w.area, SHM_STREAM_DATA_FLAG));
      times[i] = now_ms();
      CHECK(write_next(&s.w, DROPS, 1, way, 0) == 1);
      wait_in_time_for(&sleeper);
      times[i] = now_ms() - times[i];
    }
    must_be_prompt(times);
  }
  kill_child(&sleeper);
  close_pipes_of(&s);
}

/* The head is published lazily: after a batch at the latest. */
static void writers_are_woken_by_every_read(void) {
  static const uint64_t capacities[] = {1, 40};
  for (size_t n = 0; n < sizeof capacities / sizeof capacities[0]; n++) {
    pipes s;
    stream_sleeper writer;
    child sleeper;
    uint64_t times[WAKES];
    open_pipes(&s, DROPS, capacities[n]);
    CHECK(write_next(&s.w, DROPS, 100, 0, 0) == s.t.objects[DROPS].slots);
    shm_stream_writer_release(&s.w);
    writer.t = &s.t;
    writer.reads = false;
    sleeper = start(stream_again_and_again, &writer);
    for (unsigned way = 0; way < WAYS; way++) {
      for (int i = 0; i < WAKES; i++) {
        until_it_sleeps(shm_stream_flag(&s.r.area, SHM_STREAM_SPACE_FLAG));
        times[i] = now_ms();
        for (uint64_t k = 0; k < s.r.batch; k++) {
          CHECK(read_next(&s.r, DROPS, 1, way, 0) == 1);
        }
        for (uint64_t k = 0; k < s.r.batch; k++) {
          wait_in_time_for(&sleeper);
        }
        times[i] = now_ms() - times[i];
      }
      must_be_prompt(times);
    }
    kill_child(&sleeper);
    close_pipes_of(&s);
  }
}

/* ---- deaths ---- */

typedef struct stream_victim {
  const streams_spec *t;
  unsigned step;
} stream_victim;

/* Writes 10, and does the first steps of writing 6 more. */
static void break_a_write_off(const void *argument) {
  const stream_victim *v = SHM_CAST(const stream_victim *, argument);
  shm_attachment a;
  shm_stream_writer w = SHM_ZERO;
  char items[16 * sizeof(drop)];
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_writer_claim(&w, &a, DROPS));
  CHECK(write_next(&w, DROPS, 10, 0, 0) == 10);
  say_and_wait();
  fill_items(items, DROPS, v->step < 2 ? 1000 : 10, 6);
  if (v->step > 0) {
    shm_stream_copy_in(&w.area, w.tail, items, sizeof(drop), 6);
  }
  if (v->step > 1) {
    shm_store_release(shm_stream_word(&w.area, SHM_STREAM_TAIL), 16); /* and notifies nobody */
  }
  say_and_wait();
}

static void a_writer_that_dies_leaves_all_of_a_write_or_nothing(void) {
  for (unsigned step = 0; step < 3; step++) {
    pipes s;
    stream_victim v;
    stream_sleeper reader;
    child dead;
    child waiter;
    uint64_t committed = step > 1 ? 16 : 10;
    open_pipes(&s, DROPS, 16);
    shm_stream_writer_release(&s.w);
    shm_stream_reader_release(&s.r);
    v.t = reader.t = &s.t;
    v.step = step;
    reader.reads = true;
    dead = start(break_a_write_off, &v);
    wait_for(&dead);
    waiter = start(stream_again_and_again, &reader);
    for (uint64_t n = 0; n < 10; n++) {
      wait_in_time_for(&waiter);
    }
    until_it_sleeps(
        SHM_AT(shm_word32, s.a.core->segment.base, s.a.core->places[DROPS] + SHM_STREAM_DATA_FLAG));
    go_on(&dead);
    wait_for(&dead);
    kill_child(&dead);
    /* Its successor wakes whom it did not notify any more, and goes on behind what it committed. */
    CHECK_OK(shm_stream_writer_claim(&s.w, &s.a, DROPS));
    CHECK(s.w.tail.position == committed);
    for (uint64_t n = 10; n < committed; n++) {
      wait_in_time_for(&waiter);
    }
    CHECK(write_next(&s.w, DROPS, 3, 0, 0) == 3);
    for (uint64_t n = 0; n < 3; n++) {
      wait_in_time_for(&waiter);
    }
    kill_child(&waiter);
    close_pipes_of(&s);
  }
}

/* Reads 2 and peeks at 4, of which it takes one, or does the first steps of reading 5. */
static void break_a_read_off(const void *argument) {
  const stream_victim *v = SHM_CAST(const stream_victim *, argument);
  shm_attachment a;
  shm_stream_reader r = SHM_ZERO;
  shm_stream_loan loan;
  char items[16 * sizeof(drop)];
  size_t done;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_reader_claim(&r, &a, DROPS));
  CHECK(read_next(&r, DROPS, 2, 0, 0) == 2);
  if (v->step == 1) {
    CHECK_OK(shm_stream_reader_peek(&r, sizeof(drop), 4, &loan));
  } else if (v->step == 2) {
    CHECK_OK(shm_stream_reader_peek(&r, sizeof(drop), 4, &loan));
    CHECK_OK(shm_stream_reader_acknowledge(&r, 1));
    CHECK_OK(shm_stream_reader_read(&r, items, sizeof(drop), 1, &done));
  } else if (v->step == 3) {
    shm_stream_reader_announce(&r, 5);
  } else if (v->step == 4) {
    shm_stream_reader_announce(&r, 5);
    shm_store_release(shm_stream_word(&r.area, SHM_STREAM_TAKEN), 7); /* and not the head */
  }
  say_and_wait();
}

static void what_a_dead_reader_may_have_seen_comes_again_and_is_flagged(void) {
  static const uint64_t taken[] = {2, 2, 4, 2, 7};
  static const uint64_t suspects[] = {0, 4, 2, 5, 0};
  for (unsigned step = 0; step < 5; step++) {
    pipes s;
    stream_victim v;
    child dead;
    shm_stream_reader other = SHM_ZERO;
    uint64_t left = suspects[step];
    open_pipes(&s, DROPS, 40); /* so that the head lags behind */
    shm_stream_reader_release(&s.r);
    CHECK(write_next(&s.w, DROPS, 10, 0, 0) == 10);
    v.t = &s.t;
    v.step = step;
    dead = start(break_a_read_off, &v);
    wait_for(&dead);
    CHECK_STATUS(SHM_ROLE_TAKEN, shm_stream_reader_claim(&s.r, &s.b, DROPS));
    kill_child(&dead);
    CHECK_OK(shm_stream_reader_claim(&s.r, &s.b, DROPS));
    CHECK(s.r.head.position == taken[step] && shm_stream_reader_redelivered(&s.r) == left);
    CHECK(shm_load_relaxed(shm_stream_word(&s.r.area, SHM_STREAM_HEAD)) == taken[step]);
    CHECK(read_next(&s.r, DROPS, 1, 0, 0) == 1);
    left -= left > 0 ? 1 : 0;
    CHECK(shm_stream_reader_redelivered(&s.r) == left);
    /* Who leaves hands the suspicion on. */
    shm_stream_reader_release(&s.r);
    CHECK_OK(shm_stream_reader_claim(&other, &s.a, DROPS));
    CHECK(shm_stream_reader_redelivered(&other) == left);
    shm_stream_reader_release(&other);
    CHECK_OK(shm_stream_reader_claim(&s.r, &s.b, DROPS));
    CHECK(read_next(&s.r, DROPS, 40, 0, 0) == 9 - taken[step]);
    CHECK(shm_stream_reader_redelivered(&s.r) == 0);
    CHECK(shm_load_relaxed(shm_stream_word(&s.r.area, SHM_STREAM_REDELIVERED)) == suspects[step]);
    close_pipes_of(&s);
  }
}

/* Announces `count`, and is killed. */
static void announce_and_die(const void *argument) {
  const stream_victim *v = SHM_CAST(const stream_victim *, argument);
  shm_attachment a;
  shm_stream_reader r = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_reader_claim(&r, &a, BYTES));
  shm_stream_reader_announce(&r, v->step);
  say_and_wait();
}

static void what_may_have_been_seen_of_a_stream_stays_suspect(void) {
  pipes s;
  static const unsigned announced[] = {8, 1, 3, 12, 2};
  open_pipes(&s, BYTES, 16);
  shm_stream_reader_release(&s.r);
  CHECK(write_next(&s.w, BYTES, 14, 0, 0) == 14);
  for (int i = 0; i < 5; i++) {
    stream_victim v;
    child dead;
    v.t = &s.t;
    v.step = announced[i];
    dead = start(announce_and_die, &v);
    wait_for(&dead);
    kill_child(&dead);
    CHECK_OK(shm_stream_reader_claim(&s.r, &s.b, BYTES));
    CHECK(shm_stream_reader_redelivered(&s.r) == (i < 3 ? 8 : 12));
    shm_stream_reader_release(&s.r);
  }
  close_pipes_of(&s);
}

/* ---- many deaths ---- */

/* What killed processes had surely done, in a bare segment of their own. */
typedef struct stream_ledger {
  shm_word64 written;
  shm_word64 read;
  shm_word64 looked; /* the end of what a reader has looked at, acknowledged or not */
} stream_ledger;

typedef struct stream_war {
  const streams_spec *t;
  stream_ledger *book;
  uint32_t object;
} stream_war;

static void write_until_killed(const void *argument) {
  const stream_war *fight = SHM_CAST(const stream_war *, argument);
  shm_attachment a;
  shm_stream_writer w = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &fight->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_writer_claim(&w, &a, fight->object));
  CHECK(w.tail.position >= shm_load_relaxed(&fight->book->written));
  say();
  for (;;) {
    write_next(&w, fight->object, 1 + random_number() % 40, random_number() % 4, 1000000);
    shm_store_release(&fight->book->written, w.tail.position);
  }
}

static void read_until_killed(const void *argument) {
  const stream_war *fight = SHM_CAST(const stream_war *, argument);
  shm_attachment a;
  shm_stream_reader r = SHM_ZERO;
  uint64_t looked = shm_load_relaxed(&fight->book->looked);
  CHECK_OK(shm_attachment_attach(&a, &fight->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_reader_claim(&r, &a, fight->object));
  CHECK(r.head.position >= shm_load_relaxed(&fight->book->read));
  /* What comes a second time is flagged. */
  CHECK(looked <= r.head.position + shm_stream_reader_redelivered(&r));
  say();
  for (;;) {
    shm_stream_loan loan;
    if (random_number() % 2 == 0 &&
        shm_stream_reader_peek(&r, size_in(fight->object), 1 + random_number() % 40, &loan) == SHM_OK) {
      uint64_t end = r.head.position + loan.first_count + loan.second_count;
      CHECK(are_items(loan.first, fight->object, r.head.position, loan.first_count));
      looked = looked > end ? looked : end;
      shm_store_release(&fight->book->looked, looked);
    }
    read_next(&r, fight->object, 1 + random_number() % 40, random_number() % 4, 1000000);
    if (random_number() % 8 == 0) { /* the stream is not always empty */
      shm_sys_sleep_ns(200000);
    }
    shm_store_release(&fight->book->read, r.head.position);
  }
}

static void nothing_of_a_stream_is_lost_whoever_is_killed_when(void) {
  for (uint32_t object = BYTES; object <= DROPS; object++) {
    pipes s;
    shm_segment kept;
    stream_war fight;
    child writer;
    child reader;
    uint64_t written;
    open_pipes(&s, object, 64);
    shm_stream_writer_release(&s.w);
    shm_stream_reader_release(&s.r);
    CHECK_OK(shm_segment_create(&kept, "posix:", sizeof(stream_ledger), 0600));
    fight.t = &s.t;
    fight.book = SHM_CAST(stream_ledger *, kept.data);
    fight.object = object;
    writer = start(write_until_killed, &fight);
    reader = start(read_until_killed, &fight);
    wait_for(&writer);
    wait_for(&reader);
    for (int deaths = 0; deaths < 100; deaths++) {
      child *killed = deaths % 2 == 0 ? &writer : &reader;
      shm_timespec time = SHM_ZERO;
      time.nanoseconds = SHM_CAST(int64_t, random_number() % 1500000);
      shm_libc_syscall(SYS_nanosleep, &time, NULL);
      random_number();
      kill_child(killed);
      *killed = start(deaths % 2 == 0 ? write_until_killed : read_until_killed, &fight);
      wait_for(killed);
    }
    kill_child(&writer);
    kill_child(&reader);
    written = shm_load_relaxed(&fight.book->written);
    CHECK_OK(shm_stream_reader_claim(&s.r, &s.b, object));
    CHECK(s.r.head.position >= shm_load_relaxed(&fight.book->read));
    while (read_next(&s.r, object, 100, 0, 0) > 0) {
    }
    CHECK(s.r.head.position >= written && written > 1000);
    CHECK_OK(shm_segment_remove(&kept));
    shm_segment_detach(&kept);
    close_pipes_of(&s);
  }
}

/* ---- words that lie ---- */

static void changed_words_of_streams_are_survived(void) {
  pipes s;
  uint64_t answers[SHM_OS + 1] = SHM_ZERO;
  open_pipes(&s, DROPS, 16);
  for (int round = 0; round < 50000; round++) {
    char items[40 * sizeof(drop)] = SHM_ZERO;
    size_t count = random_number() % 40;
    size_t done = 0;
    shm_stream_room room;
    shm_stream_loan loan;
    shm_status status = SHM_OK;
    if (random_number() % 8 == 0) {
      static const size_t words[] = {SHM_STREAM_TAIL, SHM_STREAM_TAKEN,       SHM_STREAM_SEEN,
                                     SHM_STREAM_HEAD, SHM_STREAM_WRITER_ROLE, SHM_STREAM_READER_ROLE};
      uint64_t value = random_number() % 3 == 0   ? random_number()
                       : random_number() % 2 == 0 ? s.w.tail.position + random_number() % 40 - 20
                                                  : UINT64_MAX - random_number() % 20;
      shm_store_relaxed(shm_stream_word(&s.w.area, words[random_number() % 6]), value);
    }
    switch (random_number() % 8) {
    case 0:
      status = shm_stream_writer_write(&s.w, items, sizeof(drop), count, &done);
      break;
    case 1:
      status = shm_stream_writer_write_timeout(&s.w, items, sizeof(drop), count, 1000, &done);
      break;
    case 2:
      status = shm_stream_writer_reserve(&s.w, sizeof(drop), count, &room);
      CHECK(room.first_count + room.second_count <= count);
      CHECK(room.first_count + room.second_count <= s.w.area.count);
      if (status == SHM_OK) {
        memset(room.first, 1, room.first_count * sizeof(drop));
        memset(room.second, 1, room.second_count * sizeof(drop));
        status = shm_stream_writer_commit(&s.w, random_number() % 40);
      }
      break;
    case 3:
      status = shm_stream_reader_read(&s.r, items, sizeof(drop), count, &done);
      break;
    case 4:
      status = shm_stream_reader_read_timeout(&s.r, items, sizeof(drop), count, 1000, &done);
      break;
    case 5:
      status = shm_stream_reader_peek(&s.r, sizeof(drop), count, &loan);
      CHECK(loan.first_count + loan.second_count <= count);
      CHECK(loan.first_count + loan.second_count <= s.r.area.count);
      if (status == SHM_OK) {
        memcpy(items, loan.first, loan.first_count * sizeof(drop));
        memcpy(items, loan.second, loan.second_count * sizeof(drop));
        status = shm_stream_reader_acknowledge(&s.r, random_number() % 40);
      }
      break;
    case 6:
      if (random_number() % 10 == 0) {
        shm_stream_writer_release(&s.w);
        status = shm_stream_writer_claim(&s.w, &s.a, DROPS);
      }
      break;
    default:
      if (random_number() % 10 == 0) {
        shm_stream_reader_release(&s.r);
        status = shm_stream_reader_claim(&s.r, &s.b, DROPS);
      }
      break;
    }
    CHECK(status <= SHM_OS && done <= count && done <= s.w.area.count &&
          shm_stream_reader_redelivered(&s.r) <= s.w.area.count + 1);
    answers[status]++;
    if (s.w.core == NULL || s.r.core == NULL) {
      close_pipes_of(&s); /* a role word that lies may refuse both for good */
      open_pipes(&s, DROPS, 16);
    }
  }
  CHECK(answers[SHM_OK] > 100 && answers[SHM_CORRUPT] > 100 && answers[SHM_INVALID] > 100);
  close_pipes_of(&s);
}
