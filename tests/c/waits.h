/* Waiting: what it costs, when it ends, and what a poller notices. */

/* CPU time of this thread. */
static uint64_t cpu_ms(void) { return shm_sys_clock(3 /* CLOCK_THREAD_CPUTIME_ID */) / 1000000; }

static void write_all_the_time(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_word32 *flag;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  flag = SHM_AT(shm_word32, a.core->segment.base, a.core->places[0] + SHM_QUEUE_DATA_FLAG);
  say();
  for (uint32_t n = 0;; n++) {
    __atomic_store_n(flag, n << 2, __ATOMIC_SEQ_CST);
    __atomic_store_n(flag + 1, n << 2, __ATOMIC_SEQ_CST);
    if (v->number != 0) {
      shm_sys_futex_wake(flag);
      shm_sys_futex_wake(flag + 1);
    }
  }
}

static void waiters_sleep_whatever_stands_in_their_word(void) {
  static const uint32_t lies[] = {4, 0x80000000u, 0xFFFFFFFCu, UINT32_MAX};
  trade m = trade_of(0);
  pair q;
  open_pair(&q, 1);
  push(&q, 0);
  for (size_t round = 0; round < sizeof lies / sizeof lies[0] + 2; round++) {
    victim v;
    child liar = {0, 0, 0};
    uint64_t begin;
    bool lives = round < 2;
    v.t = &q.t;
    v.number = round;
    if (lives) { /* writes all the time, and wakes as well in the second round */
      liar = start(write_all_the_time, &v);
      wait_for(&liar);
    } else {
      *shm_queue_flag(&q.p.slots, SHM_QUEUE_SPACE_FLAG) = lies[round - 2];
      *shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG) = lies[round - 2];
    }
    begin = cpu_ms();
    CHECK_STATUS(SHM_TIMEOUT, shm_queue_producer_push_timeout(&q.p, &m, sizeof m, 300000000));
    CHECK(cpu_ms() - begin < 100);
    pop(&q, 0);
    begin = cpu_ms();
    CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 300000000));
    CHECK(cpu_ms() - begin < 100);
    push(&q, 0);
    if (lives) {
      kill_child(&liar);
    }
  }
  pop(&q, 0);
  close_pair(&q);
}

/* Whose time is up leaves the bit, which may be another one's as well. */
static void the_word_counts_wake_ups_and_only_a_wake_up_clears_it(void) {
  pair q;
  trade m;
  const shm_word32 *flag;
  uint32_t sequence;
  open_pair(&q, 8);
  flag = shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG);
  sequence = *flag / SHM_WAKE_STEP;
  for (uint32_t n = 0; n < 3; n++) {
    CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 1000000));
    CHECK(*flag / SHM_WAKE_STEP == sequence + n && (*flag & SHM_WAITING) != 0);
    push(&q, n);
    CHECK(*flag / SHM_WAKE_STEP == sequence + n + 1 && (*flag & SHM_WAITING) == 0);
    pop(&q, n);
  }
  close_pair(&q);
}

static void time_outs_shorter_than_the_spin_end_in_time(void) {
  uint64_t least = UINT64_MAX;
  trade m = trade_of(0);
  pair q;
  open_pair(&q, 1);
  for (int i = 0; i < 2000; i++) {
    uint64_t begin = shm_monotonic_ns();
    uint64_t took;
    CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 2000));
    took = shm_monotonic_ns() - begin;
    CHECK(took >= 2000);
    least = took < least ? took : least;
  }
  CHECK(least < 12000);
  CHECK(*shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG) == 0); /* nobody was about to sleep */
  close_pair(&q);
}

