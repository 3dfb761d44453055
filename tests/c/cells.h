/* Cells, and arrays of them: what is stored is what is loaded, whoever dies. */

#include "desks.h"

static void a_cell_holds_what_was_stored_last(void) {
  desk d;
  shm_cell_writer other = SHM_ZERO;
  shm_cell_facts facts;
  open_desk(&d, CELL);
  expect_quote(&d.r, 0, 0, 0);
  for (uint64_t n = 1; n < 40; n++) {
    store_quote(&d, 0, n);
    expect_quote(&d.r, 0, n, n);
  }
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_cell_writer_claim(&other, &d.b, CELL));
  CHECK_SAYS("cannot become the writer of book of ");
  CHECK_OK(shm_cell_stat(&d.b, CELL, &facts));
  CHECK(facts.item_size == sizeof(quote) && facts.count == 1 && facts.version == 39 && facts.writer == 0);
  /* A successor goes on where it was. */
  shm_cell_writer_release(&d.w);
  CHECK_OK(shm_cell_stat(&d.b, CELL, &facts));
  CHECK(facts.writer == -1);
  CHECK_OK(shm_cell_writer_claim(&d.w, &d.b, CELL));
  store_quote(&d, 0, 77);
  expect_quote(&d.r, 0, 77, 40);
  /* Versions beyond 2^63: a stamp wraps, and stays of one version. */
  shm_store_relaxed(shm_cell_version(d.w.cells.first), UINT64_MAX - 2);
  store_quote(&d, 0, 5);
  expect_quote(&d.r, 0, 5, UINT64_MAX - 1);
  close_desk(&d);
}

static void cells_side_by_side_do_not_touch(void) {
  desk d;
  quote q = quote_of(1);
  uint64_t version;
  shm_cell_facts facts;
  void *payload;
  open_desk(&d, ARRAY);
  for (uint64_t n = 1; n < 60; n++) {
    store_quote(&d, n % CELLS, n);
    for (uint64_t i = 0; i < CELLS; i++) {
      uint64_t last = n < i ? 0 : n - (n - i) % CELLS;
      expect_quote(&d.r, i, last, last == 0 ? 0 : i == 0 ? last / CELLS : (last - i) / CELLS + 1);
    }
  }
  CHECK_OK(shm_cell_stat(&d.a, ARRAY, &facts));
  CHECK(facts.count == CELLS && facts.version == 20 && facts.writer == 0);
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_store(&d.w, CELLS, &q, sizeof q));
  CHECK_SAYS("there is no cell 3 among 3");
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_reserve(&d.w, UINT64_MAX, sizeof q, &payload));
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_load(&d.r, CELLS, &q, sizeof q, &version));
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_wait_newer(&d.r, CELLS, &version, &q, sizeof q, 0));
  close_desk(&d);
}

static void a_value_is_filled_in_place(void) {
  desk d;
  quote q = quote_of(9);
  void *payload;
  open_desk(&d, ARRAY);
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_commit(&d.w));
  CHECK_SAYS("no slot is reserved: reserve comes first, with no store between");
  store_quote(&d, 2, 3);
  for (uint64_t n = 0; n < 20; n++) { /* also into slots that were used before */
    CHECK_OK(shm_cell_writer_reserve(&d.w, 2, sizeof q, &payload));
    CHECK(is_zero(payload, sizeof q));
    memcpy(payload, &q, sizeof q / 2);
    expect_quote(&d.r, 2, n == 0 ? 3 : n - 1 + 100, n + 1); /* nothing happened yet */
    q = quote_of(n + 100);
    memcpy(payload, &q, sizeof q);
    CHECK_OK(shm_cell_writer_commit(&d.w));
    expect_quote(&d.r, 2, n + 100, n + 2);
  }
  CHECK_OK(shm_cell_writer_reserve(&d.w, 2, sizeof q, &payload));
  store_quote(&d, 2, 5); /* drops what was reserved */
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_commit(&d.w));
  expect_quote(&d.r, 2, 5, 22);
  close_desk(&d);
}

