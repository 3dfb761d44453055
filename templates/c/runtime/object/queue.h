/* ---- Queues, as objects of a segment ------------------------------------
 *
 *   object := 'Q' { text name | text item | u64 capacity }                one to one
 *           | 'L' { text name | text item | u64 capacity | u64 lanes }    many to one
 *           | 'M' { text name | text item | u64 capacity
 *                   | u64 producers | u64 consumers | u64 redeliver }     other
 *
 * Producers and consumers are 1, or 0 for many. What is asked of objects of any
 * kind is answered here for the form from one producer to one consumer.
 */

/* What a contract says of a queue. */
typedef struct shm_queue_terms {
  shm_slice item;
  uint64_t capacity;
  uint64_t lanes; /* 0: none */
  uint64_t producers;
  uint64_t consumers;
  uint64_t redeliver;
} shm_queue_terms;

/* Reads a record behind its name; `body` says whether it ended as it should. */
SHM_APART shm_queue_terms shm_queue_read(char tag, shm_reader *body) {
  shm_queue_terms terms;
  memset(&terms, 0, sizeof terms);
  terms.item = shm_take_text(body);
  terms.capacity = shm_take_number(body);
  terms.lanes = tag == 'L' ? shm_take_number(body) : 0;
  terms.producers = terms.lanes == 0 ? 1 : 0;
  terms.consumers = 1;
  if (tag == 'M') {
    terms.producers = shm_take_number(body);
    terms.consumers = shm_take_number(body);
    terms.redeliver = shm_take_number(body);
  }
  body->damaged = body->damaged || terms.lanes > SHM_LANES_MAX || terms.producers > 1 ||
                  terms.consumers > 1 || terms.redeliver > 1;
  return terms;
}

SHM_APART bool shm_queue_differ(shm_comparison *c, const shm_object_record *mine,
                                const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_queue_terms x = shm_queue_read(mine->tag, &a);
  shm_queue_terms y = shm_queue_read(theirs->tag, &b);
  shm_text *out = c->out;
  shm_slice name = mine->name;
  return shm_record_ends(c, &b) &&
         (shm_tell_items(out, name, x.item, y.item) ||
          shm_tell_numbers(out, name, " has capacity ", x.capacity, y.capacity) ||
          shm_tell_choice(out, name, " has producers: ", "many", "one", x.producers, y.producers) ||
          shm_tell_choice(out, name, " has consumers: ", "many", "one", x.consumers, y.consumers) ||
          /* Many to one, in lanes or not. */
          shm_tell_choice(out, name, " has an order for ", "all", "each producer", x.lanes == 0 ? 0 : 1,
                          y.lanes == 0 ? 0 : 1) ||
          shm_tell_numbers(out, name, " has lanes ", x.lanes, y.lanes) ||
          shm_tell_choice(out, name, " has redeliver ", "false", "true", x.redeliver, y.redeliver));
}

SHM_APART bool shm_queue_lay(const shm_object_spec *object, shm_geometry *out) {
  uint64_t capacity = object->capacity;
  out->batch = capacity / 8 > 1 ? capacity / 8 : 1;
  return object->lanes == 0 && capacity > 0 &&
         !__builtin_add_overflow(capacity, out->batch - 1, &out->slots) &&
         shm_slot_stride(SHM_QUEUE_STAMP_SIZE, object->item_size, 8, &out->stride) &&
         shm_slots_size(SHM_QUEUE_SLOTS, out->slots, out->stride, &out->size);
}

SHM_APART void shm_queue_sweep(const shm_object *object, uint64_t dead) {
  shm_sweep_role(object, SHM_QUEUE_PRODUCER_ROLE, dead);
  shm_sweep_role(object, SHM_QUEUE_CONSUMER_ROLE, dead);
  shm_wake_up(shm_object_flag(object, SHM_QUEUE_DATA_FLAG));
  shm_wake_up(shm_object_flag(object, SHM_QUEUE_SPACE_FLAG));
}

SHM_APART void shm_queue_leave(const shm_object *object, uint64_t me) {
  if (shm_exchange(shm_object_word(object, SHM_QUEUE_CONSUMER_ROLE), me, me)) {
    /* The producer learns the exact head, as from a consumer's release. */
    shm_store_release(shm_object_word(object, SHM_QUEUE_HEAD),
                      shm_load_relaxed(shm_object_word(object, SHM_QUEUE_TAKEN)));
    shm_drop_role(object, SHM_QUEUE_CONSUMER_ROLE, me);
    shm_notify(shm_object_flag(object, SHM_QUEUE_SPACE_FLAG), SHM_NEED_FENCE); /* whatever this process is */
  }
  shm_drop_role(object, SHM_QUEUE_PRODUCER_ROLE, me);
}

/* Whether there is such a queue, in an attachment that can be used. */
SHM_INLINE shm_status shm_check_queue(const shm_core *core, uint32_t object) {
  return shm_check_object(core, object, SHM_KIND_QUEUE, "queue");
}
