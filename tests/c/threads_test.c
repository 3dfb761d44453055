/*
 * Threads, for ThreadSanitizer: a producer and a consumer of one attachment,
 * and two threads with an attachment each. Every way to push meets every way to
 * pop; the messages must come whole, in order and once. A writer and two readers of a
 * cell: each value comes whole. The two sides of a stream, in every way. Two that change a
 * state behind its lock, in turns, while a third one loads it.
 *
 * Where SHM_CHECK_THREADS is on, two threads with one handle get SHM_BUSY.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif

#include "desks.h"
#include "pipes.h"
#include "support.h"

#include <pthread.h>

/* Through each of the capacities. */
#if !defined(MESSAGES)
#define MESSAGES 50000u
#endif

typedef struct lane {
  const shm_segment_spec *spec;
  shm_attachment *shared; /* or NULL: attach */
} lane;

static void *produce(void *argument) {
  const lane *l = SHM_CAST(const lane *, argument);
  shm_attachment own = SHM_ZERO;
  shm_queue_producer p = SHM_ZERO;
  if (l->shared == NULL) {
    CHECK_OK(shm_attachment_attach(&own, l->spec, NULL, NULL));
  }
  CHECK_OK(shm_queue_producer_claim(&p, l->shared == NULL ? &own : l->shared, 0));
  for (uint64_t n = 0; n < MESSAGES;) {
    trade many[7];
    void *slot;
    size_t done = 1;
    shm_status status;
    for (unsigned k = 0; k < 7; k++) {
      many[k] = trade_of(n + k);
    }
    switch (n / 1000 % 4) {
    case 0:
      status = shm_queue_producer_try_push(&p, many, sizeof(trade));
      break;
    case 1:
      status = shm_queue_producer_push_timeout(&p, many, sizeof(trade), UINT64_C(10000000000));
      break;
    case 2:
      status = shm_queue_producer_push_n(&p, many, sizeof(trade), MESSAGES - n < 7 ? MESSAGES - n : 7, &done);
      break;
    default:
      status = shm_queue_producer_reserve(&p, sizeof(trade), &slot);
      if (status == SHM_OK) {
        memcpy(slot, many, sizeof(trade));
        status = shm_queue_producer_commit(&p);
      }
      break;
    }
    CHECK(status == SHM_OK || status == SHM_FULL);
    n += status == SHM_OK ? done : 0;
  }
  shm_queue_producer_release(&p);
  shm_attachment_detach(&own);
  return NULL;
}

static void *consume(void *argument) {
  const lane *l = SHM_CAST(const lane *, argument);
  shm_attachment own = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  if (l->shared == NULL) {
    CHECK_OK(shm_attachment_attach(&own, l->spec, NULL, NULL));
  }
  CHECK_OK(shm_queue_consumer_claim(&c, l->shared == NULL ? &own : l->shared, 0));
  for (uint64_t n = 0; n < MESSAGES;) {
    trade many[7];
    const void *seen;
    size_t done = 1;
    shm_status status;
    switch (n / 700 % 4) {
    case 0:
      status = shm_queue_consumer_try_pop(&c, many, sizeof(trade));
      break;
    case 1:
      status = shm_queue_consumer_pop_timeout(&c, many, sizeof(trade), UINT64_C(10000000000));
      break;
    case 2:
      status = shm_queue_consumer_pop_n(&c, many, sizeof(trade), 7, &done);
      break;
    default:
      status = shm_queue_consumer_peek(&c, sizeof(trade), &seen);
      if (status == SHM_OK) {
        memcpy(many, seen, sizeof(trade));
        status = shm_queue_consumer_acknowledge(&c);
      }
      break;
    }
    CHECK(status == SHM_OK || status == SHM_EMPTY);
    for (size_t k = 0; status == SHM_OK && k < done; k++) {
      CHECK(is_trade(&many[k], n++));
    }
  }
  shm_queue_consumer_release(&c);
  shm_attachment_detach(&own);
  return NULL;
}