static void wrong_handles_of_cells_are_told(void) {
  desk d;
  shm_cell_writer w = SHM_ZERO;
  shm_cell_reader r = SHM_ZERO;
  shm_cell_facts facts;
  shm_attachment none = SHM_ZERO;
  quote q = quote_of(1);
  void *payload;
  uint64_t version = 7;
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_store(&w, 0, &q, sizeof q));
  CHECK_SAYS("the writer is not claimed");
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_reserve(&w, 0, sizeof q, &payload));
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_commit(&w));
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_load(&r, 0, &q, sizeof q, &version));
  CHECK(version == 0);
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_wait_newer(&r, 0, &version, &q, sizeof q, 0));
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_claim(&w, &none, 0));
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_open(&r, &none, 0));
  CHECK_STATUS(SHM_INVALID, shm_cell_stat(&none, 0, &facts));
  open_desk(&d, CELL);
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_claim(&w, &d.a, 2));
  CHECK_SAYS("has no cell with the number 2");
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_open(&r, &d.a, 2));
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_open(&d.r, &d.a, CELL));
  CHECK_SAYS("the handle is open already");
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_claim(&d.w, &d.a, ARRAY));
  CHECK_STATUS(SHM_INVALID, shm_cell_writer_store(&d.w, 0, &q, 8));
  CHECK_SAYS("is for items of 116 bytes, not of 8");
  CHECK_STATUS(SHM_INVALID, shm_cell_reader_load(&d.r, 0, &q, 8, &version));
  close_desk(&d);
}

/* By somebody who may only read, there is no record and no role; and waits end. */
static void whoever_may_only_read_loads_and_waits(void) {
  desk d;
  shm_attachment reader;
  shm_cell_reader r = SHM_ZERO;
  shm_cell_writer w = SHM_ZERO;
  quote q;
  uint64_t version = 0;
  uint64_t begin;
  open_desk(&d, CELL);
  CHECK_OK(shm_attachment_attach_read_only(&reader, &d.t.spec, NULL, NULL));
  CHECK_STATUS(SHM_READ_ONLY, shm_cell_writer_claim(&w, &reader, CELL));
  CHECK_OK(shm_cell_reader_open(&r, &reader, CELL));
  expect_quote(&r, 0, 0, 0);
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_cell_reader_wait_newer(&r, 0, &version, &q, sizeof q, 30000000));
  CHECK(now_ms() - begin >= 29);
  store_quote(&d, 0, 4);
  expect_quote(&r, 0, 4, 1);
  CHECK_OK(shm_cell_reader_wait_newer(&r, 0, &version, &q, sizeof q, SHM_FOREVER));
  CHECK(version == 1 && is_quote(&q, 4));
  CHECK(shm_load_relaxed(shm_cell_version(d.w.cells.first)) == 1);
  /* It outlives the segment's name, and learns that it is gone. */
  CHECK_OK(shm_attachment_remove(&d.a));
  expect_quote(&r, 0, 4, 1);
  CHECK_STATUS(SHM_REMOVED, shm_cell_reader_wait_newer(&r, 0, &version, &q, sizeof q, SHM_FOREVER));
  shm_cell_reader_close(&r);
  shm_attachment_detach(&reader);
  shm_cell_writer_release(&d.w);
  shm_cell_reader_close(&d.r);
  shm_attachment_detach(&d.a);
  shm_attachment_detach(&d.b);
}

/* A writer never waits, so it is told by the next store, from outside as well. */
static void who_stores_into_a_removed_segment_is_told(void) {
  desk d;
  quote q = quote_of(5);
  void *slot;
  shm_status status;
  uint64_t begin;
  open_desk(&d, CELL);
  store_quote(&d, 0, 4);
  CHECK_OK(shm_attachment_remove(&d.b));
  begin = now_ms();
  do {
    status = shm_cell_writer_store(&d.w, 0, &q, sizeof q);
  } while (status == SHM_OK && now_ms() - begin < 20000);
  CHECK(status == SHM_REMOVED);
  CHECK_STATUS(SHM_REMOVED, shm_cell_writer_reserve(&d.w, 0, sizeof q, &slot));
  shm_cell_writer_release(&d.w);
  shm_cell_reader_close(&d.r);
  shm_attachment_detach(&d.a);
  shm_attachment_detach(&d.b);
}

