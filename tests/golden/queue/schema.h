/* [67 lines as in ../segment/schema.h, with 536fbabc] */
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_queue_producer ticks_producer;
  shm_queue_consumer ticks_consumer;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[112] = {
    0x53, 0x6b, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x54, 0x3e, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x66, 0x21, 0x00, 0x00, 0x00, 0x06, 0x00, 0x6e, 0x75, 0x6d, 0x62, 0x65, 0x72, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x75, 0x36, 0x34, 0x00, 0x00, 0x00, 0x00, 0x51, 0x15, 0x00, 0x00, 0x00, 0x05, 0x00, 0x74, 0x69, 0x63,
    0x6b, 0x73, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"ticks", SHM_KIND_QUEUE, 0, 8, 16, 2, 17, 16, 784, 128},
/* [17 lines as in ../segment/schema.h] */
    112,
    { 0x23, 0x3a, 0x34, 0x67, 0x83, 0x25, 0x11, 0xeb, 0x52, 0x93, 0xde, 0x6d, 0xa5, 0x7d, 0x85, 0xd4 },
    golden_Feed_objects,
    1,
    0,
    8192,
    5568,
/* [72 lines as in ../segment/schema.h] */
  shm_queue_producer_release(&segment->ticks_producer);
  shm_queue_consumer_release(&segment->ticks_consumer);
/* [8 lines as in ../segment/schema.h] */
/* The queue ticks, with room for 16: the first push claims the role of its producer, the
 * first pop that of its consumer; SHM_ROLE_TAKEN names who has it. Both are given up by detach. */
SHM_APART shm_status golden_Feed_ticks_producer(golden_Feed *segment) {
  return shm_queue_producer_claim(&segment->ticks_producer, &segment->attachment, 0);
}

SHM_APART shm_status golden_Feed_ticks_consumer(golden_Feed *segment) {
  return shm_queue_consumer_claim(&segment->ticks_consumer, &segment->attachment, 0);
}

/* The roles, claimed when they are used first. */
SHM_HOT shm_status golden_Feed_ticks_claimed_producer(golden_Feed *segment) {
  return SHM_LIKELY(shm_queue_producer_is_claimed(&segment->ticks_producer)) ? SHM_OK : golden_Feed_ticks_producer(segment);
}

SHM_HOT shm_status golden_Feed_ticks_claimed_consumer(golden_Feed *segment) {
  return SHM_LIKELY(shm_queue_consumer_is_claimed(&segment->ticks_consumer)) ? SHM_OK : golden_Feed_ticks_consumer(segment);
}

/* Pushes one message; SHM_FULL if there is no room. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_ticks_try_push(golden_Feed *segment, const golden_Tick *item) {
  const shm_status status = golden_Feed_ticks_claimed_producer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_producer_try_push(&segment->ticks_producer, item, sizeof *item);
}

/* Pushes one message, waiting for room this many nanoseconds (UINT64_MAX: for ever); SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_push_timeout(golden_Feed *segment, const golden_Tick *item,
                                                             uint64_t ns) {
  const shm_status status = golden_Feed_ticks_claimed_producer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_producer_push_timeout(&segment->ticks_producer, item, sizeof *item, ns);
}

/* Pushes as many of `count` messages as fit and commits them together; `done` is how many. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_push_n(golden_Feed *segment, const golden_Tick *items,
                                                       size_t count, size_t *done) {
  *done = 0;
  const shm_status status = golden_Feed_ticks_claimed_producer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_producer_push_n(&segment->ticks_producer, items, sizeof *items, count, done);
}

/* The next slot, all zero, to be filled in place and committed. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_reserve(golden_Feed *segment, golden_Tick **item) {
  void *payload = NULL;
  shm_status status = golden_Feed_ticks_claimed_producer(segment);
  if (status == SHM_OK) {
    status = shm_queue_producer_reserve(&segment->ticks_producer, sizeof(golden_Tick), &payload);
  }
  *item = SHM_CAST(golden_Tick *, payload);
  return status;
}

/* Commits the slot that was reserved. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_commit(golden_Feed *segment) {
  return shm_queue_producer_commit(&segment->ticks_producer);
}

/* Pops one message and acknowledges it; SHM_EMPTY if there is none. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_ticks_try_pop(golden_Feed *segment, golden_Tick *item) {
  const shm_status status = golden_Feed_ticks_claimed_consumer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_consumer_try_pop(&segment->ticks_consumer, item, sizeof *item);
}

/* Pops one message, waiting for it this many nanoseconds (UINT64_MAX: for ever); SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_pop_timeout(golden_Feed *segment, golden_Tick *item,
                                                            uint64_t ns) {
  const shm_status status = golden_Feed_ticks_claimed_consumer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_consumer_pop_timeout(&segment->ticks_consumer, item, sizeof *item, ns);
}

/* Pops up to `capacity` messages and acknowledges them together; `done` is how many. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_pop_n(golden_Feed *segment, golden_Tick *items,
                                                      size_t capacity, size_t *done) {
  *done = 0;
  const shm_status status = golden_Feed_ticks_claimed_consumer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_queue_consumer_pop_n(&segment->ticks_consumer, items, sizeof *items, capacity, done);
}

/* The next message in place; acknowledged by release, and there again without it. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_peek(golden_Feed *segment, const golden_Tick **item) {
  const void *payload = NULL;
  shm_status status = golden_Feed_ticks_claimed_consumer(segment);
  if (status == SHM_OK) {
    status = shm_queue_consumer_peek(&segment->ticks_consumer, sizeof(golden_Tick), &payload);
  }
  *item = SHM_CAST(const golden_Tick *, payload);
  return status;
}

/* Acknowledges the message that was peeked. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_release(golden_Feed *segment) {
  return shm_queue_consumer_acknowledge(&segment->ticks_consumer);
}

/* How many of the next messages a consumer that died may have seen already. */
SHM_INLINE uint64_t golden_Feed_ticks_redelivered(const golden_Feed *segment) {
  return shm_queue_consumer_redelivered(&segment->ticks_consumer);
}

/* Messages that wait now. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_depth(const golden_Feed *segment, uint64_t *depth) {
  return shm_queue_depth(&segment->attachment, 0, depth);
}

/* Asks for the numbers of the queue. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_ticks_stat(const golden_Feed *segment, shm_queue_facts *facts) {
  return shm_queue_stat(&segment->attachment, 0, facts);
/* [9 lines as in ../struct/schema.h] */
