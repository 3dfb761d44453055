/* Bytes that lie. Whatever they say, nothing may fault or hang. */

/*
 * Attaches to segments with random bytes changed in header, directory, records
 * or contract; every answer is fine, and what is attached must work or refuse.
 */
static void changed_bytes_are_survived_at_attach(void) {
  test_spec t;
  shm_attachment a;
  shm_segment s;
  uint64_t answers[SHM_OS + 1] = SHM_ZERO;
  char *base;
  char *copy;
  uint64_t size;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 16, 4);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  shm_attachment_detach(&a);
  CHECK_OK(shm_segment_attach(&s, t.address));
  base = SHM_CAST(char *, s.data);
  size = s.size;
  copy = SHM_CAST(char *, malloc(size));
  CHECK(copy != NULL);
  memcpy(copy, base, size);
  for (int round = 0; round < 20000; round++) {
    uint64_t changes = random_number() % 4 + 1;
    shm_status status;
    for (uint64_t i = 0; i < changes; i++) {
      uint64_t where = random_number() % 3 == 0 ? random_number() % 512
                       : random_number() % 2 == 0
                           ? 512 + random_number() % 384
                           : spec->contract_offset + random_number() % spec->contract_size;
      /* Not the state: an unborn System V segment is waited for. */
      if (where < 16 || where >= 20) {
        base[where] = SHM_CAST(char, random_number() % 4 == 0 ? 0xFF : random_number());
      }
    }
    if (round % 2 == 0) {
      base[SHM_HEADER_FINGERPRINT] = SHM_CAST(char, round); /* the contract is read */
    }
    memset(base, 0, 0);
    if (memcmp(base, "\0\0\0\0\0\0\0\0", 8) != 0) {
      status = shm_attachment_attach(&a, spec, NULL, NULL);
      CHECK(status <= SHM_OS && strlen(shm_last_error()) < SHM_FAILURE_SIZE);
      CHECK(shm_is_utf8(shm_last_error(), strlen(shm_last_error())));
      answers[status]++;
      shm_attachment_detach(&a);
    }
    memcpy(base, copy, size);
  }
  CHECK(answers[SHM_OK] > 0 && answers[SHM_MISMATCH] > 1000 && answers[SHM_CORRUPT] > 1000);
  free(copy);
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
}

/* Cursors, stamps, roles and flags change at random under both sides. */
static void changed_words_are_survived_in_use(void) {
  pair q;
  uint64_t answers[SHM_OS + 1] = SHM_ZERO;
  open_pair(&q, 16);
  for (int round = 0; round < 100000; round++) {
    trade many[20];
    size_t done;
    const void *seen;
    shm_status status = SHM_OK;
    memset(many, 0, sizeof many);
    if (random_number() % 8 == 0) {
      static const size_t words[] = {SHM_QUEUE_TAIL_HINT, SHM_QUEUE_TAKEN,         SHM_QUEUE_SEEN,
                                     SHM_QUEUE_HEAD,      SHM_QUEUE_PRODUCER_ROLE, SHM_QUEUE_CONSUMER_ROLE};
      uint64_t where = random_number() % 8;
      uint64_t value = random_number() % 3 == 0   ? random_number()
                       : random_number() % 2 == 0 ? q.p.tail.position + random_number() % 40 - 20
                                                  : UINT64_MAX - random_number() % 20;
      shm_word64 *word =
          where < 6 ? shm_queue_word(&q.p.slots, words[where])
                    : shm_queue_stamp(q.p.slots.first + random_number() % q.p.slots.count * q.p.slots.stride);
      shm_store_relaxed(word, value);
    }
    switch (random_number() % 9) {
    case 0:
      status = shm_queue_producer_try_push(&q.p, many, sizeof(trade));
      break;
    case 1:
      status = shm_queue_producer_push_n(&q.p, many, sizeof(trade), random_number() % 20, &done);
      break;
    case 2:
      status = shm_queue_producer_push_timeout(&q.p, many, sizeof(trade), 1000);
      break;
    case 3:
      status = shm_queue_consumer_try_pop(&q.c, many, sizeof(trade));
      break;
    case 4:
      status = shm_queue_consumer_pop_n(&q.c, many, sizeof(trade), random_number() % 20, &done);
      CHECK(done < 20);
      break;
    case 5:
      status = shm_queue_consumer_pop_timeout(&q.c, many, sizeof(trade), 1000);
      break;
    case 6:
      status = shm_queue_consumer_peek(&q.c, sizeof(trade), &seen);
      break;
    case 7:
      if (random_number() % 10 == 0) {
        shm_queue_producer_release(&q.p);
        status = shm_queue_producer_claim(&q.p, &q.a, 0);
      }
      break;
    default:
      if (random_number() % 10 == 0) {
        shm_queue_consumer_release(&q.c);
        status = shm_queue_consumer_claim(&q.c, &q.b, 0);
      }
      break;
    }
    CHECK(status <= SHM_OS && shm_queue_consumer_redelivered(&q.c) <= q.p.slots.count + 1);
    answers[status]++;
    if (q.p.core == NULL || q.c.core == NULL) {
      close_pair(&q); /* a role word that lies may refuse both for good */
      open_pair(&q, 16);
    }
  }
  CHECK(answers[SHM_OK] > 100 && answers[SHM_CORRUPT] > 100);
  close_pair(&q);
}
