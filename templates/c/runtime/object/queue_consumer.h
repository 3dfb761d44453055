/* ---- The consumer of a queue --------------------------------------------
 *
 * One that is all zero is not claimed: every operation answers SHM_INVALID.
 *
 * The consumer writes no slots. It tells how far it is in two words: `taken`,
 * exact, which only successors and observers read, is the acknowledgement;
 * `head`, which the producer reads, is published now and then. Before it looks
 * at messages that it does not acknowledge at once, it says in `seen` how far.
 */

typedef struct shm_queue_consumer {
  shm_core *core; /* NULL: not claimed */
  const shm_word64 *fork_word;
  uint64_t item_size;
  shm_queue_slots slots;
  shm_queue_cursor head;
  uint64_t published; /* the last head that the producer was given */
  uint64_t batch;     /* it is published after this many */
  uint64_t suspect;   /* of the next messages, this many a dead predecessor may have seen */
  uint64_t peeked;    /* the stamp of the message that peek handed out */
  uint32_t object;
  uint32_t busy; /* SHM_CHECK_THREADS: an operation is under way */
  uint32_t own;  /* for shm_notify */
  shm_limiter limiter;
} shm_queue_consumer;

/* ---- acknowledging ---- */

/* Tells the producer the exact head: how many messages waited when it was published last. */
SHM_APART void shm_queue_consumer_publish_head(shm_queue_consumer *consumer, uint64_t depth) {
  const shm_queue_slots *slots = &consumer->slots;
  if (depth <= slots->count && depth > shm_load_relaxed(shm_queue_word(slots, SHM_QUEUE_HIGH_WATER))) {
    shm_store_relaxed(shm_queue_word(slots, SHM_QUEUE_HIGH_WATER), depth);
  }
  consumer->published = consumer->head.position;
  /* Pairs with the acquire in shm_queue_producer_look_at_head. */
  shm_store_release(shm_queue_word(slots, SHM_QUEUE_HEAD), consumer->published);
  shm_notify(shm_queue_flag(slots, SHM_QUEUE_SPACE_FLAG), consumer->own);
}

/* Tells it after a batch: how many wait, the producer's line says. */
SHM_APART void shm_queue_consumer_publish_batch(shm_queue_consumer *consumer) {
  uint64_t tail = shm_load_relaxed(shm_queue_word(&consumer->slots, SHM_QUEUE_TAIL_HINT));
  shm_queue_consumer_publish_head(consumer, tail - consumer->published);
}

SHM_APART void shm_queue_consumer_count_redelivered(shm_queue_consumer *consumer, uint64_t count) {
  shm_word64 *total = shm_queue_word(&consumer->slots, SHM_QUEUE_REDELIVERED);
  uint64_t again = consumer->suspect < count ? consumer->suspect : count;
  shm_store_relaxed(total, shm_load_relaxed(total) + again);
  consumer->suspect -= again;
}

/* Acknowledges the messages up to `end`, whose payload has been read. */
SHM_HOT void shm_queue_consumer_acknowledge_to(shm_queue_consumer *consumer, shm_queue_cursor end) {
  if (SHM_UNLIKELY(consumer->suspect != 0)) {
    shm_queue_consumer_count_redelivered(consumer, end.position - consumer->head.position);
  }
  consumer->head = end;
  /* Release: the payload was read before. Read only by successors. */
  shm_store_release(shm_queue_word(&consumer->slots, SHM_QUEUE_TAKEN), end.position);
  if (SHM_UNLIKELY(end.position - consumer->published >= consumer->batch)) {
    shm_queue_consumer_publish_batch(consumer);
  }
}

/*
 * Tells a successor that the next `count` messages are being looked at. What an
 * earlier consumer may have seen stays suspect until it is acknowledged, however
 * many die in between: `seen` never goes back behind it.
 */
SHM_INLINE void shm_queue_consumer_announce(shm_queue_consumer *consumer, uint64_t count) {
  uint64_t end = count > consumer->suspect ? count : consumer->suspect;
  shm_store_relaxed(shm_queue_word(&consumer->slots, SHM_QUEUE_SEEN), consumer->head.position + end);
  shm_program_order();
}

/* ---- what is there ---- */

/* The stamp of the next message: SHM_OK, SHM_EMPTY or SHM_CORRUPT. */
SHM_INLINE shm_status shm_queue_consumer_look_at_stamp(const shm_queue_consumer *consumer) {
  /* Pairs with the releases in shm_queue_producer_commit_one and _commit_batch. */
  uint64_t stamp = shm_load_acquire(shm_queue_stamp(consumer->head.slot));
  uint64_t expected = consumer->head.position + 1;
  /* An older stamp, or 0 of a new segment or a wiped slot, is no message. */
  return stamp == expected ? SHM_OK : stamp < expected ? SHM_EMPTY : SHM_CORRUPT;
}

/*
 * What to do when the queue was found empty: tell the producer, once. As many as were
 * taken since waited then, so the line that the producer is writing is left alone.
 */
