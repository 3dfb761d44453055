/* Queues between the living. */

typedef struct pair {
  test_spec t;
  shm_attachment a; /* the producer's */
  shm_attachment b; /* the consumer's */
  shm_queue_producer p;
  shm_queue_consumer c;
} pair;

static void open_pair(pair *q, uint64_t capacity) {
  const shm_segment_spec *spec;
  memset(q, 0, sizeof *q);
  spec = make_spec(&q->t, fresh_address(), PLAIN, capacity, 8);
  CHECK_OK(shm_attachment_create(&q->a, spec, NULL, NULL));
  CHECK_OK(shm_attachment_attach(&q->b, spec, NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&q->p, &q->a, 0));
  CHECK_OK(shm_queue_consumer_claim(&q->c, &q->b, 0));
}

static void close_pair(pair *q) {
  shm_queue_producer_release(&q->p);
  shm_queue_consumer_release(&q->c);
  shm_attachment_detach(&q->b);
  shm_attachment_remove(&q->a);
  shm_attachment_detach(&q->a);
}

static void push(pair *q, uint64_t n) {
  trade m = trade_of(n);
  CHECK_OK(shm_queue_producer_try_push(&q->p, &m, sizeof m));
}

static void pop(pair *q, uint64_t n) {
  trade m;
  CHECK_OK(shm_queue_consumer_try_pop(&q->c, &m, sizeof m));
  CHECK(is_trade(&m, n));
}

static uint64_t depth_of(const pair *q) {
  uint64_t depth;
  CHECK_OK(shm_queue_depth(&q->a, 0, &depth));
  return depth;
}

static void full_and_empty_at_every_capacity(void) {
  static const uint64_t capacities[] = {1, 2, 3, 8, 15, 16, 17, 1000};
  for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
    uint64_t capacity = capacities[i];
    uint64_t in = 0;
    uint64_t out = 0;
    pair q;
    trade m = trade_of(0);
    open_pair(&q, capacity);
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    CHECK_SAYS("the queue is empty");
    for (int round = 0; round < 5; round++) {
      for (uint64_t n = 0; n < capacity; n++) {
        push(&q, in++);
      }
      CHECK(depth_of(&q) == capacity);
      /* Full is said at the latest when every slot is taken. */
      for (;;) {
        m = trade_of(in);
        shm_status status = shm_queue_producer_try_push(&q.p, &m, sizeof m);
        if (status == SHM_FULL) {
          break;
        }
        CHECK_OK(status);
        in++;
      }
      CHECK(in - out <= q.t.objects[0].slots && in - out >= capacity);
      CHECK_SAYS("the queue is full");
      while (out < in) {
        pop(&q, out++);
      }
      CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    }
    close_pair(&q);
  }
}

static void fewer_than_the_capacity_always_fit(void) {
  uint64_t in = 0;
  uint64_t out = 0;
  pair q;
  open_pair(&q, 1000);
  for (int i = 0; i < 200000; i++) {
    if (random_number() % 2 == 0 && in - out < 1000) {
      push(&q, in++);
    } else if (in > out) {
      pop(&q, out++);
    }
  }
  close_pair(&q);
}

static void batches_go_round_the_end(void) {
  static const uint64_t capacities[] = {1, 2, 3, 8, 16, 100};
  for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
    uint64_t in = 0;
    uint64_t out = 0;
    pair q;
    open_pair(&q, capacities[i]);
    for (int round = 0; round < 2000; round++) {
      trade many[200];
      size_t done = 77;
      size_t wanted = random_number() % 120;
      shm_status status;
      for (size_t k = 0; k < wanted; k++) {
        many[k] = trade_of(in + k);
      }
      status = shm_queue_producer_push_n(&q.p, many, sizeof(trade), wanted, &done);
      CHECK(done <= wanted && (status == SHM_OK ? done > 0 || wanted == 0 : status == SHM_FULL && done == 0));
      in += done;
      CHECK(depth_of(&q) == in - out);
      wanted = random_number() % 120;
      status = shm_queue_consumer_pop_n(&q.c, many, sizeof(trade), wanted, &done);
      CHECK(status == SHM_OK ? done == (in - out < wanted ? in - out : wanted)
                             : status == SHM_EMPTY && done == 0 && in == out);
      for (size_t k = 0; k < done; k++) {
        CHECK(is_trade(&many[k], out++));
      }
    }
    close_pair(&q);
  }
}