static void detaching_gives_up_the_writer_s_role(void) {
  desk d;
  shm_cell_writer next = SHM_ZERO;
  open_desk(&d, CELL);
  store_quote(&d, 0, 1);
  shm_attachment_detach(&d.a); /* the handle was not released */
  CHECK(shm_load_acquire(shm_core_word(d.b.core, d.b.core->places[CELL] + SHM_CELL_WRITER_ROLE)) ==
        SHM_ROLE_FREE);
  CHECK_OK(shm_cell_writer_claim(&next, &d.b, CELL));
  shm_cell_writer_release(&d.w);
  shm_cell_writer_release(&next);
  shm_cell_reader_close(&d.r);
  CHECK_OK(shm_attachment_remove(&d.b));
  shm_attachment_detach(&d.b);
}

/* ---- waits ---- */

static void load_every_version(const void *argument) {
  const cells_spec *t = SHM_CAST(const cells_spec *, argument);
  shm_attachment a;
  shm_cell_reader r = SHM_ZERO;
  uint64_t version = 0;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_cell_reader_open(&r, &a, ARRAY));
  say();
  for (uint64_t n = 1; n <= 100; n++) {
    quote q;
    CHECK_OK(shm_cell_reader_wait_newer(&r, 1, &version, &q, sizeof q, SHM_FOREVER));
    CHECK(version == n && is_quote(&q, n));
    say();
  }
  shm_cell_reader_close(&r);
  shm_attachment_detach(&a);
}

static void readers_are_woken_by_every_store(void) {
  desk d;
  child readers[3];
  shm_word32 *flag;
  open_desk(&d, ARRAY);
  flag = shm_cell_flag(shm_cells_at(&d.w.cells, 1));
  for (int i = 0; i < 3; i++) {
    readers[i] = start(load_every_version, &d.t);
    wait_for(&readers[i]);
  }
  for (uint64_t n = 1; n <= 100; n++) {
    quote q = quote_of(n);
    void *payload;
    if (n % 8 < 2) { /* somebody sleeps, most probably all */
      until_it_sleeps(flag);
    }
    if (n % 2 == 0) {
      CHECK_OK(shm_cell_writer_store(&d.w, 1, &q, sizeof q));
    } else {
      CHECK_OK(shm_cell_writer_reserve(&d.w, 1, sizeof q, &payload));
      memcpy(payload, &q, sizeof q);
      CHECK_OK(shm_cell_writer_commit(&d.w));
    }
    for (int i = 0; i < 3; i++) {
      wait_in_time_for(&readers[i]);
    }
  }
  for (int i = 0; i < 3; i++) {
    join(&readers[i]);
  }
  close_desk(&d);
}

/* ---- who is overtaken ---- */

/* Takes longer to copy than a timer to ring. */
typedef struct poster {
  uint64_t words[8192];
} poster;

static desk *overtaker;
static int overtakings;

/* Interrupts a reader wherever it is, and stores more versions than there are slots. */
static void overtake(int signal_number) {
  static poster p;
  (void)signal_number;
  for (int k = 0; k < 9; k++) {
    uint64_t version = shm_cell_next(overtaker->w.cells.first);
    for (unsigned n = 0; n < 8192; n++) {
      p.words[n] = version;
    }
    CHECK_OK(shm_cell_writer_store(&overtaker->w, 0, &p, sizeof p));
  }
  overtakings++;
}