SHM_INLINE void shm_queue_consumer_settle(shm_queue_consumer *consumer) {
  if (consumer->published != consumer->head.position) {
    shm_queue_consumer_publish_head(consumer, consumer->head.position - consumer->published);
  }
}

/*
 * Whether the segment was removed and the queue is drained. A message may have been
 * committed between an earlier look and the removal: it is looked for behind that.
 */
SHM_INLINE bool shm_queue_consumer_is_over(const shm_queue_consumer *consumer) {
  return shm_core_is_removed(consumer->core) && !shm_queue_is_whole(&consumer->head);
}

/*
 * Why there is no message; SHM_OK if there is one after all. Now and then looks
 * around for the dead.
 */
SHM_APART shm_status shm_queue_consumer_refuse(shm_queue_consumer *consumer) {
  shm_status status = shm_queue_consumer_look_at_stamp(consumer);
  bool streams = consumer->head.position - consumer->published > 1;
  if (status != SHM_EMPTY) {
    return status == SHM_OK ? status : shm_fail_briefly(status);
  }
  shm_queue_consumer_settle(consumer);
  /* Messages stream: let the producer get ahead, see shm_breathe. */
  if (streams) {
    shm_breathe();
    if (shm_queue_is_whole(&consumer->head)) {
      return SHM_OK;
    }
  }
  if (!shm_core_is_removed(consumer->core) && shm_limiter_is_due(&consumer->limiter)) {
    shm_core_look_around(consumer->core, false);
  }
  if (shm_core_is_removed(consumer->core)) {
    return shm_queue_consumer_is_over(consumer) ? shm_fail_briefly(SHM_REMOVED) : SHM_OK;
  }
  return shm_fail_briefly(SHM_EMPTY);
}

/* One look of a consumer that waits. */
SHM_INLINE shm_status shm_queue_consumer_look(void *handle) {
  shm_queue_consumer *consumer = SHM_CAST(shm_queue_consumer *, handle);
  shm_status status = shm_queue_consumer_look_at_stamp(consumer);
  if (status == SHM_EMPTY) {
    shm_queue_consumer_settle(consumer);
  }
  if (status == SHM_EMPTY && shm_core_is_removed(consumer->core)) {
    return shm_queue_consumer_is_over(consumer) ? SHM_REMOVED : SHM_OK;
  }
  return status;
}

/* Waits until a message is there. */
SHM_APART shm_status shm_queue_consumer_await(shm_queue_consumer *consumer, uint64_t ns) {
  shm_status status =
      shm_await(consumer->core, &consumer->limiter, shm_queue_flag(&consumer->slots, SHM_QUEUE_DATA_FLAG), ns,
                shm_queue_consumer_look, consumer, SHM_EMPTY);
  if (status == SHM_OK) {
    return status;
  }
  return shm_fail_briefly(status == SHM_EMPTY ? SHM_TIMEOUT : status);
}

SHM_HOT bool shm_queue_consumer_must_check(const shm_queue_consumer *consumer, size_t item_size) {
  return SHM_UNLIKELY(consumer->item_size != item_size || item_size == 0 ||
                      shm_queue_is_foreign(consumer->core, consumer->fork_word));
}

/* Why the consumer cannot be used; it was found that it cannot. */
SHM_APART shm_status shm_queue_consumer_unusable(const shm_queue_consumer *consumer, size_t item_size) {
  return shm_check_handle(consumer->core, "consumer", consumer->item_size, item_size);
}

/* What each operation begins with: SHM_OK if there is a message. */
SHM_HOT shm_status shm_queue_consumer_begin(shm_queue_consumer *consumer, size_t item_size) {
  if (shm_queue_consumer_must_check(consumer, item_size)) {
    return shm_queue_consumer_unusable(consumer, item_size);
  }
  /* A slot may end in a second cache line: ask for it beside the first. */
  __builtin_prefetch(consumer->head.slot + (item_size < 64 ? (item_size + 7) / 8 * 8 : 64));
  return SHM_LIKELY(shm_queue_is_whole(&consumer->head)) ? SHM_OK : shm_queue_consumer_refuse(consumer);
}

/* Copies the next message out and acknowledges it. */
SHM_HOT void shm_queue_consumer_take_one(shm_queue_consumer *consumer, void *item, size_t item_size) {
  const shm_queue_slots slots = consumer->slots; /* a copy, as in shm_queue_producer_commit_one */
  shm_queue_cursor end = consumer->head;
  shm_read_payload(shm_queue_payload(end.slot), item, item_size);
  shm_queue_cursor_step(&slots, &end, shm_queue_stride(item_size));
  shm_queue_consumer_acknowledge_to(consumer, end);
}

/* ---- what programs call ---- */

