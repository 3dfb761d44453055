/* What a death leaves behind, by real processes and SIGKILL; and forks. */

/* A process that holds something until it is killed. */
typedef struct victim {
  const test_spec *t;
  uint64_t number;
} victim;

static void take_and_peek(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  const void *seen;
  trade m;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  CHECK_OK(shm_queue_consumer_try_pop(&c, &m, sizeof m));
  if (v->number == 1) {
    CHECK_OK(shm_queue_consumer_peek(&c, sizeof m, &seen));
  } else if (v->number > 1) {
    shm_queue_consumer_announce(&c, v->number); /* as a batch does before it reads */
  }
  say_and_wait();
}

static void a_dead_consumer_s_messages_come_again(void) {
  for (uint64_t number = 0; number < 4; number++) {
    victim v;
    child dead;
    shm_queue_consumer c = SHM_ZERO;
    pair q;
    uint64_t suspects = number > 1 ? number : 1; /* a pop announces nothing, but it died */
    open_pair(&q, 40);                           /* so that the head lags behind */
    shm_queue_consumer_release(&q.c);
    for (uint64_t n = 0; n < 6; n++) {
      push(&q, n);
    }
    v.t = &q.t;
    v.number = number;
    dead = start(take_and_peek, &v);
    wait_for(&dead);
    CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_consumer_claim(&q.c, &q.b, 0));
    kill_child(&dead);
    CHECK_OK(shm_queue_consumer_claim(&q.c, &q.b, 0));
    CHECK(shm_queue_consumer_redelivered(&q.c) == suspects);
    CHECK(depth_of(&q) == 5);
    pop(&q, 1);
    CHECK(shm_queue_consumer_redelivered(&q.c) == suspects - 1);
    /* Who leaves hands the suspicion on. */
    shm_queue_consumer_release(&q.c);
    CHECK_OK(shm_queue_consumer_claim(&c, &q.a, 0));
    CHECK(shm_queue_consumer_redelivered(&c) == suspects - 1);
    shm_queue_consumer_release(&c);
    CHECK_OK(shm_queue_consumer_claim(&q.c, &q.b, 0));
    for (uint64_t n = 2; n < 6; n++) {
      pop(&q, n);
    }
    CHECK(shm_queue_consumer_redelivered(&q.c) == 0);
    CHECK(shm_load_relaxed(shm_queue_word(&q.c.slots, SHM_QUEUE_REDELIVERED)) == suspects);
    close_pair(&q);
  }
}

/* Claims the role, and is killed behind the announcement of a batch (its length is in
 * the upper half), or behind one that it acknowledged (in the lower half). */
static void look_at_a_batch(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  trade many[8];
  size_t done;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  if (v->number >> 32 != 0) {
    shm_queue_consumer_announce(&c, v->number >> 32);
  } else {
    CHECK_OK(shm_queue_consumer_pop_n(&c, many, sizeof(trade), SHM_CAST(size_t, v->number), &done));
    CHECK(done == v->number);
  }
  say_and_wait();
}

/* A consumer that is killed in the middle of a batch, or behind it. */
static void live_and_die(const pair *q, uint64_t announced, uint64_t popped) {
  victim v;
  child dead;
  v.t = &q->t;
  v.number = announced << 32 | popped;
  dead = start(look_at_a_batch, &v);
  wait_for(&dead);
  kill_child(&dead);
}

static void what_may_have_been_seen_stays_suspect_through_three_lives(void) {
  shm_queue_consumer c = SHM_ZERO;
  pair q;
  open_pair(&q, 16);
  shm_queue_consumer_release(&q.c);
  for (uint64_t n = 0; n < 12; n++) {
    push(&q, n);
  }
  live_and_die(&q, 8, 0); /* may have seen 0 to 7 */
  live_and_die(&q, 0, 2); /* acknowledged 0 and 1 */
  live_and_die(&q, 1, 0); /* may have seen 2, as the first one did */
  live_and_die(&q, 3, 0);
  CHECK_OK(shm_queue_consumer_claim(&c, &q.b, 0));
  CHECK(shm_queue_consumer_redelivered(&c) == 6);
  CHECK(depth_of(&q) == 10);
  shm_queue_consumer_release(&c);
  live_and_die(&q, 9, 0); /* looks further than they did: 2 to 10 */
  live_and_die(&q, 0, 3);
  CHECK_OK(shm_queue_consumer_claim(&q.c, &q.b, 0));
  CHECK(shm_queue_consumer_redelivered(&q.c) == 6);
  for (uint64_t n = 5; n < 12; n++) {
    pop(&q, n);
  }
  CHECK(shm_queue_consumer_redelivered(&q.c) == 0);
  close_pair(&q);
}

