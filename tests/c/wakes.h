/*
 * Who sleeps is woken by whom it waits for, not by the end of a slice. That shows where
 * slices are compiled to be half a minute long, see SHM_FIRST_SLICE_NS.
 */

enum { WAKES = 12, WAYS = 4 };

/* Longer than a slice: what takes so long was missed. */
#define LONG_NS UINT64_C(60000000000)

/* Whether a child waits for messages, else for room. */
typedef struct sleeper_of {
  const test_spec *t;
  bool pops;
  int denied; /* a command of membarrier; ALL_BARRIERS; or 0 */
} sleeper_of;

enum { ALL_BARRIERS = -1 };

/* Has the kernel deny a command of membarrier to this process from now on, as a sandbox
 * does. */
static void deny_barriers(int command) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* the number of the call */
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SHM_SYS_MEMBARRIER, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16), /* its first argument */
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SHM_CAST(uint32_t, command), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program;
  program.len = sizeof filter / sizeof filter[0];
  program.filter = filter;
  if (command == ALL_BARRIERS) {
    filter[3].jf = 0; /* whatever it is */
  }
  if (command != 0) {
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    CHECK(command == SHM_SYS_MEMBARRIER_REGISTER || !shm_sys_membarrier(SHM_SYS_MEMBARRIER_EXPEDITED));
    CHECK(command == SHM_SYS_MEMBARRIER_EXPEDITED || !shm_sys_membarrier(SHM_SYS_MEMBARRIER_REGISTER));
  }
}

static void sleep_again_and_again(const void *argument) {
  const sleeper_of *s = SHM_CAST(const sleeper_of *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  trade m;
  deny_barriers(s->denied);
  CHECK_OK(shm_attachment_attach(&a, &s->t->spec, NULL, NULL));
  if (s->pops) {
    CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  } else {
    CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  }
  for (;;) {
    if (s->pops) {
      CHECK_OK(shm_queue_consumer_pop_timeout(&c, &m, sizeof m, LONG_NS));
    } else {
      m = trade_of(0);
      CHECK_OK(shm_queue_producer_push_timeout(&p, &m, sizeof m, LONG_NS));
    }
    say();
  }
}

static void until_it_sleeps(const shm_word32 *flag) {
  uint64_t begin = now_ms();
  while ((__atomic_load_n(flag, __ATOMIC_SEQ_CST) & SHM_WAITING) == 0) {
    CHECK(now_ms() - begin < 20000);
    sleep_ms(1);
  }
  sleep_ms(5);
}

/* Waits until a child says something, for half a slice. */
static void wait_in_time_for(const child *c) {
  struct pollfd ask;
  ask.fd = c->from;
  ask.events = POLLIN;
  CHECK(poll(&ask, 1, 15000) == 1);
  wait_for(c);
}

/* On a busy machine some take longer than 50 ms, not all. */
static void must_be_prompt(const uint64_t *times) {
  int prompt = 0;
  for (int i = 0; i < WAKES; i++) {
    prompt += times[i] < 50;
  }
  CHECK(prompt > 0);
}

/* Pushes one, in each way there is. */
static void push_in_a_way(pair *q, int way) {
  trade m = trade_of(0);
  void *slot;
  size_t done;
  if (way == 0) {
    CHECK_OK(shm_queue_producer_try_push(&q->p, &m, sizeof m));
  } else if (way == 1) {
    CHECK_OK(shm_queue_producer_push_timeout(&q->p, &m, sizeof m, 0));
  } else if (way == 2) {
    CHECK_OK(shm_queue_producer_push_n(&q->p, &m, sizeof m, 1, &done));
  } else {
    CHECK_OK(shm_queue_producer_reserve(&q->p, sizeof m, &slot));
    memcpy(slot, &m, sizeof m);
    CHECK_OK(shm_queue_producer_commit(&q->p));
  }
}

static void pop_in_a_way(pair *q, int way) {
  trade m;
  const void *slot;
  size_t done;
  if (way == 0) {
    CHECK_OK(shm_queue_consumer_try_pop(&q->c, &m, sizeof m));
  } else if (way == 1) {
    CHECK_OK(shm_queue_consumer_pop_timeout(&q->c, &m, sizeof m, 0));
  } else if (way == 2) {
    CHECK_OK(shm_queue_consumer_pop_n(&q->c, &m, sizeof m, 1, &done));
  } else {
    CHECK_OK(shm_queue_consumer_peek(&q->c, sizeof m, &slot));
    CHECK_OK(shm_queue_consumer_acknowledge(&q->c));
  }
}

static void consumers_are_woken_by_every_push(void) {
  pair q;
  sleeper_of s;
  child sleeper;
  uint64_t times[WAKES];
  open_pair(&q, 8);
  shm_queue_consumer_release(&q.c);
  s.t = &q.t;
  s.pops = true;
  s.denied = 0;
  sleeper = start(sleep_again_and_again, &s);
  for (int way = 0; way < WAYS; way++) {
    for (int i = 0; i < WAKES; i++) {
      until_it_sleeps(shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG));
      times[i] = now_ms();
      push_in_a_way(&q, way);
      wait_in_time_for(&sleeper);
      times[i] = now_ms() - times[i];
    }
    must_be_prompt(times);
  }
  kill_child(&sleeper);
  close_pair(&q);
}