static void loans_are_filled_and_read_in_place(void) {
  pair q;
  void *slot;
  const void *seen;
  trade m = trade_of(1);
  trade zero;
  memset(&zero, 0, sizeof zero);
  open_pair(&q, 3);
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_commit(&q.p));
  CHECK_SAYS("no slot is reserved");
  for (uint64_t n = 0; n < 20; n++) {
    m = trade_of(n);
    CHECK_OK(shm_queue_producer_reserve(&q.p, sizeof m, &slot));
    CHECK(memcmp(slot, &zero, sizeof zero) == 0);
    CHECK((SHM_CAST(char *, slot) - q.p.slots.first) % 8 == 0);
    memcpy(slot, &m, sizeof m);
    CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
    CHECK_OK(shm_queue_producer_commit(&q.p));
    CHECK_STATUS(SHM_INVALID, shm_queue_producer_commit(&q.p));
    /* What is peeked stays until it is acknowledged. */
    for (int i = 0; i < 2; i++) {
      CHECK_OK(shm_queue_consumer_peek(&q.c, sizeof m, &seen));
      memcpy(&m, seen, sizeof m);
      CHECK(is_trade(&m, n));
    }
    CHECK(depth_of(&q) == 1);
    CHECK_OK(shm_queue_consumer_acknowledge(&q.c));
    CHECK_STATUS(SHM_INVALID, shm_queue_consumer_acknowledge(&q.c));
    CHECK_SAYS("no message was peeked");
    CHECK(depth_of(&q) == 0);
  }
  /* A reservation that is not committed never happened. */
  CHECK_OK(shm_queue_producer_reserve(&q.p, sizeof m, &slot));
  memset(slot, 0xAB, sizeof m);
  push(&q, 100);
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_commit(&q.p));
  CHECK_OK(shm_queue_consumer_peek(&q.c, sizeof m, &seen));
  pop(&q, 100);
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_acknowledge(&q.c));
  push(&q, 0);
  push(&q, 1);
  push(&q, 2);
  CHECK_STATUS(SHM_FULL, shm_queue_producer_reserve(&q.p, sizeof m, &slot));
  CHECK(slot == NULL);
  close_pair(&q);
}

static void waits_end_in_time(void) {
  pair q;
  uint64_t begin;
  trade m = trade_of(0);
  open_pair(&q, 1);
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 60000000));
  CHECK(now_ms() - begin >= 59 && now_ms() - begin < 1000);
  CHECK_SAYS("the time is up");
  CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 0));
  CHECK_OK(shm_queue_producer_push_timeout(&q.p, &m, sizeof m, 0));
  begin = now_ms();
  CHECK_STATUS(SHM_TIMEOUT, shm_queue_producer_push_timeout(&q.p, &m, sizeof m, 60000000));
  CHECK(now_ms() - begin >= 59 && now_ms() - begin < 1000);
  CHECK_OK(shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, UINT64_MAX));
  close_pair(&q);
}

typedef struct relay {
  const test_spec *t;
  uint64_t count;
} relay;