/* Pushes two, then dies within a batch: stamps of the last two of three. */
static void push_and_break_off(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_cursor at;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  for (uint64_t n = 0; n < 2; n++) {
    trade m = trade_of(n);
    CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  }
  at = p.tail;
  for (uint64_t n = 2; n < 5; n++) {
    trade lost = trade_of(1000 + n);
    shm_write_payload(shm_queue_payload(at.slot), &lost, sizeof lost);
    if (n > 2) {
      shm_store_relaxed(shm_queue_stamp(at.slot), at.position + 1);
    }
    shm_queue_cursor_advance(&p.slots, &at);
  }
  if (v->number == 1) { /* the hint of its last push was not stored either */
    shm_store_relaxed(shm_queue_word(&p.slots, SHM_QUEUE_TAIL_HINT), 0);
  }
  say_and_wait();
}

static void what_a_dead_producer_had_not_committed_never_appears(void) {
  for (uint64_t number = 0; number < 2; number++) {
    victim v;
    child dead;
    pair q;
    trade m;
    open_pair(&q, 8);
    shm_queue_producer_release(&q.p);
    v.t = &q.t;
    v.number = number;
    dead = start(push_and_break_off, &v);
    wait_for(&dead);
    kill_child(&dead);
    pop(&q, 0);
    pop(&q, 1);
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    CHECK_OK(shm_queue_producer_claim(&q.p, &q.a, 0));
    CHECK(q.p.tail.position == 2);
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    push(&q, 2);
    pop(&q, 2);
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    for (uint64_t n = 3; n < 30; n++) {
      push(&q, n);
      pop(&q, n);
    }
    close_pair(&q);
  }
}

static void take_record_and_role(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &v->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 1));
  say_and_wait();
}

static void the_dead_are_swept_by_whoever_looks(void) {
  pair q;
  victim v;
  child dead;
  trade m;
  uint32_t index;
  uint64_t begin;
  shm_word64 *record;
  shm_word64 *role;
  open_pair(&q, 8);
  v.t = &q.t;
  v.number = 0;
  dead = start(take_record_and_role, &v);
  wait_for(&dead);
  role = shm_core_word(q.a.core, q.a.core->places[1] + SHM_QUEUE_PRODUCER_ROLE);
  index = SHM_CAST(uint32_t, shm_load_acquire(role) & UINT32_MAX) - 1;
  record = shm_record_word(q.a.core, index);
  CHECK(index == 2 && shm_record_state(shm_load_acquire(record)) == SHM_RECORD_LIVE);
  kill_child(&dead);
  begin = now_ms();
  while (shm_record_state(shm_load_acquire(record)) != SHM_RECORD_SWEPT && now_ms() - begin < 3000) {
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  }
  CHECK(now_ms() - begin < 200);
  CHECK(shm_load_acquire(role) == (UINT64_C(1) << 32 | 0xFFFFFFFF));
  /* The record is used again, with another generation. */
  dead = start(take_record_and_role, &v);
  wait_for(&dead);
  CHECK(shm_load_acquire(record) == shm_record_pack(2, SHM_RECORD_LIVE));
  kill_child(&dead);
  close_pair(&q);
}

/* ---- many deaths ---- */

/* What killed processes had surely done, in a bare segment of their own. */
typedef struct ledger {
  shm_word64 pushed;
  shm_word64 popped;
} ledger;

typedef struct war {
  const test_spec *t;
  ledger *book;
} war;