static void run(const char *address, uint64_t capacity, bool shared) {
  test_spec t;
  shm_attachment a;
  lane l;
  pthread_t threads[2];
  l.spec = make_spec(&t, address, PLAIN, capacity, 8);
  l.shared = shared ? &a : NULL;
  CHECK_OK(shm_attachment_create(&a, l.spec, NULL, NULL));
  CHECK(pthread_create(&threads[0], NULL, produce, &l) == 0);
  CHECK(pthread_create(&threads[1], NULL, consume, &l) == 0);
  CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  printf("%s, capacity %u: ok\n", shared ? "one attachment" : "an attachment each",
         SHM_CAST(unsigned, capacity));
}

/* Stores quote n as version n, in ways that take turns. */
static void *store_all(void *argument) {
  const desk *d = SHM_CAST(const desk *, argument);
  shm_attachment own;
  shm_cell_writer w = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&own, &d->t.spec, NULL, NULL));
  CHECK_OK(shm_cell_writer_claim(&w, &own, CELL));
  for (uint64_t n = 1; n <= MESSAGES; n++) {
    quote q = quote_of(n);
    CHECK_OK(shm_cell_writer_store(&w, 0, &q, sizeof q));
  }
  shm_cell_writer_release(&w);
  shm_attachment_detach(&own);
  return NULL;
}

/* Loads up to the last version, now and then waiting for the next one. */
static void *load_all(void *argument) {
  const desk *d = SHM_CAST(const desk *, argument);
  shm_attachment own;
  shm_cell_reader r = SHM_ZERO;
  uint64_t version = 0;
  CHECK_OK(shm_attachment_attach(&own, &d->t.spec, NULL, NULL));
  CHECK_OK(shm_cell_reader_open(&r, &own, CELL));
  while (version < MESSAGES) {
    quote q;
    uint64_t last = version;
    shm_status status = version % 2 == 0
                            ? shm_cell_reader_load(&r, 0, &q, sizeof q, &version)
                            : shm_cell_reader_wait_newer(&r, 0, &version, &q, sizeof q, SHM_FOREVER);
    CHECK_OK(status);
    CHECK(version >= last && (version == 0 || is_quote(&q, version)));
  }
  shm_cell_reader_close(&r);
  shm_attachment_detach(&own);
  return NULL;
}

static void cells_between_threads(void) {
  desk d;
  pthread_t threads[3];
  open_desk(&d, CELL);
  shm_cell_writer_release(&d.w);
  for (int i = 0; i < 3; i++) {
    CHECK(pthread_create(&threads[i], NULL, i == 0 ? store_all : load_all, &d) == 0);
  }
  for (int i = 0; i < 3; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
  }
  close_desk(&d);
  printf("a writer and two readers of a cell: ok\n");
}

typedef struct flow {
  const streams_spec *t;
  uint32_t object;
} flow;

static void *write_all(void *argument) {
  const flow *f = SHM_CAST(const flow *, argument);
  shm_attachment own;
  shm_stream_writer w = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&own, &f->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_writer_claim(&w, &own, f->object));
  while (w.tail.position < MESSAGES) {
    uint64_t p = w.tail.position;
    write_next(&w, f->object, 1 + SHM_CAST(size_t, p % (MESSAGES - p < 60 ? 1 : 60)),
               SHM_CAST(unsigned, p / 1000 % 4), UINT64_C(10000000000));
  }
  shm_stream_writer_release(&w);
  shm_attachment_detach(&own);
  return NULL;
}

static void *read_all(void *argument) {
  const flow *f = SHM_CAST(const flow *, argument);
  shm_attachment own;
  shm_stream_reader r = SHM_ZERO;
  CHECK_OK(shm_attachment_attach(&own, &f->t->spec, NULL, NULL));
  CHECK_OK(shm_stream_reader_claim(&r, &own, f->object));
  while (r.head.position < MESSAGES) {
    read_next(&r, f->object, 1 + SHM_CAST(size_t, r.head.position % 70),
              SHM_CAST(unsigned, r.head.position / 700 % 4), UINT64_C(10000000000));
  }
  shm_stream_reader_release(&r);
  shm_attachment_detach(&own);
  return NULL;
}