/* Answers each message of `trades` by the same in `echo`. */
static void echo(const void *argument) {
  const relay *r = SHM_CAST(const relay *, argument);
  shm_attachment a;
  shm_queue_consumer in = SHM_ZERO;
  shm_queue_producer out = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&a, &r->t->spec, NULL, NULL));
  CHECK_OK(shm_queue_consumer_claim(&in, &a, 0));
  CHECK_OK(shm_queue_producer_claim(&out, &a, 1));
  for (uint64_t n = 0; n < r->count; n++) {
    trade m;
    CHECK_OK(shm_queue_consumer_pop_timeout(&in, &m, sizeof m, UINT64_MAX));
    CHECK(is_trade(&m, n));
    CHECK_OK(shm_queue_producer_push_timeout(&out, &m, sizeof m, UINT64_MAX));
  }
  shm_attachment_detach(&a); /* gives up both roles */
}

static void two_processes_wake_each_other(void) {
  test_spec t;
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  relay r;
  child peer;
  CHECK_OK(shm_attachment_create(&a, make_spec(&t, fresh_address(), PLAIN, 4, 8), NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 1));
  r.t = &t;
  r.count = 3000;
  peer = start(echo, &r);
  for (uint64_t n = 0; n < r.count; n++) {
    trade m = trade_of(n);
    uint64_t begin = now_ms();
    if (n % 300 == 0) {
      sleep_ms(30); /* the peer sleeps by now */
    }
    CHECK_OK(shm_queue_producer_push_timeout(&p, &m, sizeof m, UINT64_C(10000000000)));
    memset(&m, 0, sizeof m);
    CHECK_OK(shm_queue_consumer_pop_timeout(&c, &m, sizeof m, UINT64_C(10000000000)));
    CHECK(is_trade(&m, n) && now_ms() - begin < 5000);
  }
  join(&peer);
  /* The peer gave its roles up by detaching. */
  shm_queue_producer_release(&p);
  CHECK_OK(shm_queue_producer_claim(&p, &a, 1));
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&c);
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  shm_queue_consumer_release(&c);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void a_role_is_taken_once(void) {
  pair q;
  char says[64];
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  open_pair(&q, 8);
  snprintf(says, sizeof says, "the role is held by pid %d (", SHM_CAST(int, getpid()));
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &q.b, 0));
  CHECK_SAYS("cannot become the producer of trades of ");
  CHECK_SAYS(says);
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_producer_claim(&p, &q.a, 0));
  CHECK_SAYS(", by this very attachment");
  CHECK_STATUS(SHM_ROLE_TAKEN, shm_queue_consumer_claim(&c, &q.a, 0));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_claim(&q.p, &q.a, 1));
  CHECK_SAYS("the handle is claimed already");
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_claim(&p, &q.a, 2));
  shm_queue_producer_release(&q.p);
  CHECK_OK(shm_queue_producer_claim(&p, &q.b, 0));
  shm_queue_producer_release(&p);
  close_pair(&q);
}

/* What it does not know it looks up: neither is a message overwritten, nor is more
 * taken for free than there is. */