/* The message at position p is trade_of(p), whoever pushes it. */
static void push_until_killed(const void *argument) {
  const war *w = SHM_CAST(const war *, argument);
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &w->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK(p.tail.position >= shm_load_relaxed(&w->book->pushed));
  say();
  for (;;) {
    trade many[5];
    size_t done = 1;
    shm_status status;
    for (unsigned k = 0; k < 5; k++) {
      many[k] = trade_of(p.tail.position + k);
    }
    status = random_number() % 2 == 0 ? shm_queue_producer_try_push(&p, many, sizeof(trade))
                                      : shm_queue_producer_push_n(&p, many, sizeof(trade), 5, &done);
    CHECK(status == SHM_OK || status == SHM_FULL);
    shm_store_release(&w->book->pushed, p.tail.position);
  }
}

static void pop_until_killed(const void *argument) {
  const war *w = SHM_CAST(const war *, argument);
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &w->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  CHECK(c.head.position >= shm_load_relaxed(&w->book->popped));
  CHECK(shm_queue_consumer_redelivered(&c) <= 5);
  say();
  for (;;) {
    trade many[5];
    size_t done = 1;
    uint64_t position = c.head.position;
    shm_status status = random_number() % 2 == 0
                            ? shm_queue_consumer_try_pop(&c, many, sizeof(trade))
                            : shm_queue_consumer_pop_n(&c, many, sizeof(trade), 5, &done);
    CHECK(status == SHM_OK || status == SHM_EMPTY);
    for (size_t k = 0; status == SHM_OK && k < done; k++) {
      CHECK(is_trade(&many[k], position + k));
    }
    shm_store_release(&w->book->popped, c.head.position);
  }
}

static void nothing_is_lost_whoever_is_killed_when(void) {
  test_spec t;
  shm_attachment a;
  shm_queue_consumer c = SHM_ZERO;
  shm_segment s;
  war w;
  child producer;
  child consumer;
  uint64_t pushed;
  uint64_t tail;
  CHECK_OK(shm_attachment_create(&a, make_spec(&t, fresh_address(), PLAIN, 16, 8), NULL, NULL));
  CHECK_OK(shm_segment_create(&s, "posix:", sizeof(ledger), 0600));
  w.t = &t;
  w.book = SHM_CAST(ledger *, s.data);
  producer = start(push_until_killed, &w);
  consumer = start(pop_until_killed, &w);
  wait_for(&producer);
  wait_for(&consumer);
  for (int deaths = 0; deaths < 150; deaths++) {
    shm_timespec time = SHM_ZERO;
    time.nanoseconds = SHM_CAST(int64_t, random_number() % 1500000);
    shm_libc_syscall(SYS_nanosleep, &time, NULL);
    random_number();
    if (deaths % 2 == 0) {
      kill_child(&producer);
      producer = start(push_until_killed, &w);
      wait_for(&producer);
    } else {
      kill_child(&consumer);
      consumer = start(pop_until_killed, &w);
      wait_for(&consumer);
    }
  }
  kill_child(&producer);
  kill_child(&consumer);
  pushed = shm_load_relaxed(&w.book->pushed);
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  CHECK(c.head.position >= shm_load_relaxed(&w.book->popped));
  for (tail = c.head.position;; tail++) {
    trade m;
    shm_status status = shm_queue_consumer_try_pop(&c, &m, sizeof m);
    if (status == SHM_EMPTY) {
      break;
    }
    CHECK_OK(status);
    CHECK(is_trade(&m, tail));
  }
  CHECK(tail >= pushed && pushed > 1000);
  shm_queue_consumer_release(&c);
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

/* ---- forks ---- */

static void use_what_was_inherited(const void *argument) {
  pair *q = *SHM_CAST(pair *const *, argument);
  shm_attachment mine;
  shm_queue_producer p = SHM_ZERO;
  uint64_t depth;
  size_t done;
  void *slot;
  const void *seen;
  trade m = trade_of(0);
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_try_push(&q->p, &m, sizeof m));
  CHECK_SAYS("was attached by the parent of this process; attach again in the child");
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_push_timeout(&q->p, &m, sizeof m, 0));
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_push_n(&q->p, &m, sizeof m, 1, &done));
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_reserve(&q->p, sizeof m, &slot));
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_commit(&q->p));
  CHECK_STATUS(SHM_FORKED, shm_queue_consumer_try_pop(&q->c, &m, sizeof m));
  CHECK_STATUS(SHM_FORKED, shm_queue_consumer_pop_timeout(&q->c, &m, sizeof m, 0));
  CHECK_STATUS(SHM_FORKED, shm_queue_consumer_pop_n(&q->c, &m, sizeof m, 1, &done));
  CHECK_STATUS(SHM_FORKED, shm_queue_consumer_peek(&q->c, sizeof m, &seen));
  CHECK_STATUS(SHM_FORKED, shm_queue_consumer_acknowledge(&q->c));
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_claim(&p, &q->a, 1));
  CHECK_STATUS(SHM_FORKED, shm_queue_depth(&q->a, 0, &depth));
  CHECK_OK(shm_attachment_attach(&mine, &q->t.spec, NULL, NULL));
  CHECK_STATUS(SHM_FORKED, shm_queue_producer_try_push(&q->p, &m, sizeof m));
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &mine, 0));
  CHECK_OK(shm_queue_producer_claim(&p, &mine, 1));
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  shm_queue_producer_release(&q->p);
  shm_attachment_detach(&q->a);
  shm_attachment_detach(&q->b);
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_try_pop(&q->c, &m, sizeof m));
  shm_queue_consumer_release(&q->c);
  shm_queue_producer_release(&p);
  shm_attachment_detach(&mine);
}

