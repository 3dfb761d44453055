/* ---- How the objects of two contracts differ ----------------------------
 *
 * Names the first difference between two objects of one name, and then what the
 * contracts differ in as a whole.
 */

SHM_INLINE void shm_add_object(shm_text *out, shm_slice name) {
  shm_add(out, "object ");
  shm_add_slice(out, name);
}

/* `object trades has capacity 4 here, 8 in the segment`; false, and nothing, if they are the same. */
SHM_APART bool shm_tell_numbers(shm_text *out, shm_slice object, const char *what, uint64_t mine,
                                uint64_t theirs) {
  if (mine == theirs) {
    return false;
  }
  shm_add_object(out, object);
  shm_add(out, what);
  shm_add_number(out, mine);
  shm_add(out, " here, ");
  shm_add_number(out, theirs);
  shm_add(out, " in the segment");
  return true;
}

/* The same of one of two words: `no` for 0. */
SHM_APART bool shm_tell_choice(shm_text *out, shm_slice object, const char *what, const char *no,
                               const char *yes, uint64_t mine, uint64_t theirs) {
  if (mine == theirs) {
    return false;
  }
  shm_add_object(out, object);
  shm_add(out, what);
  shm_add(out, mine == 0 ? no : yes);
  shm_add(out, " here, ");
  shm_add(out, theirs == 0 ? no : yes);
  shm_add(out, " in the segment");
  return true;
}

/* `object stats has counter pushed` and what is to be said of it. */
SHM_APART void shm_tell_counter(shm_text *out, shm_slice object, shm_slice counter, const char *what) {
  shm_add_object(out, object);
  shm_add(out, " has counter ");
  shm_add_slice(out, counter);
  shm_add(out, what);
}