/*
 * Pops one message if there is one. It is acknowledged when this returns SHM_OK:
 * nobody gets it again. SHM_EMPTY, or SHM_REMOVED when the segment was removed
 * and its messages are drained.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_consumer_try_pop(shm_queue_consumer *consumer, void *item,
                                                            size_t item_size) {
  shm_status status = shm_enter(&consumer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  status = shm_queue_consumer_begin(consumer, item_size);
  if (SHM_LIKELY(status == SHM_OK)) {
    shm_queue_consumer_take_one(consumer, item, item_size);
  }
  return shm_leave(&consumer->busy, status);
}

/*
 * Pops one message, waiting this many nanoseconds at most, UINT64_MAX for ever;
 * SHM_TIMEOUT after that.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_consumer_pop_timeout(shm_queue_consumer *consumer, void *item,
                                                                size_t item_size, uint64_t ns) {
  shm_status status = shm_enter(&consumer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (shm_queue_consumer_must_check(consumer, item_size)) {
    return shm_leave(&consumer->busy, shm_queue_consumer_unusable(consumer, item_size));
  }
  if (SHM_UNLIKELY(!shm_queue_is_whole(&consumer->head))) {
    status = shm_queue_consumer_await(consumer, ns);
  }
  if (SHM_LIKELY(status == SHM_OK)) {
    shm_queue_consumer_take_one(consumer, item, item_size);
  }
  return shm_leave(&consumer->busy, status);
}

/*
 * Pops as many messages as there are and fit into `items`, which has room for
 * `capacity`, and acknowledges them together. `done` tells how many; SHM_EMPTY
 * if none.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_consumer_pop_n(shm_queue_consumer *consumer, void *items,
                                                          size_t item_size, size_t capacity, size_t *done) {
  char *to = SHM_CAST(char *, items);
  shm_queue_cursor at;
  uint64_t count;
  shm_status status = shm_enter(&consumer->busy);
  *done = 0;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  status = shm_queue_consumer_begin(consumer, item_size);
  if (capacity == 0 && status == SHM_EMPTY) {
    status = SHM_OK;
  }
  if (status == SHM_OK && capacity > 0) {
    const shm_queue_slots slots = consumer->slots; /* a copy, as in shm_queue_producer_commit_one */
    const uint64_t stride = shm_queue_stride(item_size);
    const uint64_t limit = capacity < slots.count ? capacity : slots.count;
    at = consumer->head;
    for (count = 0; count < limit && shm_queue_is_whole(&at); count++) {
      shm_queue_consumer_announce(consumer, count + 1);
      shm_read_payload(shm_queue_payload(at.slot), to + count * item_size, item_size);
      shm_queue_cursor_step(&slots, &at, stride);
    }
    if (count == capacity) {
      shm_queue_prefetch(&slots, at.slot, count * stride);
    }
    shm_queue_consumer_acknowledge_to(consumer, at);
    *done = SHM_CAST(size_t, count);
  }
  return shm_leave(&consumer->busy, status);
}

/*
 * Hands out the next message in place: aligned to 8 bytes and no more, and good
 * until shm_queue_consumer_acknowledge or the next operation on this handle. It comes
 * again if it is not acknowledged, or if the process dies first. A producer that
 * lies may change it meanwhile.
 */
SHM_NODISCARD SHM_HOT shm_status shm_queue_consumer_peek(shm_queue_consumer *consumer, size_t item_size,
                                                         const void **payload) {
  shm_status status = shm_enter(&consumer->busy);
  *payload = NULL;
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  status = shm_queue_consumer_begin(consumer, item_size);
  if (SHM_LIKELY(status == SHM_OK)) {
    shm_queue_consumer_announce(consumer, 1);
    consumer->peeked = consumer->head.position + 1;
    *payload = shm_queue_payload(consumer->head.slot);
  }
  return shm_leave(&consumer->busy, status);
}

SHM_APART shm_status shm_fail_nothing_peeked(const shm_queue_consumer *consumer) {
  shm_status status = shm_queue_consumer_unusable(consumer, SHM_CAST(size_t, consumer->item_size));
  if (status == SHM_OK) {
    shm_add(shm_explain(SHM_INVALID), "no message was peeked: peek comes first, with no pop between");
    status = SHM_INVALID;
  }
  return status;
}

/* Acknowledges the message that was peeked last: nobody gets it again. */
SHM_NODISCARD SHM_HOT shm_status shm_queue_consumer_acknowledge(shm_queue_consumer *consumer) {
  shm_queue_cursor end = consumer->head;
  shm_status status = shm_enter(&consumer->busy);
  if (SHM_UNLIKELY(status != SHM_OK)) {
    return status;
  }
  if (SHM_UNLIKELY(consumer->core == NULL || shm_queue_is_foreign(consumer->core, consumer->fork_word) ||
                   consumer->peeked != end.position + 1)) {
    return shm_leave(&consumer->busy, shm_fail_nothing_peeked(consumer));
  }
  shm_queue_cursor_advance(&consumer->slots, &end);
  shm_queue_consumer_acknowledge_to(consumer, end);
  return shm_leave(&consumer->busy, SHM_OK);
}

/*
 * How many of the next messages a consumer that died may have seen already: they
 * come again; a consumer that cannot take a message twice skips this many.
 */
SHM_INLINE uint64_t shm_queue_consumer_redelivered(const shm_queue_consumer *consumer) {
  return consumer->suspect;
}