static void a_reader_that_is_overtaken_looks_again(void) {
  desk d;
  static poster p;
  struct sigaction action;
  struct itimerval time;
  uint64_t last = 0;
  uint64_t begin = now_ms();
  open_desk_of(&d, CELL, sizeof p);
  overtaker = &d;
  overtakings = 0;
  memset(&action, 0, sizeof action);
  action.sa_handler = overtake;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  memset(&time, 0, sizeof time);
  time.it_interval.tv_usec = time.it_value.tv_usec = 1000;
  CHECK(setitimer(ITIMER_REAL, &time, NULL) == 0);
  while (*SHM_CAST(volatile int *, &overtakings) < 400 && now_ms() - begin < 60000) {
    uint64_t version;
    CHECK_OK(shm_cell_reader_load(&d.r, 0, &p, sizeof p, &version));
    for (unsigned n = 0; n < 8192; n++) {
      CHECK(p.words[n] == version);
    }
    CHECK(version >= last);
    last = version;
  }
  memset(&time, 0, sizeof time);
  CHECK(setitimer(ITIMER_REAL, &time, NULL) == 0);
  CHECK(overtakings >= 400);
  close_desk(&d);
}

/* A slot that is being written is not read, by whoever found its older version. */
static void a_slot_that_is_begun_is_no_version_any_more(void) {
  desk d;
  quote q;
  uint64_t version;
  char *cell;
  open_desk(&d, CELL);
  cell = d.w.cells.first;
  for (uint64_t n = 1; n <= 8; n++) {
    store_quote(&d, 0, n);
  }
  shm_store_relaxed(shm_cell_version(cell), 1); /* as the reader found it */
  CHECK(shm_cell_look(&d.r.cells, cell, &q, sizeof q, &version) && version == 1 && is_quote(&q, 1));
  shm_cell_begin(&d.w.cells, cell, 9);
  CHECK(!shm_cell_look(&d.r.cells, cell, &q, sizeof q, &version));
  shm_store_relaxed(shm_cell_version(cell), 8);
  expect_quote(&d.r, 0, 8, 8);
  close_desk(&d);
}

/* ---- deaths ---- */

typedef struct cell_victim {
  const cells_spec *t;
  int step;
} cell_victim;

/* Stores two values, and does the first `step` steps of a third store. */
static void break_a_store_off(const void *argument) {
  const cell_victim *v = SHM_CAST(const cell_victim *, argument);
  shm_attachment a;
  shm_cell_writer w = SHM_ZERO;
  char *cell;
  shm_word64 *words;
  quote q;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_cell_writer_claim(&w, &a, ARRAY));
  for (uint64_t n = 1; n < 3; n++) {
    q = quote_of(n);
    CHECK_OK(shm_cell_writer_store(&w, 2, &q, sizeof q));
  }
  cell = shm_cells_at(&w.cells, 2);
  q = quote_of(3);
  if (v->step > 0) {
    words = shm_cell_begin(&w.cells, cell, 3);
    if (v->step > 1) {
      shm_write_value(words, &q, v->step > 2 ? sizeof q : sizeof q / 2);
    }
    if (v->step > 3) {
      shm_store_release(shm_cell_stamp(&w.cells, cell, 3), 6);
    }
    if (v->step > 4) {
      shm_store_release(shm_cell_version(cell), 3); /* and notifies nobody */
    }
  }
  say_and_wait();
}

static void wait_for_the_third(const void *argument) {
  const cell_victim *v = SHM_CAST(const cell_victim *, argument);
  shm_attachment a;
  shm_cell_reader r = SHM_ZERO;
  quote q;
  uint64_t version = 2;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_cell_reader_open(&r, &a, ARRAY));
  say();
  CHECK_OK(shm_cell_reader_wait_newer(&r, 2, &version, &q, sizeof q, SHM_FOREVER));
  /* The third of the dead one, or what its successor stores. */
  CHECK(version == 3 ? is_quote(&q, v->step > 4 ? 3 : 7) : version == 4 && v->step > 4 && is_quote(&q, 7));
  shm_cell_reader_close(&r);
  shm_attachment_detach(&a);
}

