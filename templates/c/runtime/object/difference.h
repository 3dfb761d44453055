/* ---- How the objects of two contracts differ ----------------------------
 *
 * Names the first difference between two objects of one name, and then what the
 * contracts differ in as a whole.
 */

/* Whether two objects of one name differ; then it is reported. */
SHM_APART bool shm_compare_kinds(shm_comparison *c, const shm_object_record *mine,
                                 const shm_object_record *theirs) {
  const char *kind = shm_object_kind(mine->tag);
  const char *other_kind = shm_object_kind(theirs->tag);
  if (strcmp(kind, other_kind) == 0) {
    return shm_differ(c, mine, theirs);
  }
  shm_add_object(c->out, mine->name);
  shm_add(c->out, " is of kind ");
  shm_add(c->out, kind);
  shm_add(c->out, " here, ");
  shm_add(c->out, other_kind);
  shm_add(c->out, " in the segment");
  return true;
}

/* Whether the objects differ; then it is reported. */
SHM_APART bool shm_compare_objects(shm_comparison *c) {
  shm_reader all_mine = c->mine;
  shm_reader all_theirs = c->theirs;
  for (size_t index = 0;; index++) {
    shm_object_record p = shm_take_object(&c->mine);
    shm_object_record q = shm_take_object(&c->theirs);
    size_t elsewhere;
    bool extra;
    if (shm_is_unreadable(&c->theirs) || (p.tag == '\0' && q.tag == '\0')) {
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

/* What this version does not know, a newer one wrote. */
SHM_APART void shm_tell_newer(shm_text *out, char tag) {
  shm_add(out, "it was made by a newer shmgen: its contract has a record of the kind `");
  shm_add_bytes(out, &tag, 1);
  shm_add(out, "`, which version " SHM_RUNTIME_VERSION_TEXT " does not know; update this program's shmgen");
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
  while ((a.tag != '\0' || b.tag != '\0') && !shm_is_unreadable(&c.theirs)) {
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
  if (!shm_is_unreadable(&c.theirs) && shm_compare_objects(&c)) {
    return;
  }
  if (c.theirs.damaged) {
    shm_add(out, "its contract is damaged: a record is cut short");
  } else if (c.theirs.unknown != '\0') {
    shm_tell_newer(out, c.theirs.unknown);
  } else if (only.tag != '\0') {
    shm_add_type_name(out, &only);
    shm_add(out, only_mine ? " is not in the segment" : " is in the segment only");
  } else {
    shm_add(out, "the fingerprints differ, the contracts do not: its header was tampered with");
  }
}