static void a_successor_finds_what_waits(void) {
  pair q;
  trade m = trade_of(0);
  open_pair(&q, 3);
  push(&q, 0);
  push(&q, 1);
  shm_queue_producer_release(&q.p);
  CHECK_OK(shm_queue_producer_claim(&q.p, &q.a, 0));
  push(&q, 2);
  CHECK_STATUS(SHM_FULL, shm_queue_producer_try_push(&q.p, &m, sizeof m));
  for (uint64_t n = 0; n < 3; n++) {
    pop(&q, n);
  }
  CHECK_STATUS(SHM_EMPTY, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  close_pair(&q);
}

/* Words of the other side that no honest one stores. */
static void impossible_cursors_are_told(void) {
  pair q;
  trade m = trade_of(0);
  open_pair(&q, 1);
  push(&q, 0);
  shm_store_relaxed(shm_queue_word(&q.p.slots, SHM_QUEUE_HEAD), 5);
  CHECK_STATUS(SHM_CORRUPT, shm_queue_producer_try_push(&q.p, &m, sizeof m));
  CHECK_STATUS(SHM_CORRUPT, shm_queue_producer_push_timeout(&q.p, &m, sizeof m, 1000));
  shm_store_relaxed(shm_queue_stamp(q.p.slots.first), 5);
  CHECK_STATUS(SHM_CORRUPT, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  CHECK_STATUS(SHM_CORRUPT, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, 1000));
  close_pair(&q);
}

static void unclaimed_and_wrong_handles_are_told(void) {
  pair q;
  shm_attachment none = SHM_ZERO;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  trade m = trade_of(0);
  size_t done;
  void *slot;
  const void *seen;
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_SAYS("the producer is not claimed");
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_push_timeout(&p, &m, sizeof m, 0));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_push_n(&p, &m, sizeof m, 1, &done));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_push_n(&p, &m, sizeof m, 0, &done));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_reserve(&p, sizeof m, &slot));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_commit(&p));
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_try_pop(&c, &m, sizeof m));
  CHECK_SAYS("the consumer is not claimed");
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_pop_timeout(&c, &m, sizeof m, 0));
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_pop_n(&c, &m, sizeof m, 1, &done));
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_pop_n(&c, &m, 0, 1, &done));
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_peek(&c, sizeof m, &seen));
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_acknowledge(&c));
  CHECK(shm_queue_consumer_redelivered(&c) == 0);
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&c);
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_claim(&p, &none, 0));
  CHECK_SAYS("nothing is attached");
  CHECK_STATUS(SHM_INVALID, shm_attachment_remove(&none));
  shm_attachment_detach(&none);
  open_pair(&q, 8);
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_try_push(&q.p, &m, 8));
  CHECK_SAYS("is for items of 28 bytes, not of 8");
  push(&q, 0);
  CHECK_STATUS(SHM_INVALID, shm_queue_consumer_try_pop(&q.c, &m, 8));
  pop(&q, 0);
  close_pair(&q);
}

static void a_removed_queue_is_drained_first(void) {
  pair q;
  trade m;
  uint64_t begin;
  open_pair(&q, 8);
  push(&q, 0);
  push(&q, 1);
  CHECK_OK(shm_attachment_remove(&q.a));
  pop(&q, 0);
  pop(&q, 1);
  begin = now_ms();
  CHECK_STATUS(SHM_REMOVED, shm_queue_consumer_pop_timeout(&q.c, &m, sizeof m, UINT64_C(5000000000)));
  CHECK(now_ms() - begin < 1000);
  CHECK_SAYS("the segment was removed");
  CHECK_STATUS(SHM_REMOVED, shm_queue_consumer_try_pop(&q.c, &m, sizeof m));
  m = trade_of(0);
  while (shm_queue_producer_try_push(&q.p, &m, sizeof m) == SHM_OK) {
  }
  CHECK_STATUS(SHM_REMOVED, shm_queue_producer_push_timeout(&q.p, &m, sizeof m, UINT64_C(5000000000)));
  CHECK_STATUS(SHM_REMOVED, shm_queue_producer_try_push(&q.p, &m, sizeof m));
  close_pair(&q);
}

static void a_poller_notices_a_removal_from_outside(void) {
  pair q;
  trade m;
  uint64_t begin = now_ms();
  shm_status status;
  open_pair(&q, 8);
  if (strcmp(backend, "posix") == 0) {
    CHECK(unlink(path_of(q.t.address)) == 0);
  } else {
    shm_sysv_discard(q.a.core->segment.id);
    shm_companion_remove(q.a.core->segment.id, shm_get64(q.a.core->segment.base, SHM_HEADER_BIRTH_MARK));
    if (strcmp(backend, "file") == 0) {
      CHECK(unlink(path_of(q.t.address)) == 0);
    }
  }
  do {
    status = shm_queue_consumer_try_pop(&q.c, &m, sizeof m);
  } while (status == SHM_EMPTY && now_ms() - begin < 5000);
  CHECK(status == SHM_REMOVED);
  CHECK(now_ms() - begin < 2500);
  close_pair(&q);
}