static void a_writer_that_dies_at_any_step_leaves_a_whole_value(void) {
  for (int step = 0; step <= 5; step++) {
    desk d;
    cell_victim v;
    child dead;
    child waiter;
    uint64_t version = step > 4 ? 3 : 2;
    open_desk(&d, ARRAY);
    shm_cell_writer_release(&d.w);
    v.t = &d.t;
    v.step = step;
    dead = start(break_a_store_off, &v);
    wait_for(&dead);
    waiter = start(wait_for_the_third, &v);
    wait_for(&waiter);
    expect_quote(&d.r, 2, version, version);
    CHECK_STATUS(SHM_ROLE_TAKEN, shm_cell_writer_claim(&d.w, &d.a, ARRAY));
    kill_child(&dead);
    expect_quote(&d.r, 2, version, version);
    CHECK_OK(shm_cell_writer_claim(&d.w, &d.a, ARRAY));
    expect_quote(&d.r, 2, version, version);
    store_quote(&d, 2, 7);
    expect_quote(&d.r, 2, 7, version + 1);
    join(&waiter);
    expect_quote(&d.r, 0, 0, 0);
    close_desk(&d);
  }
}

static void store_and_not_notify(const void *argument) {
  const cells_spec *t = SHM_CAST(const cells_spec *, argument);
  shm_attachment a;
  shm_cell_writer w = SHM_ZERO;
  char *cell;
  quote q = quote_of(1);
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_cell_writer_claim(&w, &a, ARRAY));
  say_and_wait();
  cell = shm_cells_at(&w.cells, 1);
  shm_write_value(shm_cell_begin(&w.cells, cell, 1), &q, sizeof q);
  shm_store_release(shm_cell_stamp(&w.cells, cell, 1), 2);
  shm_store_release(shm_cell_version(cell), 1);
  say_and_wait();
}

static void wait_for_the_first(const void *argument) {
  const cells_spec *t = SHM_CAST(const cells_spec *, argument);
  shm_attachment a;
  shm_cell_reader r = SHM_ZERO;
  quote q;
  uint64_t version = 0;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_cell_reader_open(&r, &a, ARRAY));
  CHECK_OK(shm_cell_reader_wait_newer(&r, 1, &version, &q, sizeof q, SHM_FOREVER));
  CHECK(version == 1 && is_quote(&q, 1));
  say_and_wait();
}

/* What a writer stored and told nobody, its successor tells, or whoever sweeps it. */
static void readers_of_a_dead_writer_are_woken(void) {
  for (int swept = 0; swept < 2; swept++) {
    desk d;
    child dead;
    child waiter;
    uint64_t begin;
    open_desk(&d, ARRAY);
    shm_cell_writer_release(&d.w);
    dead = start(store_and_not_notify, &d.t);
    wait_for(&dead);
    waiter = start(wait_for_the_first, &d.t);
    until_it_sleeps(shm_cell_flag(shm_cells_at(&d.r.cells, 1)));
    go_on(&dead);
    wait_for(&dead);
    kill_child(&dead);
    begin = now_ms();
    if (swept == 0) {
      CHECK_OK(shm_cell_writer_claim(&d.w, &d.a, ARRAY));
    }
    while (swept != 0 &&
           shm_record_state(shm_load_acquire(shm_record_word(d.b.core, 2))) != SHM_RECORD_SWEPT) {
      shm_core_look_around(d.b.core, true);
      CHECK(now_ms() - begin < 15000);
    }
    wait_in_time_for(&waiter);
    kill_child(&waiter);
    close_desk(&d);
  }
}

/* Stores quote v as version v until it is killed, now and then in place. */
static void store_until_killed(const void *argument) {
  const cells_spec *t = SHM_CAST(const cells_spec *, argument);
  shm_attachment a;
  shm_cell_writer w = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_cell_writer_claim(&w, &a, CELL));
  say();
  for (uint64_t n = shm_cell_next(w.cells.first);; n++) {
    quote q = quote_of(n);
    if (n % 3 == 0) {
      void *payload;
      CHECK_OK(shm_cell_writer_reserve(&w, 0, sizeof q, &payload));
      memcpy(payload, &q, sizeof q);
      CHECK_OK(shm_cell_writer_commit(&w));
    } else {
      CHECK_OK(shm_cell_writer_store(&w, 0, &q, sizeof q));
    }
  }
}

