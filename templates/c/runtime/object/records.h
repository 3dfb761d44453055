/* ---- The objects of contracts -------------------------------------------
 *
 * What the records of all kinds begin with, and how a difference is reported. What
 * stands behind the name, each kind reads in its own chapter.
 */

typedef struct shm_object_record {
  char tag; /* 'Q', 'L' ..; 0 if there is none, or one that this version does not know */
  shm_slice name;
  shm_reader rest; /* what is the kind's */
} shm_object_record;

/* The next object; `reader` notes a record that is damaged or not known. */
SHM_APART shm_object_record shm_take_object(shm_reader *reader) {
  shm_object_record object;
  memset(&object, 0, sizeof object);
  object.tag = shm_take_record(reader, &object.rest);
  if (object.tag != '\0' && shm_object_kind(object.tag) == NULL) {
    shm_note_unknown(reader, object.tag);
    object.tag = '\0';
  }
  if (object.tag != '\0') {
    object.name = shm_take_text(&object.rest);
    reader->damaged = reader->damaged || object.rest.damaged;
  }
  return object;
}

/* The place among the objects of the one of that name, or SIZE_MAX. */
SHM_APART size_t shm_find_object(shm_reader reader, shm_slice name) {
  for (size_t index = 0;; index++) {
    shm_object_record object = shm_take_object(&reader);
    if (object.tag == '\0') {
      return SIZE_MAX;
    }
    if (shm_same_text(object.name, name)) {
      return index;
    }
  }
}

/* Whether a record of the segment was read to its end; else its contract is damaged. */
SHM_APART bool shm_record_ends(shm_comparison *c, const shm_reader *theirs) {
  bool ends = !theirs->damaged && theirs->left == 0;
  c->theirs.damaged = c->theirs.damaged || !ends;
  return ends;
}

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

/* The same of the types that are passed or held. */
SHM_APART bool shm_tell_items(shm_text *out, shm_slice object, shm_slice mine, shm_slice theirs) {
  if (shm_same_text(mine, theirs)) {
    return false;
  }
  shm_add_object(out, object);
  shm_add(out, " holds ");
  shm_add_slice(out, mine);
  shm_add(out, " here, ");
  shm_add_slice(out, theirs);
  shm_add(out, " in the segment");
  return true;
}