/* Whether the counters of two objects differ; then it is told. */
SHM_APART bool shm_compare_counters(shm_comparison *c, const shm_object_record *mine,
                                    const shm_object_record *theirs) {
  shm_reader a = mine->counters;
  shm_reader b = theirs->counters;
  for (size_t index = 0;; index++) {
    shm_counter_record x = shm_take_counter(&a);
    shm_counter_record y = shm_take_counter(&b);
    size_t elsewhere;
    if (x.tag == '\0' && y.tag == '\0') {
      return false;
    }
    if (x.tag == '\0') {
      shm_tell_counter(c->out, mine->name, y.name, " in the segment only");
      return true;
    }
    if (!shm_same_text(x.name, y.name)) {
      bool inserted = y.tag != '\0' && shm_find_counter(mine->counters, y.name) == SIZE_MAX;
      elsewhere = shm_find_counter(theirs->counters, x.name);
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

/* Whether two objects of one name differ; then it is told. */
SHM_APART bool shm_compare_kinds(shm_comparison *c, const shm_object_record *mine,
                                 const shm_object_record *theirs) {
  shm_text *out = c->out;
  shm_slice name = mine->name;
  const char *kind = shm_object_kind(mine->tag);
  const char *other_kind = shm_object_kind(theirs->tag);
  if (strcmp(kind, other_kind) != 0) {
    shm_add_object(out, name);
    shm_add(out, " is of kind ");
    shm_add(out, kind);
    shm_add(out, " here, ");
    shm_add(out, other_kind);
    shm_add(out, " in the segment");
    return true;
  }
  if (!shm_same_text(mine->item, theirs->item)) {
    shm_add_object(out, name);
    shm_add(out, " holds ");
    shm_add_slice(out, mine->item);
    shm_add(out, " here, ");
    shm_add_slice(out, theirs->item);
    shm_add(out, " in the segment");
    return true;
  }
  if (shm_tell_numbers(out, name, " has capacity ", mine->capacity, theirs->capacity) ||
      shm_tell_numbers(out, name, " has bytes ", mine->bytes, theirs->bytes) ||
      shm_tell_choice(out, name, " has producers: ", "many", "one", mine->producers, theirs->producers) ||
      shm_tell_choice(out, name, " has consumers: ", "many", "one", mine->consumers, theirs->consumers) ||
      /* Many to one, in lanes or not. */
      shm_tell_choice(out, name, " has an order for ", "all", "each producer", mine->lanes == 0 ? 0 : 1,
                      theirs->lanes == 0 ? 0 : 1) ||
      shm_tell_numbers(out, name, " has lanes ", mine->lanes, theirs->lanes) ||
      shm_tell_choice(out, name, " has redeliver ", "false", "true", mine->redeliver, theirs->redeliver) ||
      shm_tell_choice(out, name, " is an array of cells: ", "no", "yes", mine->count, theirs->count) ||
      shm_tell_numbers(out, name, " has count ", mine->count, theirs->count) ||
      shm_tell_numbers(out, name, " is aligned to ", mine->align, theirs->align)) {
    return true;
  }
  return mine->tag == 'K' && shm_compare_counters(c, mine, theirs);
}

/* Whether the objects differ; then it is told. */
SHM_APART bool shm_compare_objects(shm_comparison *c) {
  shm_reader all_mine = c->mine;
  shm_reader all_theirs = c->theirs;
  for (size_t index = 0;; index++) {
    shm_object_record p = shm_take_object(&c->mine);
    shm_object_record q = shm_take_object(&c->theirs);
    size_t elsewhere;
    bool extra;
    if (c->theirs.damaged || (p.tag == '\0' && q.tag == '\0')) {
      return false;
    }
    if (p.tag != '\0' && q.tag != '\0' && shm_same_text(p.name, q.name)) {
      if (shm_compare_kinds(c, &p, &q)) {
        return true;
      }
      continue;
    }
    elsewhere = p.tag == '\0' ? SIZE_MAX : shm_find_object(all_theirs, p.name);
    if (elsewhere != SIZE_MAX && shm_find_object(all_mine, q.name) != SIZE_MAX) {
      shm_add_object(c->out, p.name);
      shm_add(c->out, " is number ");
      shm_add_number(c->out, index);
      shm_add(c->out, " here, number ");
      shm_add_number(c->out, elsewhere);
      shm_add(c->out, " in the segment");
      return true;
    }
    /* Mine is there as well, or there is none: theirs is the one too many. */
    extra = elsewhere != SIZE_MAX || p.tag == '\0';
    shm_add_object(c->out, extra ? q.name : p.name);
    shm_add(c->out, " (");
    shm_add(c->out, shm_object_kind(extra ? q.tag : p.tag));
    shm_add(c->out, extra ? ") is in the segment only" : ") is not in the segment");
    return true;
  }
}

/*
 * Tells the first difference. A type that only one side has is news only if no
 * field and no object that uses it was named.
 */
SHM_APART void shm_tell_difference(shm_text *out, const uint8_t *mine, size_t my_size, const char *theirs,
                                   size_t their_size) {
  shm_comparison c;
  shm_reader whole_mine = shm_reader_of(mine, my_size);
  shm_reader whole_theirs = shm_reader_of(theirs, their_size);
  shm_type_record only;
  bool only_mine = false;
  shm_type_record a;
  shm_type_record b;
  memset(&only, 0, sizeof only);
  c.out = out;
  shm_take_record(&whole_mine, &c.mine);
  if (shm_take_record(&whole_theirs, &c.theirs) != 'S' || whole_theirs.left != 0) {
    shm_add(out, "its contract is damaged: no contract record");
    return;
  }
  for (int i = 0; i < 2; i++) {
    shm_slice my_name = shm_take_text(&c.mine);
    shm_slice their_name = shm_take_text(&c.theirs);
    if (!c.theirs.damaged && !shm_same_text(my_name, their_name)) {
      shm_add(out, i == 0 ? "the schema is `" : "the segment's name is `");
      shm_add_slice(out, my_name);
      shm_add(out, "` here, `");
      shm_add_slice(out, their_name);
      shm_add(out, "` in the segment");
      return;
    }
  }
  a = shm_take_type(&c.mine);
  b = shm_take_type(&c.theirs);
  while ((a.tag != '\0' || b.tag != '\0') && !c.theirs.damaged) {
    int order = a.tag == '\0' ? 1 : b.tag == '\0' ? -1 : shm_compare_text(a.schema, b.schema);
    if (order == 0) {
      order = shm_compare_text(a.name, b.name);
    }
    if (order == 0 && shm_compare_types(&c, &a, &b)) {
      return;
    }
    if (order != 0 && only.tag == '\0') {
      only = order < 0 ? a : b;
      only_mine = order < 0;
    }
    if (order <= 0) {
      a = shm_take_type(&c.mine);
    }
    if (order >= 0) {
      b = shm_take_type(&c.theirs);
    }
  }
  if (!c.theirs.damaged && shm_compare_objects(&c)) {
    return;
  }
  if (c.theirs.unknown != '\0') {
    shm_add(out, "it was made by a newer shmgen: its contract has a record of the kind `");
    shm_add_bytes(out, &c.theirs.unknown, 1);
    shm_add(out, "`, which version " SHM_RUNTIME_VERSION_TEXT " does not know; update this program's shmgen");
  } else if (c.theirs.damaged) {
    shm_add(out, "its contract is damaged: a record is cut short or of an unknown kind");
  } else if (only.tag != '\0') {
    shm_add_type_name(out, &only);
    shm_add(out, only_mine ? " is not in the segment" : " is in the segment only");
  } else {
    shm_add(out, "the fingerprints differ, the contracts do not: its header was tampered with");
  }
}
