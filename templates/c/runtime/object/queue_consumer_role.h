/* ---- The consumer's role ------------------------------------------------ */

/*
 * After the role was claimed: goes on where the predecessor acknowledged last.
 * What that one had looked at and not acknowledged comes again, as redelivered.
 */
SHM_APART void shm_queue_consumer_take_over(shm_queue_consumer *consumer, bool died) {
  const shm_queue_slots *slots = &consumer->slots;
  uint64_t taken = shm_load_acquire(shm_queue_word(slots, SHM_QUEUE_TAKEN));
  uint64_t suspects = shm_load_relaxed(shm_queue_word(slots, SHM_QUEUE_SEEN)) - taken;
  if (suspects > slots->count) {
    suspects = 0; /* seen lies behind taken */
  }
  /* A single pop announces nothing, so after a death it may have been one. */
  if (died && suspects == 0) {
    suspects = 1;
  }
  consumer->head = shm_queue_cursor_at(slots, taken);
  consumer->published = taken;
  consumer->suspect = shm_queue_count_whole(slots, consumer->head, suspects);
  /* If this one leaves or dies too, the next one hears of them as well. */
  shm_queue_consumer_announce(consumer, consumer->suspect);
  /* Pairs with the acquire in shm_queue_producer_look_at_head. */
  shm_store_release(shm_queue_word(slots, SHM_QUEUE_HEAD), taken);
  shm_notify(shm_queue_flag(slots, SHM_QUEUE_SPACE_FLAG), consumer->own);
}

/*
 * Becomes the consumer of the queue at `object` of the spec. SHM_ROLE_TAKEN
 * names the one who is, while it lives; a dead one is replaced, see
 * shm_queue_consumer_redelivered. `consumer` must be all zero, or released.
 */
SHM_NODISCARD SHM_APART shm_status shm_queue_consumer_claim(shm_queue_consumer *consumer,
                                                            shm_attachment *attachment, uint32_t object) {
  shm_core *core = shm_core_of(attachment);
  bool died = false;
  shm_status status = shm_check_queue(core, object);
  if (status == SHM_OK) {
    status = shm_check_claim(core, consumer->core, object, "consumer");
  }
  if (status == SHM_OK) {
    status = shm_claim_role(core, object, SHM_QUEUE_CONSUMER_ROLE, "consumer", &died);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(consumer, 0, sizeof *consumer);
  shm_core_hold(core);
  consumer->core = core;
  consumer->fork_word = core->fork_word;
  consumer->own = core->own;
  consumer->object = object;
  consumer->item_size = core->spec->objects[object].item_size;
  consumer->batch = core->spec->objects[object].batch;
  consumer->slots = shm_queue_slots_of(core, object);
  shm_queue_consumer_take_over(consumer, died);
  if (died) {
    shm_queue_wake_both(&consumer->slots);
  }
  return SHM_OK;
}

/* Whether the handle holds the role, or held it until somebody swept it away. */
SHM_HOT bool shm_queue_consumer_is_claimed(const shm_queue_consumer *consumer) {
  return consumer->core != NULL;
}

/*
 * Gives the role up: the producer learns the exact head, and a successor what is
 * still under suspicion. Does nothing to a consumer that is not claimed.
 */
SHM_APART void shm_queue_consumer_release(shm_queue_consumer *consumer) {
  shm_core *core = consumer->core;
  if (core == NULL) {
    return;
  }
  /* The parent still holds what a forked child inherited. */
  if (!shm_core_finds_fork(core) && shm_holds_role(core, consumer->object, SHM_QUEUE_CONSUMER_ROLE)) {
    shm_queue_consumer_settle(consumer);
    shm_store_relaxed(shm_queue_word(&consumer->slots, SHM_QUEUE_SEEN),
                      consumer->head.position + consumer->suspect);
    shm_give_up_role(core, consumer->object, SHM_QUEUE_CONSUMER_ROLE);
  }
  memset(consumer, 0, sizeof *consumer);
  shm_core_drop(core);
}
