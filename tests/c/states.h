/* States: a value behind a lock, that a death leaves as it was, with wait and notify. */

/* Not a multiple of 8, so that the last word of a copy is partly padding. */
typedef struct pose {
  uint32_t n[29];
} pose;

static pose pose_of(uint64_t n) {
  pose p;
  for (unsigned k = 0; k < 29; k++) {
    p.n[k] = SHM_CAST(uint32_t, n == 0 ? 0 : n * 17 + k * n);
  }
  return p;
}

/* Which one it is; that it is whole. */
static uint64_t whole_pose(const pose *p) {
  uint64_t n = p->n[0] / 17;
  pose expected = pose_of(n);
  CHECK(memcmp(p, &expected, sizeof expected) == 0);
  return n;
}

typedef struct state_spec {
  shm_segment_spec spec;
  shm_object_spec objects[2];
  uint64_t offsets[2];
  char address[80];
} state_spec;

static const shm_segment_spec *make_state(state_spec *t, const char *address, uint64_t item_size) {
  shm_object_spec *o = &t->objects[0];
  memset(t, 0, sizeof *t);
  snprintf(t->address, sizeof t->address, "%s", address);
  o->name = "robot";
  o->kind = SHM_KIND_STATE;
  o->item_size = item_size;
  o->capacity = 1;
  o->slots = 2;
  o->stride = up(item_size, 128);
  o->size = 0x180 + 2 * o->stride;
  o->align = 128;
  t->objects[1] = queue_of("trades", sizeof(trade), 4);
  finish_spec(&t->spec, "robots", t->address, t->objects, 2, t->offsets);
  return &t->spec;
}

/* A segment with a state, attached twice. */
typedef struct robots {
  state_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_state_handle x;
  shm_state_handle y;
} robots;

static void open_robots_of(robots *s, uint64_t item_size) {
  memset(s, 0, sizeof *s);
  CHECK_OK(shm_attachment_create(&s->a, make_state(&s->t, fresh_address(), item_size), NULL, NULL));
  CHECK_OK(shm_attachment_attach(&s->b, &s->t.spec, NULL, NULL));
  CHECK_OK(shm_state_open(&s->x, &s->a, 0));
  CHECK_OK(shm_state_open(&s->y, &s->b, 0));
}

static void open_robots(robots *s) { open_robots_of(s, sizeof(pose)); }

static void close_robots(robots *s) {
  shm_state_close(&s->x);
  shm_state_close(&s->y);
  (void)shm_attachment_remove(&s->a);
  shm_attachment_detach(&s->a);
  shm_attachment_detach(&s->b);
}

/* That the value is pose n, as that version. */
static void expect_pose(shm_state_handle *h, uint64_t n, uint64_t version) {
  pose p;
  uint64_t found;
  CHECK_OK(shm_state_load(h, &p, sizeof p, &found));
  CHECK(whole_pose(&p) == n && found == version);
}

static void set_pose(shm_state_handle *h, uint64_t n) {
  pose p;
  CHECK_OK(shm_state_lock(h, &p, sizeof p));
  p = pose_of(n);
  CHECK_OK(shm_state_unlock(h, &p, sizeof p));
}

