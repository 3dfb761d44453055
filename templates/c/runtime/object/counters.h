/* ---- Counters -----------------------------------------------------------
 *
 * Integers that add and read atomically, a word each, 128 bytes apart. This
 * version lays them out and creates them; it has no functions for them yet.
 *
 *   object  := 'K' { text name | counter* }
 *   counter := 'k' { text name | text type }
 */

SHM_LAYOUT(counters)

/* A counter; its tag is 0 if there is none. */
typedef struct shm_counter_record {
  char tag;
  shm_slice name;
  shm_slice type;
} shm_counter_record;

SHM_APART shm_counter_record shm_take_counter(shm_reader *reader) {
  shm_counter_record counter;
  shm_reader body;
  memset(&counter, 0, sizeof counter);
  counter.tag = shm_take_record(reader, &body);
  if (counter.tag == '\0') {
    return counter;
  }
  counter.name = shm_take_text(&body);
  counter.type = shm_take_text(&body);
  if (counter.tag != 'k' || body.damaged || body.left != 0) {
    reader->damaged = true;
    counter.tag = '\0';
  }
  return counter;
}

/* The place among the counters of the one of that name, or SIZE_MAX. */
SHM_APART size_t shm_find_counter(shm_reader reader, shm_slice name) {
  for (size_t index = 0;; index++) {
    shm_counter_record counter = shm_take_counter(&reader);
    if (counter.tag == '\0') {
      return SIZE_MAX;
    }
    if (shm_same_text(counter.name, name)) {
      return index;
    }
  }
}

/* `object stats has counter pushed` and what is to be said of it. */
SHM_APART void shm_tell_counter(shm_text *out, shm_slice object, shm_slice counter, const char *what) {
  shm_add_object(out, object);
  shm_add(out, " has counter ");
  shm_add_slice(out, counter);
  shm_add(out, what);
}

SHM_APART bool shm_counters_differ(shm_comparison *c, const shm_object_record *mine,
                                   const shm_object_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  for (size_t index = 0;; index++) {
    shm_counter_record x = shm_take_counter(&a);
    shm_counter_record y = shm_take_counter(&b);
    size_t elsewhere;
    if (b.damaged) {
      c->theirs.damaged = true;
      return false;
    }
    if (x.tag == '\0' && y.tag == '\0') {
      return false;
    }
    if (x.tag == '\0') {
      shm_tell_counter(c->out, mine->name, y.name, " in the segment only");
      return true;
    }
    if (!shm_same_text(x.name, y.name)) {
      bool inserted = y.tag != '\0' && shm_find_counter(mine->rest, y.name) == SIZE_MAX;
      elsewhere = shm_find_counter(theirs->rest, x.name);
      if (elsewhere == SIZE_MAX || inserted) {
        bool mine_only = elsewhere == SIZE_MAX;
        shm_tell_counter(c->out, mine->name, mine_only ? x.name : y.name,
                         mine_only ? " here only" : " in the segment only");
        return true;
      }
      shm_tell_counter(c->out, mine->name, x.name, " as number ");
      shm_add_number(c->out, index);
      shm_add(c->out, " here, ");
      shm_add_number(c->out, elsewhere);
      shm_add(c->out, " in the segment");
      return true;
    }
    if (!shm_same_text(x.type, y.type)) {
      shm_tell_counter(c->out, mine->name, x.name, " as ");
      shm_add_slice(c->out, x.type);
      shm_add(c->out, " here, ");
      shm_add_slice(c->out, y.type);
      shm_add(c->out, " in the segment");
      return true;
    }
  }
}

SHM_APART bool shm_counters_lay(const shm_object_spec *object, shm_geometry *out) {
  out->slots = object->capacity;
  out->stride = SHM_COUNTERS_STRIDE;
  return object->lanes == 0 && object->item_size == SHM_COUNTERS_WORD_SIZE &&
         shm_slots_size(0, out->slots, out->stride, &out->size);
}

SHM_APART void shm_counters_sweep(const shm_object *object, uint64_t dead) {
  (void)object;
  (void)dead;
}

SHM_APART void shm_counters_leave(const shm_object *object, uint64_t me) {
  (void)object;
  (void)me;
}