static void fill_the_queue(pair *q) {
  trade m = trade_of(0);
  shm_status status = SHM_OK;
  while (status == SHM_OK) {
    status = shm_queue_producer_try_push(&q->p, &m, sizeof m);
  }
  CHECK(status == SHM_FULL);
}

/* The head is published lazily: after a batch at the latest. */
static void producers_are_woken_by_every_pop(void) {
  static const uint64_t capacities[] = {1, 40};
  for (size_t n = 0; n < sizeof capacities / sizeof capacities[0]; n++) {
    pair q;
    sleeper_of s;
    child sleeper;
    uint64_t times[WAKES];
    open_pair(&q, capacities[n]);
    fill_the_queue(&q);
    shm_queue_producer_release(&q.p);
    s.t = &q.t;
    s.pops = false;
    s.denied = 0;
    sleeper = start(sleep_again_and_again, &s);
    for (int way = 0; way < WAYS; way++) {
      for (int i = 0; i < WAKES; i++) {
        const shm_word32 *flag = shm_queue_flag(&q.c.slots, SHM_QUEUE_SPACE_FLAG);
        until_it_sleeps(flag);
        times[i] = now_ms();
        for (uint64_t k = 0; k < q.c.batch; k++) {
          pop_in_a_way(&q, way);
        }
        for (uint64_t k = 0; k < q.c.batch; k++) {
          wait_in_time_for(&sleeper);
        }
        times[i] = now_ms() - times[i];
      }
      must_be_prompt(times);
    }
    kill_child(&sleeper);
    close_pair(&q);
  }
}

static void take_three(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  trade m;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  for (int i = 0; i < 3; i++) {
    CHECK_OK(shm_queue_consumer_try_pop(&c, &m, sizeof m));
  }
  say_and_wait();
  shm_queue_consumer_release(&c);
  say_and_wait();
}

/*
 * A consumer that took less than it tells the producer of each time dies, or leaves:
 * who comes after it, or itself, tells, and wakes.
 */
static void who_comes_after_a_consumer_wakes_and_who_leaves_too(void) {
  for (int dies = 0; dies < 2; dies++) {
    pair q;
    sleeper_of s;
    victim v;
    child sleeper;
    child taker;
    open_pair(&q, 64);
    shm_queue_consumer_release(&q.c);
    fill_the_queue(&q);
    shm_queue_producer_release(&q.p);
    v.t = s.t = &q.t;
    v.number = 0;
    s.pops = false;
    s.denied = 0;
    taker = start(take_three, &v);
    wait_for(&taker);
    sleeper = start(sleep_again_and_again, &s);
    until_it_sleeps(SHM_AT(shm_word32, q.a.core->segment.base, q.a.core->places[0] + SHM_QUEUE_SPACE_FLAG));
    if (dies) {
      kill_child(&taker);
      CHECK_OK(shm_queue_consumer_claim(&q.c, &q.b, 0));
    } else {
      go_on(&taker);
    }
    for (int i = 0; i < 3; i++) {
      wait_in_time_for(&sleeper);
    }
    kill_child(&sleeper);
    if (!dies) {
      kill_child(&taker);
    }
    close_pair(&q);
  }
}

/* Commits a message, and is killed before it notifies. */
static void commit_and_not_notify(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  say_and_wait();
  shm_store_release(shm_queue_stamp(p.tail.slot), p.tail.position + 1);
  say_and_wait();
}