static void a_slow_poller_notices_a_death_and_a_removal_within_a_second(void) {
  pair q;
  victim v;
  child dead;
  trade m;
  uint64_t begin;
  shm_word64 *record;
  shm_status status = SHM_EMPTY;
  open_pair(&q, 8);
  for (int i = 0; i < 200; i++) { /* a fast poller at first */
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  }
  v.t = &q.t;
  v.number = 0;
  dead = start(take_record_and_role, &v);
  wait_for(&dead);
  record = shm_record_word(q.a.core, 2);
  CHECK(shm_record_state(shm_load_acquire(record)) == SHM_RECORD_LIVE);
  kill_child(&dead);
  begin = now_ms();
  while (shm_record_state(shm_load_acquire(record)) != SHM_RECORD_SWEPT && now_ms() - begin < 5000) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    sleep_ms(100);
  }
  CHECK(now_ms() - begin < 1000);
  CHECK(unlink(path_of(q.t.address)) == 0);
  begin = now_ms();
  while (status == SHM_EMPTY && now_ms() - begin < 5000) {
    sleep_ms(100);
    status = shm_queue_consumer_try_pop(&q.c, &m, sizeof m);
  }
  CHECK(status == SHM_REMOVED && now_ms() - begin < 1000);
  close_pair(&q);
}

/* The flag is set by another thread or handle between a look and the answer. */
static void what_was_committed_before_a_removal_is_not_missed(void) {
  pair q;
  trade m;
  open_pair(&q, 8);
  CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  push(&q, 0);
  __atomic_store_n(&q.b.core->removed, 1, __ATOMIC_RELEASE);
  CHECK(!shm_queue_consumer_is_over(&q.c));
  CHECK_OK(shm_queue_consumer_refuse(&q.c));
  CHECK_OK(shm_queue_consumer_look(&q.c));
  pop(&q, 0);
  CHECK(shm_queue_consumer_is_over(&q.c));
  CHECK_STATUS(SHM_REMOVED, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  close_pair(&q);
}

static void change_hands_all_the_time(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_word64 *role;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  role = shm_core_word(a.core, a.core->places[1] + SHM_QUEUE_PRODUCER_ROLE);
  say();
  for (uint64_t n = 1;; n++) {
    shm_store_relaxed(role, n << 32 | SHM_ROLE_ORPHANED);
  }
}

static void a_claim_ends_whoever_writes_the_word(void) {
  victim v;
  child liar;
  shm_queue_producer p = SHM_ZERO;
  uint64_t begin;
  pair q;
  open_pair(&q, 8);
  v.t = &q.t;
  v.number = 0;
  liar = start(change_hands_all_the_time, &v);
  wait_for(&liar);
  begin = now_ms();
  for (int i = 0; i < 100; i++) {
    shm_status status = shm_queue_producer_claim(&p, &q.a, 1);
    CHECK(status == SHM_OK || status == SHM_BUSY);
    shm_queue_producer_release(&p);
  }
  CHECK(now_ms() - begin < 5000);
  kill_child(&liar);
  close_pair(&q);
}

/* Full is never said while fewer than the capacity wait: the depth goes up to it and
 * one below again and again, at every phase of the batches. */
static void the_capacity_holds_along_its_bound(void) {
  static const uint64_t capacities[] = {15, 16, 17, 24, 40, 100, 1000};
  for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
    uint64_t capacity = capacities[i];
    uint64_t in = 0;
    uint64_t out = 0;
    uint64_t laps;
    uint64_t step = 1;
    pair q;
    open_pair(&q, capacity);
    laps = q.t.objects[0].slots * 5;
    for (; in < capacity; in++) {
      push(&q, in);
    }
    for (uint64_t n = 0; n < laps; n++) {
      for (uint64_t k = 0; k < step; k++) {
        pop(&q, out++);
      }
      for (uint64_t k = 0; k < step; k++) {
        push(&q, in++);
      }
      CHECK(depth_of(&q) == capacity);
      step = n % 7 == 0 ? 1 + n % q.t.objects[0].batch * 2 % capacity : 1;
    }
    close_pair(&q);
  }
}

/* Keeps everybody out, as a collector does, for this many milliseconds. */
static void keep_everybody_out(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  int file = shm_sys_open(path_of(v->t->address), O_RDWR, 0);
  for (uint32_t index = 0; index < v->t->spec.participants; index++) {
    CHECK(shm_try_write_lock(file, index) == SHM_LOCK_TAKEN);
  }
  CHECK(shm_try_write_lock(file, SHM_BYTE_READERS) == SHM_LOCK_TAKEN);
  CHECK(shm_try_write_lock(file, SHM_BYTE_REMOVE) == SHM_LOCK_TAKEN);
  say();
  sleep_ms(SHM_CAST(int, v->number));
}