static void a_forked_child_has_no_part(void) {
  pair q;
  pair *address = &q;
  child heir;
  shm_queue_producer p = SHM_ZERO;
  open_pair(&q, 8);
  push(&q, 0);
  heir = start(use_what_was_inherited, &address);
  join(&heir);
  pop(&q, 0);
  push(&q, 1);
  pop(&q, 1);
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &q.b, 0));
  CHECK(!shm_participant_is_gone(q.b.core, q.a.core->index, q.a.core->generation));
  close_pair(&q);
}

/* ---- half-born System V segments ---- */

static void die_while_creating(const void *argument) {
  const victim *v = SHM_CAST(const victim *, argument);
  shm_request request;
  shm_making making;
  shm_core *core;
  CHECK_OK(shm_begin_request(&request, "create", &v->t->spec, NULL, NULL));
  CHECK_OK(shm_decide_making(&request.options, request.attempt, &making));
  core = shm_core_new(&v->t->spec, request.address.text);
  CHECK_OK(shm_sysv_make(&request.address, v->t->spec.total_size, &making, NULL, request.attempt,
                         &core->segment.id, &core->segment.base));
  if (v->number == 1) { /* the header is there, the rest is not */
    unsigned char header[SHM_HEADER_SIZE];
    CHECK_OK(shm_companion_make(core->segment.id, 77, &making, request.attempt, &core->companion));
    core->participants_offset =
        SHM_HEADER_SIZE + SHM_CAST(uint64_t, v->t->spec.object_count) * SHM_ENTRY_SIZE;
    core->participants_count = v->t->spec.participants;
    shm_new_header(core, 77, header);
    shm_copy_in(core->segment.base, header, sizeof header);
  }
  say_and_wait();
}

static void what_a_dead_creator_left_is_cleared_away(void) {
  for (uint64_t number = 0; number < 2; number++) {
    test_spec t;
    shm_attachment a;
    victim v;
    child dead;
    const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
    v.t = &t;
    v.number = number;
    dead = start(die_while_creating, &v);
    wait_for(&dead);
    CHECK_STATUS(SHM_EXISTS, shm_attachment_create(&a, spec, NULL, NULL));
    if (number == 0) {
      CHECK_STATUS(SHM_BUSY, shm_attachment_attach(&a, spec, NULL, NULL));
      CHECK_SAYS("has not written a header yet");
    }
    kill_child(&dead);
    CHECK_STATUS(SHM_MISMATCH, shm_attachment_attach(&a, spec, NULL, NULL));
    CHECK_SAYS("died before it was ready; create it again");
    CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
    CHECK_OK(shm_attachment_remove(&a));
    shm_attachment_detach(&a);
  }
}