/* Whoever sweeps a dead one wakes those whom it did not notify any more. */
static void a_sweep_wakes_who_sleeps(void) {
  pair q;
  sleeper_of s;
  victim v;
  child sleeper;
  child dead;
  trade m;
  shm_word64 *record;
  uint64_t begin;
  open_pair(&q, 8);
  shm_queue_producer_release(&q.p);
  shm_queue_consumer_release(&q.c);
  CHECK_OK(shm_queue_consumer_claim(&q.c, &q.b, 1));
  v.t = s.t = &q.t;
  v.number = 0;
  s.pops = true;
  s.denied = 0;
  dead = start(commit_and_not_notify, &v);
  wait_for(&dead);
  record = shm_record_word(q.a.core, 2);
  sleeper = start(sleep_again_and_again, &s);
  until_it_sleeps(SHM_AT(shm_word32, q.a.core->segment.base, q.a.core->places[0] + SHM_QUEUE_DATA_FLAG));
  go_on(&dead);
  wait_for(&dead);
  kill_child(&dead);
  begin = now_ms();
  while (shm_record_state(shm_load_acquire(record)) != SHM_RECORD_SWEPT) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    CHECK(now_ms() - begin < 15000);
  }
  wait_in_time_for(&sleeper);
  kill_child(&sleeper);
  close_pair(&q);
}

/* ---- without membarrier ---- */

static void push_when_told(const void *argument) {
  const sleeper_of *s = SHM_CAST(const sleeper_of *, argument);
  trade m = trade_of(0);
  deny_barriers(s->denied);
  for (;;) { /* each time from an attachment that is new */
    shm_attachment a;
    shm_queue_producer p = SHM_ZERO;
    say_and_wait();
    CHECK_OK(shm_attachment_attach(&a, &s->t->spec, NULL, NULL));
    CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
    CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
    shm_queue_producer_release(&p);
    shm_attachment_detach(&a);
  }
}

/* Where either side is denied what lets the sleeper pay for both fences, or one of the
 * two commands, or nothing; the other side attaches while the first one sleeps. */
static void wake_ups_come_at_once_without_barriers(void) {
  static const int denied[][2] = {{0, 0},
                                  {ALL_BARRIERS, 0},
                                  {0, ALL_BARRIERS},
                                  {ALL_BARRIERS, ALL_BARRIERS},
                                  {SHM_SYS_MEMBARRIER_EXPEDITED, 0},
                                  {SHM_SYS_MEMBARRIER_REGISTER, SHM_SYS_MEMBARRIER_REGISTER}};
  for (size_t n = 0; n < sizeof denied / sizeof denied[0]; n++) {
    pair q;
    sleeper_of sides[2];
    child sleeper;
    child waker;
    uint64_t times[WAKES];
    const shm_word32 *flag;
    bool fences = denied[n][0] == ALL_BARRIERS || denied[n][0] == SHM_SYS_MEMBARRIER_EXPEDITED;
    open_pair(&q, 8);
    shm_queue_producer_release(&q.p);
    shm_queue_consumer_release(&q.c);
    for (int side = 0; side < 2; side++) {
      sides[side].t = &q.t;
      sides[side].pops = true;
      sides[side].denied = denied[n][side];
    }
    flag = SHM_AT(shm_word32, q.a.core->segment.base, q.a.core->places[0] + SHM_QUEUE_DATA_FLAG);
    sleeper = start(sleep_again_and_again, &sides[0]);
    waker = start(push_when_told, &sides[1]);
    for (int i = 0; i < WAKES; i++) {
      wait_for(&waker);
      until_it_sleeps(flag);
      CHECK(((__atomic_load_n(flag, __ATOMIC_SEQ_CST) & SHM_NEED_FENCE) != 0) == fences);
      times[i] = now_ms();
      go_on(&waker);
      wait_in_time_for(&sleeper);
      times[i] = now_ms() - times[i];
    }
    must_be_prompt(times);
    kill_child(&sleeper);
    kill_child(&waker);
    close_pair(&q);
  }
}

/* ---- two versions ---- */

/* Sleeps and wakes as the first form of the protocol has it: who finds something clears the bit, and who
 * wakes counts nothing. */
static void older_sleep(shm_word32 *flag, const shm_word64 *word, uint64_t until) {
  uint64_t begin = now_ms();
  for (;;) {
    uint32_t value = __atomic_or_fetch(flag, SHM_WAITING | SHM_NEED_FENCE, __ATOMIC_SEQ_CST);
    shm_fence();
    if (shm_load_acquire(word) == until) {
      __atomic_fetch_and(flag, ~SHM_WAITING, __ATOMIC_SEQ_CST);
      return;
    }
    CHECK(now_ms() - begin < 20000);
    shm_sys_futex_wait(flag, value, LONG_NS);
  }
}