static void a_busy_collector_is_waited_for(void) {
  for (int round = 0; round < 2; round++) {
    pair q;
    shm_attachment late;
    victim v;
    child collector;
    uint64_t begin;
    open_pair(&q, 8);
    shm_queue_producer_release(&q.p);
    shm_queue_consumer_release(&q.c);
    shm_attachment_detach(&q.b);
    shm_attachment_detach(&q.a);
    v.t = &q.t;
    v.number = round == 0 ? 300 : 10000;
    collector = start(keep_everybody_out, &v);
    wait_for(&collector);
    begin = now_ms();
    if (round == 0) {
      CHECK_OK(shm_attachment_attach(&late, &q.t.spec, NULL, NULL));
      CHECK(now_ms() - begin > 100 && now_ms() - begin < 1900);
      join(&collector);
    } else {
      CHECK_STATUS(SHM_BUSY, shm_attachment_attach(&late, &q.t.spec, NULL, NULL));
      CHECK_SAYS("somebody has been removing it all the time");
      CHECK(now_ms() - begin > 1500 && now_ms() - begin < 5000);
      kill_child(&collector);
      CHECK_OK(shm_attachment_attach(&late, &q.t.spec, NULL, NULL));
    }
    CHECK_OK(shm_attachment_remove(&late));
    shm_attachment_detach(&late);
  }
}

/* ---- looking around ---- */

static void attach_and_run_another_program(const void *argument) {
  take_record_and_role(argument);
  execl("/bin/sleep", "sleep", "60", SHM_CAST(char *, NULL));
  _exit(1);
}

/* No descriptor tells of it: its process lives, its lock is gone. */
static void who_runs_another_program_is_noticed_by_its_lock(void) {
  pair q;
  victim v;
  child other;
  trade m;
  shm_word64 *record;
  uint64_t begin;
  open_pair(&q, 8);
  v.t = &q.t;
  v.number = 0;
  other = start(attach_and_run_another_program, &v);
  wait_for(&other);
  record = shm_record_word(q.a.core, 2);
  for (int i = 0; i < 10; i++) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    sleep_ms(2);
  }
  CHECK(shm_record_state(shm_load_acquire(record)) == SHM_RECORD_LIVE);
  go_on(&other);
  begin = now_ms();
  while (shm_record_state(shm_load_acquire(record)) != SHM_RECORD_SWEPT && now_ms() - begin < 5000) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    sleep_ms(2);
  }
  CHECK(now_ms() - begin < 1000);
  kill_child(&other);
  close_pair(&q);
}

static void attach_and_wait(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  say_and_wait();
}

/* Each of many is watched; each death is noticed; nothing is kept behind. */
static void many_others_are_watched_and_each_death_is_noticed(void) {
  enum { OTHERS = 40 };
  child others[OTHERS];
  test_spec t;
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  victim v;
  trade m;
  int before = open_descriptors();
  CHECK_OK(shm_attachment_create(&a, make_spec(&t, fresh_address(), PLAIN, 8, OTHERS + 1), NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  v.t = &t;
  v.number = 0;
  for (int i = 0; i < OTHERS; i++) {
    others[i] = start(attach_and_wait, &v);
    wait_for(&others[i]);
  }
  for (int i = 0; i < 20; i++) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&c, &m, sizeof m));
    sleep_ms(5);
  }
  CHECK(a.core->watch->count == OTHERS);
  for (int i = 0; i < OTHERS; i++) {
    uint64_t begin = now_ms();
    shm_word64 *record = shm_record_word(a.core, SHM_CAST(uint32_t, i) + 1);
    CHECK(shm_record_state(shm_load_acquire(record)) == SHM_RECORD_LIVE);
    kill_child(&others[i]);
    while (shm_record_state(shm_load_acquire(record)) != SHM_RECORD_SWEPT && now_ms() - begin < 5000) {
      CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&c, &m, sizeof m));
      sleep_ms(1);
    }
    CHECK(now_ms() - begin < 500);
  }
  CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&c, &m, sizeof m, 5000000));
  CHECK(a.core->watch->count == 0);
  shm_queue_consumer_release(&c);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  CHECK(open_descriptors() == before);
}