static void a_state_is_changed_behind_its_lock(void) {
  robots s;
  pose p;
  shm_state_facts facts;
  uint64_t version;
  open_robots(&s);
  expect_pose(&s.y, 0, 0);
  for (uint64_t n = 1; n < 8; n++) {
    memset(&p, 0xEE, sizeof p);
    CHECK_OK(n % 2 == 0 ? shm_state_lock(&s.x, &p, sizeof p) : shm_state_try_lock(&s.x, &p, sizeof p));
    CHECK(whole_pose(&p) == n - 1);
    p = pose_of(n);
    expect_pose(&s.y, n - 1, n - 1); /* nothing happened yet */
    CHECK_STATUS(SHM_BUSY, shm_state_try_lock(&s.y, &p, sizeof p));
    CHECK_SAYS("somebody else is using it just now");
    CHECK_STATUS(SHM_TIMEOUT, shm_state_lock_timeout(&s.y, &p, sizeof p, n % 2 * 1000));
    CHECK_STATUS(SHM_BUSY, shm_state_lock(&s.x, &p, sizeof p)); /* never a deadlock */
    CHECK_SAYS("this attachment has the lock already");
    CHECK_OK(shm_state_stat(&s.b, 0, &facts));
    CHECK(facts.holder == 0 && facts.version == n - 1 && facts.item_size == sizeof p);
    p = pose_of(n);
    CHECK_OK(shm_state_unlock(&s.x, &p, sizeof p));
    expect_pose(&s.y, n, n);
  }
  CHECK_OK(shm_state_lock_timeout(&s.y, &p, sizeof p, 0));
  p = pose_of(50);
  CHECK_OK(shm_state_unlock(&s.y, NULL, sizeof p)); /* changes nothing */
  expect_pose(&s.x, 7, 7);
  CHECK_STATUS(SHM_INVALID, shm_state_unlock(&s.y, &p, sizeof p));
  CHECK_SAYS("the state is not locked");
  CHECK_STATUS(SHM_INVALID, shm_state_wait(&s.y, &p, sizeof p, 0));
  CHECK_OK(shm_state_stat(&s.b, 0, &facts));
  CHECK(facts.holder == -1 && facts.version == 7 && facts.times_died == 0);
  CHECK(!shm_state_owner_died(&s.x));
  /* Closing and detaching unlock, and change nothing. */
  CHECK_OK(shm_state_lock(&s.x, &p, sizeof p));
  shm_state_close(&s.x);
  CHECK_OK(shm_state_open(&s.x, &s.a, 0));
  CHECK_OK(shm_state_lock(&s.y, &p, sizeof p));
  shm_attachment_detach(&s.b);
  CHECK_OK(shm_state_try_lock(&s.x, &p, sizeof p));
  CHECK(whole_pose(&p) == 7 && !shm_state_owner_died(&s.x));
  CHECK_OK(shm_state_load(&s.x, &p, sizeof p, &version));
  CHECK(version == 7);
  close_robots(&s);
}

static void wrong_handles_of_states_are_told(void) {
  robots s;
  shm_state_handle h = SHM_ZERO;
  shm_attachment none = SHM_ZERO;
  shm_attachment reader;
  shm_state_facts facts;
  pose p = pose_of(1);
  uint64_t version;
  CHECK_STATUS(SHM_INVALID, shm_state_lock(&h, &p, sizeof p));
  CHECK_STATUS(SHM_INVALID, shm_state_try_lock(&h, &p, sizeof p));
  CHECK_STATUS(SHM_INVALID, shm_state_lock_timeout(&h, &p, sizeof p, 0));
  CHECK_STATUS(SHM_INVALID, shm_state_unlock(&h, &p, sizeof p));
  CHECK_STATUS(SHM_INVALID, shm_state_wait(&h, &p, sizeof p, 0));
  CHECK_STATUS(SHM_INVALID, shm_state_load(&h, &p, sizeof p, &version));
  CHECK_STATUS(SHM_INVALID, shm_state_notify_one(&h));
  CHECK_STATUS(SHM_INVALID, shm_state_notify_all(&h));
  CHECK_STATUS(SHM_INVALID, shm_state_open(&h, &none, 0));
  CHECK_STATUS(SHM_INVALID, shm_state_stat(&none, 0, &facts));
  open_robots(&s);
  CHECK_STATUS(SHM_INVALID, shm_state_open(&s.x, &s.a, 0));
  CHECK_SAYS("the handle is open already");
  CHECK_STATUS(SHM_INVALID, shm_state_open(&h, &s.a, 1));
  CHECK_SAYS("has no state with the number 1");
  CHECK_STATUS(SHM_INVALID, shm_state_lock(&s.x, &p, 8));
  CHECK_SAYS("is for items of 116 bytes, not of 8");
  CHECK_STATUS(SHM_INVALID, shm_state_load(&s.x, &p, 8, &version));
  set_pose(&s.x, 3);
  /* Who may only read loads, and nothing else. */
  CHECK_OK(shm_attachment_attach_read_only(&reader, &s.t.spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &reader, 0));
  expect_pose(&h, 3, 1);
  CHECK_STATUS(SHM_READ_ONLY, shm_state_lock(&h, &p, sizeof p));
  CHECK_SAYS("cannot lock or notify robot of ");
  CHECK_STATUS(SHM_READ_ONLY, shm_state_notify_one(&h));
  CHECK_STATUS(SHM_READ_ONLY, shm_state_notify_all(&h));
  shm_state_close(&h);
  shm_attachment_detach(&reader);
  close_robots(&s);
}