static void no_value_is_torn_whoever_is_killed_when(void) {
  desk d;
  uint64_t last = 0;
  uint64_t loads = 0;
  open_desk(&d, CELL);
  shm_cell_writer_release(&d.w);
  for (int deaths = 0; deaths < 60; deaths++) {
    child writer = start(store_until_killed, &d.t);
    uint64_t rounds = 200 + random_number() % 20000;
    wait_for(&writer);
    for (uint64_t k = 0; k < rounds; k++) {
      quote q;
      uint64_t version;
      CHECK_OK(shm_cell_reader_load(&d.r, 0, &q, sizeof q, &version));
      CHECK(version >= last && (version == 0 ? is_zero(&q, sizeof q) : is_quote(&q, version)));
      last = version;
      loads++;
    }
    kill_child(&writer);
  }
  CHECK(last > 1000 && loads > 1000);
  expect_quote(&d.r, 0, last < 1 ? 0 : shm_load_relaxed(shm_cell_version(d.r.cells.first)),
               shm_load_relaxed(shm_cell_version(d.r.cells.first)));
  close_desk(&d);
}

/* ---- words that lie ---- */

static void changed_words_of_cells_are_survived(void) {
  desk d;
  uint64_t answers[SHM_OS + 1] = SHM_ZERO;
  open_desk(&d, ARRAY);
  for (int round = 0; round < 3000; round++) {
    quote q = quote_of(1);
    uint64_t version = random_number() % 10;
    uint64_t index = random_number() % (CELLS + 1);
    char *cell = shm_cells_at(&d.w.cells, random_number() % CELLS);
    uint64_t value = random_number() % 3 == 0   ? random_number()
                     : random_number() % 2 == 0 ? random_number() % 40
                                                : UINT64_MAX - random_number() % 20;
    shm_status status;
    void *payload;
    switch (random_number() % 5) {
    case 0:
      shm_store_relaxed(shm_cell_version(cell), value);
      break;
    case 1:
      shm_store_relaxed(shm_cell_stamp(&d.w.cells, cell, random_number() % 8), value);
      break;
    case 2:
      __atomic_store_n(shm_cell_flag(cell), SHM_CAST(uint32_t, value), __ATOMIC_RELAXED);
      break;
    default:
      break;
    }
    switch (random_number() % 5) {
    case 0:
      status = shm_cell_writer_store(&d.w, index, &q, sizeof q);
      break;
    case 1:
      status = shm_cell_writer_reserve(&d.w, index, sizeof q, &payload);
      break;
    case 2:
      status = shm_cell_writer_commit(&d.w);
      break;
    case 3:
      status = shm_cell_reader_load(&d.r, index, &q, sizeof q, &version);
      break;
    default:
      status = shm_cell_reader_wait_newer(&d.r, index, &version, &q, sizeof q, 1000);
      break;
    }
    CHECK(status <= SHM_OS);
    answers[status]++;
  }
  CHECK(answers[SHM_OK] > 500 && answers[SHM_INVALID] > 200 && answers[SHM_CORRUPT] > 50 &&
        answers[SHM_TIMEOUT] > 0);
  /* A version whose slot never becomes whole: an answer, not a hang; and the next store mends it. */
  shm_store_relaxed(shm_cell_version(d.w.cells.first), 1000);
  {
    quote q;
    uint64_t version;
    CHECK_STATUS(SHM_CORRUPT, shm_cell_reader_load(&d.r, 0, &q, sizeof q, &version));
    CHECK_SAYS("the cell is damaged: no version of its value is whole");
    CHECK(version == 0 && is_zero(&q, sizeof q));
  }
  store_quote(&d, 0, 8);
  expect_quote(&d.r, 0, 8, 1001);
  close_desk(&d);
}