static void streams_between_threads(void) {
  static const uint64_t capacities[] = {1, 64, 1000};
  for (size_t i = 0; i < 6; i++) {
    pipes s;
    flow f;
    pthread_t threads[2];
    f.t = &s.t;
    f.object = SHM_CAST(uint32_t, i % 2);
    open_pipes(&s, f.object, capacities[i / 2]);
    shm_stream_writer_release(&s.w);
    shm_stream_reader_release(&s.r);
    CHECK(pthread_create(&threads[0], NULL, write_all, &f) == 0);
    CHECK(pthread_create(&threads[1], NULL, read_all, &f) == 0);
    CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
    close_pipes_of(&s);
  }
  printf("a writer and a reader of streams: ok\n");
}

/* Changes the value so often: to whose turn it is, a number and the same again. */
static void *take_turns(void *argument) {
  const desk *d = SHM_CAST(const desk *, argument);
  shm_attachment own;
  shm_state_handle h = SHM_ZERO;
  quote q;
  uint32_t me;
  CHECK_OK(shm_attachment_attach(&own, &d->t.spec, NULL, NULL));
  CHECK_OK(shm_state_open(&h, &own, STATE));
  me = own.core->index % 2;
  CHECK_OK(shm_state_lock(&h, &q, sizeof q));
  for (uint32_t n = 0; n < MESSAGES / 10; n++) {
    while (q.n[0] % 2 != me) {
      CHECK_OK(shm_state_wait(&h, &q, sizeof q, SHM_FOREVER));
      CHECK(q.n[0] == q.n[28]);
    }
    q.n[0]++;
    q.n[28]++;
    CHECK_OK(n % 2 == 0 ? shm_state_notify_one(&h) : shm_state_notify_all(&h));
    if (n % 3 == 0) {
      CHECK_OK(shm_state_unlock(&h, &q, sizeof q));
      CHECK_OK(shm_state_lock(&h, &q, sizeof q));
    }
  }
  CHECK_OK(shm_state_unlock(&h, &q, sizeof q));
  CHECK_OK(shm_state_notify_all(&h));
  shm_state_close(&h);
  shm_attachment_detach(&own);
  return NULL;
}

static void states_between_threads(void) {
  desk d;
  pthread_t threads[2];
  shm_state_handle h = SHM_ZERO;
  quote q;
  uint64_t version;
  open_desk(&d, CELL);
  CHECK_OK(shm_state_open(&h, &d.a, STATE));
  for (int i = 0; i < 2; i++) {
    CHECK(pthread_create(&threads[i], NULL, take_turns, &d) == 0);
  }
  do {
    CHECK_OK(shm_state_load(&h, &q, sizeof q, &version));
    CHECK(q.n[0] == q.n[28]);
  } while (q.n[0] < MESSAGES / 10 * 2);
  CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
  shm_state_close(&h);
  close_desk(&d);
  printf("two that take turns at a state, and one that looks: ok\n");
}

#if SHM_CHECKS_THREADS

static void *pop_in_vain(void *argument) {
  trade m;
  CHECK_STATUS(SHM_TIMEOUT, shm_queue_consumer_pop_timeout(SHM_CAST(shm_queue_consumer *, argument), &m,
                                                           sizeof m, UINT64_C(300000000)));
  return NULL;
}

/* A thread waits within an operation; another one is told. */
static void two_threads_are_told_apart(void) {
  test_spec t;
  shm_attachment a;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  pthread_t thread;
  trade m = trade_of(0);
  CHECK_OK(shm_attachment_create(&a, make_spec(&t, fresh_address(), PLAIN, 8, 8), NULL, NULL));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_consumer_claim(&c, &a, 0));
  CHECK(pthread_create(&thread, NULL, pop_in_vain, &c) == 0);
  sleep_ms(100);
  CHECK_STATUS(SHM_BUSY, shm_queue_consumer_try_pop(&c, &m, sizeof m));
  CHECK_SAYS("another thread is in an operation on this handle");
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_queue_consumer_try_pop(&c, &m, sizeof m));
  shm_queue_producer_release(&p);
  shm_queue_consumer_release(&c);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  printf("two threads are told apart: ok\n");
}

#endif

int main(void) {
  static const uint64_t capacities[] = {1, 5, 64, 1000};
  for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
    run(fresh_address(), capacities[i], false);
    run(fresh_address(), capacities[i], true);
  }
  cells_between_threads();
  streams_between_threads();
  states_between_threads();
#if SHM_CHECKS_THREADS
  two_threads_are_told_apart();
#endif
  return 0;
}