static void waits_of_states_end_in_time_and_hold_the_lock(void) {
  robots s;
  pose p;
  uint64_t begin;
  open_robots(&s);
  CHECK_OK(shm_state_lock(&s.x, &p, sizeof p));
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_state_lock_timeout(&s.y, &p, sizeof p, 60000000));
  CHECK(now_ms() - begin >= 59);
  p = pose_of(4);
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_state_wait(&s.x, &p, sizeof p, 60000000));
  CHECK(now_ms() - begin >= 59 && whole_pose(&p) == 4);
  CHECK_SAYS("the time is up");
  expect_pose(&s.y, 4, 1); /* it was published */
  CHECK_STATUS(SHM_BUSY, shm_state_try_lock(&s.y, &p, sizeof p));
  CHECK_OK(shm_attachment_remove(&s.a));
  p = pose_of(5);
  CHECK_STATUS(SHM_REMOVED, shm_state_wait(&s.x, &p, sizeof p, SHM_FOREVER));
  CHECK_STATUS(SHM_BUSY, shm_state_try_lock(&s.y, &p, sizeof p));
  CHECK_OK(shm_state_unlock(&s.x, NULL, sizeof p));
  CHECK_OK(shm_state_try_lock(&s.y, &p, sizeof p));
  CHECK(whole_pose(&p) == 5);
  close_robots(&s);
}

/* ---- who is overtaken ---- */

static robots *robot_overtaker;
static int robot_overtakings;

/* Interrupts a load wherever it is, and changes the value twice. */
static void change_it_twice(int signal_number) {
  static poster p;
  (void)signal_number;
  for (int k = 0; k < 2; k++) {
    uint64_t version;
    CHECK_OK(shm_state_lock(&robot_overtaker->x, &p, sizeof p));
    version = shm_load_relaxed(shm_state_version(&robot_overtaker->x)) + 1;
    for (unsigned n = 0; n < 8192; n++) {
      p.words[n] = version;
    }
    CHECK_OK(shm_state_unlock(&robot_overtaker->x, &p, sizeof p));
  }
  robot_overtakings++;
}

static void a_load_that_is_overtaken_looks_again(void) {
  robots s;
  static poster p;
  struct sigaction action;
  struct itimerval time;
  uint64_t last = 0;
  uint64_t begin = now_ms();
  open_robots_of(&s, sizeof p);
  robot_overtaker = &s;
  robot_overtakings = 0;
  memset(&action, 0, sizeof action);
  action.sa_handler = change_it_twice;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  memset(&time, 0, sizeof time);
  time.it_interval.tv_usec = time.it_value.tv_usec = 1000;
  CHECK(setitimer(ITIMER_REAL, &time, NULL) == 0);
  while (*SHM_CAST(volatile int *, &robot_overtakings) < 300 && now_ms() - begin < 60000) {
    uint64_t version;
    CHECK_OK(shm_state_load(&s.y, &p, sizeof p, &version));
    for (unsigned n = 0; n < 8192; n++) {
      CHECK(p.words[n] == version);
    }
    CHECK(version >= last);
    last = version;
  }
  memset(&time, 0, sizeof time);
  CHECK(setitimer(ITIMER_REAL, &time, NULL) == 0);
  CHECK(robot_overtakings >= 300);
  close_robots(&s);
}

/* ---- between processes ---- */

enum { STEPS = 3000 };