static void older_notify(shm_word32 *flag) {
  shm_fence();
  if ((__atomic_load_n(flag, __ATOMIC_RELAXED) & SHM_WAITING) != 0) {
    __atomic_fetch_and(flag, ~SHM_WAITING, __ATOMIC_SEQ_CST);
    shm_sys_futex_wake(flag);
  }
}

static void an_older_consumer(const void *argument) {
  const sleeper_of *s = SHM_CAST(const sleeper_of *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &s->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  for (;;) {
    trade m;
    older_sleep(shm_queue_flag(&c.slots, SHM_QUEUE_DATA_FLAG), shm_queue_stamp(c.head.slot),
                c.head.position + 1);
    CHECK_OK(shm_queue_consumer_try_pop(&c, &m, sizeof m));
    say();
  }
}

/* Processes of this form and of the first one in one segment, either way round. */
static void older_ones_sleep_and_wake_beside_those_of_this_version(void) {
  for (int older_sleeps = 0; older_sleeps < 2; older_sleeps++) {
    pair q;
    sleeper_of s;
    child sleeper;
    uint64_t times[WAKES];
    open_pair(&q, 8);
    shm_queue_consumer_release(&q.c);
    s.t = &q.t;
    s.pops = true;
    s.denied = 0;
    sleeper = start(older_sleeps ? an_older_consumer : sleep_again_and_again, &s);
    for (int i = 0; i < WAKES; i++) {
      until_it_sleeps(shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG));
      times[i] = now_ms();
      if (older_sleeps) {
        push_in_a_way(&q, i % WAYS);
      } else {
        shm_queue_cursor tail = q.p.tail;
        shm_store_release(shm_queue_stamp(tail.slot), tail.position + 1);
        shm_queue_cursor_advance(&q.p.slots, &q.p.tail);
        older_notify(shm_queue_flag(&q.p.slots, SHM_QUEUE_DATA_FLAG));
      }
      wait_in_time_for(&sleeper);
      times[i] = now_ms() - times[i];
    }
    must_be_prompt(times);
    kill_child(&sleeper);
    close_pair(&q);
  }
}

static uint64_t drawn(uint64_t dice) {
  return dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

static void pop_all_the_time(const void *argument) {
  const sleeper_of *s = SHM_CAST(const sleeper_of *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  trade m;
  deny_barriers(s->denied);
  CHECK_OK(shm_attachment_attach(&a, &s->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  say();
  for (uint64_t dice = 1;; dice = drawn(dice)) {
    uint64_t begin = shm_monotonic_ns();
    while (shm_monotonic_ns() - begin < (dice >> 33) % 1000) {
    }
    CHECK_OK(shm_queue_consumer_pop_timeout(&c, &m, sizeof m, LONG_NS));
  }
}

/*
 * Messages come while the consumer is about to sleep, which it is at once where it spins
 * for no time. A commit waits in the processor behind stores to memory that is in no
 * cache; meanwhile nothing but the sleeper's barrier, or the fence for which it asks, keeps
 * the look at the flag back.
 */
static void race_with_falling_asleep(int denied) {
  pair q;
  sleeper_of s;
  child sleeper;
  uint64_t dice = 42;
  const uint64_t rounds = denied != 0 || SHM_SPIN_NS >= 1000 ? 5000 : 100000;
  const size_t far_size = SHM_CAST(size_t, 64) << 20;
  char *far = SHM_CAST(char *, malloc(far_size));
  CHECK(far != NULL);
  memset(far, 1, far_size);
  open_pair(&q, 8);
  shm_queue_consumer_release(&q.c);
  s.t = &q.t;
  s.pops = true;
  s.denied = denied;
  sleeper = start(pop_all_the_time, &s);
  wait_for(&sleeper);
  for (uint64_t n = 1; n <= rounds; n++) {
    uint64_t begin = shm_monotonic_ns();
    for (int store = 0; store < 4; store++) {
      dice = drawn(dice);
      shm_store_relaxed(SHM_AT(shm_word64, far, (dice >> 33) % far_size & ~SHM_CAST(size_t, 63)), dice);
    }
    push_in_a_way(&q, 0);
    while (shm_load_acquire(shm_queue_word(&q.p.slots, SHM_QUEUE_TAKEN)) != n) {
      CHECK(shm_monotonic_ns() - begin < UINT64_C(15000000000));
    }
  }
  free(far);
  kill_child(&sleeper);
  close_pair(&q);
}

static void no_wake_up_is_lost_in_the_race_with_falling_asleep(void) {
  race_with_falling_asleep(0);
  race_with_falling_asleep(ALL_BARRIERS);
}