static void step_on(const void *argument) {
  const state_spec *t = SHM_CAST(const state_spec *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  for (int done = 0; done < STEPS;) {
    pose p;
    shm_status status = done % 3 == 0   ? shm_state_lock(&h, &p, sizeof p)
                        : done % 3 == 1 ? shm_state_try_lock(&h, &p, sizeof p)
                                        : shm_state_lock_timeout(&h, &p, sizeof p, 1000000);
    if (status == SHM_OK) {
      p = pose_of(whole_pose(&p) + 1);
      CHECK_OK(shm_state_unlock(&h, &p, sizeof p));
      done++;
    } else {
      CHECK(status == SHM_BUSY || status == SHM_TIMEOUT);
    }
  }
  shm_state_close(&h);
  shm_attachment_detach(&a);
}

static void no_step_is_lost_between_processes(void) {
  robots s;
  child walkers[3];
  uint64_t last = 0;
  open_robots(&s);
  for (int i = 0; i < 3; i++) {
    walkers[i] = start(step_on, &s.t);
  }
  while (last < 3 * STEPS) {
    pose p;
    uint64_t version;
    CHECK_OK(shm_state_load(&s.x, &p, sizeof p, &version));
    CHECK(whole_pose(&p) == version && version >= last);
    last = version;
  }
  for (int i = 0; i < 3; i++) {
    join(&walkers[i]);
  }
  expect_pose(&s.x, 3 * STEPS, 3 * STEPS);
  close_robots(&s);
}

static void until_somebody_waits(shm_state_handle *h, size_t offset, uint32_t bits) {
  uint64_t begin = now_ms();
  while ((__atomic_load_n(shm_state_word(h, offset), __ATOMIC_SEQ_CST) & bits) == 0) {
    CHECK(now_ms() - begin < 20000);
    sleep_ms(1);
  }
  sleep_ms(5);
}

static void lock_again_and_again(const void *argument) {
  const state_spec *t = SHM_CAST(const state_spec *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  pose p;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  for (;;) {
    CHECK_OK(shm_state_lock_timeout(&h, &p, sizeof p, LONG_NS));
    CHECK_OK(shm_state_unlock(&h, NULL, sizeof p));
    say_and_wait();
  }
}

/* Two sleep for the lock: each unlocking wakes one, who wakes the other by its own. */
static void whoever_sleeps_for_a_lock_is_woken_by_its_end(void) {
  robots s;
  child sleepers[2];
  pose p;
  open_robots(&s);
  CHECK_OK(shm_state_lock(&s.x, &p, sizeof p));
  for (int i = 0; i < 2; i++) {
    sleepers[i] = start(lock_again_and_again, &s.t);
  }
  for (int round = 0; round < 12; round++) {
    until_somebody_waits(&s.x, SHM_STATE_LOCK, SHM_STATE_SLEEPER);
    sleep_ms(20);
    CHECK_OK(shm_state_unlock(&s.x, NULL, sizeof p));
    for (int i = 0; i < 2; i++) {
      wait_in_time_for(&sleepers[i]);
    }
    CHECK_OK(shm_state_lock(&s.x, &p, sizeof p));
    for (int i = 0; i < 2; i++) {
      go_on(&sleepers[i]);
    }
  }
  for (int i = 0; i < 2; i++) {
    kill_child(&sleepers[i]);
  }
  close_robots(&s);
}

/* Waits until the pose is another than 0, and takes one from it: a token. */
static void take_tokens(const void *argument) {
  const state_spec *t = SHM_CAST(const state_spec *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  pose p;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  say();
  for (;;) {
    uint64_t tokens;
    CHECK_OK(shm_state_lock(&h, &p, sizeof p));
    while ((tokens = whole_pose(&p)) == 0) {
      shm_status status = shm_state_wait(&h, &p, sizeof p, LONG_NS);
      CHECK(status == SHM_OK || status == SHM_OWNER_DIED);
    }
    p = pose_of(tokens - 1);
    CHECK_OK(shm_state_unlock(&h, &p, sizeof p));
    say();
  }
}

static void add_tokens(shm_state_handle *h, uint64_t n) {
  pose p;
  CHECK_OK(shm_state_lock(h, &p, sizeof p));
  p = pose_of(whole_pose(&p) + n);
  CHECK_OK(shm_state_unlock(h, &p, sizeof p));
}

/* The one of the children that says something first. */
static int whoever_speaks(const child *children, int count) {
  struct pollfd ask[4];
  for (int i = 0; i < count; i++) {
    ask[i].fd = children[i].from;
    ask[i].events = POLLIN;
  }
  CHECK(poll(ask, SHM_CAST(nfds_t, count), 15000) > 0);
  for (int i = 0; i < count; i++) {
    if ((ask[i].revents & POLLIN) != 0) {
      wait_for(&children[i]);
      return i;
    }
  }
  return -1;
}

static void each_notification_wakes_one_and_all_wake_all(void) {
  robots s;
  child takers[3];
  open_robots(&s);
  for (int i = 0; i < 3; i++) {
    takers[i] = start(take_tokens, &s.t);
    wait_for(&takers[i]);
  }
  for (int round = 0; round < 40; round++) {
    if (round % 4 == 0) {
      until_somebody_waits(&s.x, SHM_STATE_WAITERS, 1);
    }
    if (round % 2 == 0) {
      add_tokens(&s.x, 1);
      CHECK_OK(shm_state_notify_one(&s.x));
      CHECK(whoever_speaks(takers, 3) >= 0);
    } else {
      add_tokens(&s.x, 3);
      CHECK_OK(shm_state_notify_all(&s.x));
      for (int i = 0; i < 3; i++) {
        CHECK(whoever_speaks(takers, 3) >= 0);
      }
    }
  }
  for (int i = 0; i < 3; i++) {
    kill_child(&takers[i]);
  }
  close_robots(&s);
}

/* ---- deaths ---- */

typedef struct state_victim {
  const state_spec *t;
  int step;
} state_victim;

/* Makes the pose 7, and does the first steps of making it 8. */
static void break_a_change_off(const void *argument) {
  const state_victim *v = SHM_CAST(const state_victim *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  pose p;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  set_pose(&h, 7);
  CHECK_OK(shm_state_lock(&h, &p, sizeof p));
  p = pose_of(8);
  if (v->step > 0) {
    shm_write_value(shm_state_copy(&h, 2), &p, v->step > 1 ? sizeof p : sizeof p / 2);
  }
  if (v->step > 2) {
    shm_store_release(shm_state_version(&h), 2);
  }
  say_and_wait();
}

static void lock_and_hear_the_news(const void *argument) {
  const state_victim *v = SHM_CAST(const state_victim *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  pose p;
  uint64_t n = v->step > 2 ? 8 : 7;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  say();
  CHECK_STATUS(SHM_OWNER_DIED, shm_state_lock(&h, &p, sizeof p));
  CHECK(whole_pose(&p) == n && shm_state_owner_died(&h));
  say();
  CHECK_OK(shm_state_unlock(&h, NULL, sizeof p));
  CHECK_OK(shm_state_lock(&h, &p, sizeof p)); /* that is no news any more */
  CHECK(!shm_state_owner_died(&h));
  CHECK_OK(shm_state_unlock(&h, NULL, sizeof p));
  shm_state_close(&h);
  shm_attachment_detach(&a);
}

static void what_a_dead_holder_had_not_published_did_not_happen(void) {
  for (int step = 0; step < 4; step++) {
    for (int sleeps = 0; sleeps < 2; sleeps++) {
      robots s;
      state_victim v;
      child dead;
      child heir;
      shm_state_facts facts;
      uint64_t version = step > 2 ? 2 : 1;
      open_robots(&s);
      v.t = &s.t;
      v.step = step;
      dead = start(break_a_change_off, &v);
      wait_for(&dead);
      expect_pose(&s.x, version + 6, version);
      if (sleeps == 1) { /* somebody sleeps for the lock when its holder dies */
        heir = start(lock_and_hear_the_news, &v);
        wait_for(&heir);
        until_somebody_waits(&s.x, SHM_STATE_LOCK, SHM_STATE_SLEEPER);
        kill_child(&dead);
      } else {
        kill_child(&dead);
        heir = start(lock_and_hear_the_news, &v);
        wait_for(&heir);
      }
      wait_in_time_for(&heir);
      join(&heir);
      CHECK_OK(shm_state_stat(&s.a, 0, &facts));
      CHECK(facts.times_died == 1 && facts.version == version && facts.holder == -1);
      set_pose(&s.x, 9);
      expect_pose(&s.y, 9, version + 1);
      close_robots(&s);
    }
  }
}

static void sweep_until(const shm_attachment *a, uint32_t index) {
  uint64_t begin = now_ms();
  while (shm_record_state(shm_load_acquire(shm_record_word(a->core, index))) != SHM_RECORD_SWEPT) {
    shm_core_look_around(a->core, true);
    CHECK(now_ms() - begin < 15000);
  }
}

/* Whoever sweeps leaves the news in the lock, and wakes who sleeps for it. */
static void a_sweep_leaves_the_news_and_wakes(void) {
  robots s;
  state_victim v;
  child dead;
  child heir;
  shm_word32 *lock;
  open_robots(&s);
  lock = shm_state_word(&s.x, SHM_STATE_LOCK);
  v.t = &s.t;
  v.step = 0;
  dead = start(break_a_change_off, &v);
  wait_for(&dead);
  kill_child(&dead);
  sweep_until(&s.a, 2);
  CHECK(__atomic_load_n(lock, __ATOMIC_RELAXED) == SHM_STATE_ORPHANED);
  heir = start(lock_and_hear_the_news, &v);
  wait_for(&heir);
  wait_in_time_for(&heir);
  join(&heir);
  /* Its record is used again; and somebody sleeps this time. */
  shm_store_relaxed(shm_state_version(&s.x), 1);
  dead = start(break_a_change_off, &v);
  wait_for(&dead);
  shm_store_relaxed(shm_state_version(&s.x), 1);
  heir = start(lock_and_hear_the_news, &v);
  wait_for(&heir);
  until_somebody_waits(&s.x, SHM_STATE_LOCK, SHM_STATE_SLEEPER);
  kill_child(&dead);
  sweep_until(&s.a, 2);
  wait_in_time_for(&heir);
  join(&heir);
  close_robots(&s);
}

/* Takes the lock when told, and is woken by a notification that it gives to nobody. */
static void wait_and_keep_it(const void *argument) {
  const state_spec *t = SHM_CAST(const state_spec *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  shm_word32 *sequence;
  uint32_t found;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  sequence = shm_state_word(&h, SHM_STATE_SEQUENCE);
  found = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
  __atomic_fetch_or(shm_state_word(&h, SHM_STATE_WAITERS), 1, __ATOMIC_SEQ_CST);
  say();
  while (__atomic_load_n(sequence, __ATOMIC_ACQUIRE) == found) {
    shm_sys_futex_wait(sequence, found, LONG_NS);
  }
  say_and_wait();
}

static void a_notification_to_one_who_dies_reaches_the_others(void) {
  robots s;
  child both[2];
  open_robots(&s);
  both[0] = start(wait_and_keep_it, &s.t);
  wait_for(&both[0]);
  sleep_ms(20);
  both[1] = start(take_tokens, &s.t);
  wait_for(&both[1]);
  sleep_ms(50); /* it sleeps behind the other one, most probably; else it takes the first */
  do {
    add_tokens(&s.x, 1);
    CHECK_OK(shm_state_notify_one(&s.x));
  } while (whoever_speaks(both, 2) == 1);
  kill_child(&both[0]);
  sweep_until(&s.a, 2);
  wait_in_time_for(&both[1]);
  kill_child(&both[1]);
  close_robots(&s);
}

/* Changes the value, and is killed before it notifies. */
static void change_and_not_notify(const void *argument) {
  const state_spec *t = SHM_CAST(const state_spec *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  say_and_wait();
  add_tokens(&h, 1);
  say_and_wait();
}

static void a_change_that_was_told_to_nobody_is_told_by_the_sweep(void) {
  robots s;
  child dead;
  child taker;
  open_robots(&s);
  dead = start(change_and_not_notify, &s.t);
  wait_for(&dead);
  taker = start(take_tokens, &s.t);
  wait_for(&taker);
  until_somebody_waits(&s.x, SHM_STATE_WAITERS, 1);
  sleep_ms(20);
  go_on(&dead);
  wait_for(&dead);
  kill_child(&dead);
  sweep_until(&s.a, 2);
  wait_in_time_for(&taker);
  kill_child(&taker);
  close_robots(&s);
}

/* ---- many deaths ---- */

typedef struct state_war {
  const state_spec *t;
  shm_word64 *reached;
} state_war;

static void step_until_killed(const void *argument) {
  const state_war *w = SHM_CAST(const state_war *, argument);
  shm_attachment a;
  shm_state_handle h = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &w->t->spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &a, 0));
  say();
  for (;;) {
    pose p;
    uint64_t reached;
    shm_status status = shm_state_lock(&h, &p, sizeof p);
    CHECK(status == SHM_OK || status == SHM_OWNER_DIED);
    if (random_number() % 4 == 0) {
      p = pose_of(whole_pose(&p) + 1);
      status = shm_state_wait(&h, &p, sizeof p, random_number() % 100000);
      CHECK(status == SHM_OK || status == SHM_OWNER_DIED || status == SHM_TIMEOUT);
    }
    reached = whole_pose(&p);
    CHECK(reached >= shm_load_acquire(w->reached) && shm_load_relaxed(shm_state_version(&h)) == reached);
    p = pose_of(reached + 1);
    /* Nobody else writes here: the lock is held. What is published is at least that. */
    shm_store_release(w->reached, reached);
    CHECK_OK(shm_state_unlock(&h, &p, sizeof p));
    if (random_number() % 4 == 0) {
      CHECK_OK(random_number() % 2 == 0 ? shm_state_notify_one(&h) : shm_state_notify_all(&h));
    }
  }
}

static void a_state_is_whole_and_nobody_stuck_whoever_is_killed_when(void) {
  robots s;
  shm_segment kept;
  state_war w;
  child walkers[3];
  uint64_t last = 0;
  open_robots(&s);
  CHECK_OK(shm_segment_create(&kept, "posix:", 8, 0600));
  w.t = &s.t;
  w.reached = SHM_AT(shm_word64, SHM_CAST(char *, kept.data), 0);
  for (int i = 0; i < 3; i++) {
    walkers[i] = start(step_until_killed, &w);
    wait_for(&walkers[i]);
  }
  for (int deaths = 0; deaths < 150; deaths++) {
    shm_timespec time = SHM_ZERO;
    uint64_t begin = now_ms();
    pose p;
    uint64_t version;
    time.nanoseconds = SHM_CAST(int64_t, random_number() % 1500000);
    shm_libc_syscall(SYS_nanosleep, &time, NULL);
    random_number();
    kill_child(&walkers[deaths % 3]);
    /* The others go on. */
    do {
      CHECK_OK(shm_state_load(&s.x, &p, sizeof p, &version));
      CHECK(whole_pose(&p) == version && version >= last);
      CHECK(now_ms() - begin < 20000);
    } while (version == last);
    last = version;
    walkers[deaths % 3] = start(step_until_killed, &w);
    wait_for(&walkers[deaths % 3]);
  }
  for (int i = 0; i < 3; i++) {
    kill_child(&walkers[i]);
  }
  CHECK(last > 300);
  {
    pose p;
    shm_status status = shm_state_lock(&s.x, &p, sizeof p);
    CHECK(status == SHM_OK || status == SHM_OWNER_DIED);
    CHECK(whole_pose(&p) >= shm_load_acquire(w.reached));
    CHECK_OK(shm_state_unlock(&s.x, NULL, sizeof p));
  }
  CHECK_OK(shm_segment_remove(&kept));
  shm_segment_detach(&kept);
  close_robots(&s);
}

/* ---- words that lie ---- */

static void changed_words_of_states_are_survived(void) {
  robots s;
  uint64_t answers[SHM_OS + 1] = SHM_ZERO;
  open_robots(&s);
  for (int round = 0; round < 5000; round++) {
    static const size_t words[] = {SHM_STATE_LOCK, SHM_STATE_SEQUENCE, SHM_STATE_WAITERS, SHM_STATE_VERSION,
                                   SHM_STATE_TIMES_DIED};
    shm_state_handle *h = random_number() % 2 == 0 ? &s.x : &s.y;
    pose p = pose_of(1);
    uint64_t version;
    shm_status status = SHM_OK;
    if (random_number() % 4 == 0) {
      uint64_t value = random_number() % 3 == 0   ? random_number()
                       : random_number() % 2 == 0 ? random_number() % 4
                                                  : (random_number() % 2 << 31 | s.y.me);
      __atomic_store_n(shm_state_word(&s.x, words[random_number() % 5]), SHM_CAST(uint32_t, value),
                       __ATOMIC_RELAXED);
    }
    switch (random_number() % 7) {
    case 0:
      status = shm_state_try_lock(h, &p, sizeof p);
      break;
    case 1:
      status = shm_state_lock_timeout(h, &p, sizeof p, 1000);
      break;
    case 2:
      status = shm_state_unlock(h, random_number() % 2 == 0 ? &p : NULL, sizeof p);
      break;
    case 3: /* a lie can keep it out for good: the other one unlocks first */
      if (h->held && shm_state_has_lock(h)) {
        status = shm_state_wait(h, &p, sizeof p, 1000);
      }
      break;
    case 4:
      status = shm_state_notify_one(h);
      break;
    case 5:
      status = shm_state_notify_all(h);
      break;
    default:
      status = shm_state_load(h, &p, sizeof p, &version);
      break;
    }
    CHECK(status <= SHM_OS);
    answers[status]++;
  }
  CHECK(answers[SHM_OK] > 500 && answers[SHM_BUSY] > 20 && answers[SHM_CORRUPT] > 20 &&
        answers[SHM_OWNER_DIED] > 20);
  close_robots(&s);
}
