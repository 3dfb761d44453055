/* ---- How two contracts differ -------------------------------------------
 *
 * Names the first difference by one walk in lockstep over both canonical
 * forms. All is reported from this program's side: "here" is the program, the other
 * is the segment. The rules of compatibility, and all differences at once, are
 * in the Rust runtime (`shmgen diff`).
 */

/* Two contracts, and where the difference is written. */
typedef struct shm_comparison {
  shm_reader mine;
  shm_reader theirs;
  shm_text *out;
} shm_comparison;

/* Whether a part of the segment's contract cannot be read; then the whole cannot. */
SHM_APART bool shm_is_unread(shm_comparison *c, const shm_reader *theirs) {
  c->theirs.damaged = c->theirs.damaged || theirs->damaged;
  c->theirs.unknown = theirs->unknown != '\0' ? theirs->unknown : c->theirs.unknown;
  return shm_is_unreadable(theirs);
}

/* Adds a name or a type; the first part of it if it is absurdly long. */
SHM_APART void shm_add_slice(shm_text *out, shm_slice slice) {
  bool is_long = slice.size > 128;
  shm_add_escaped(out, slice.bytes, is_long ? 128 : slice.size);
  shm_add(out, is_long ? ".." : "");
}

/* `Book`, or `acme.common.Level` if the type comes from another schema. */
SHM_APART void shm_add_type_name(shm_text *out, const shm_type_record *type) {
  if (type->schema.size != 0) {
    shm_add_slice(out, type->schema);
    shm_add(out, ".");
  }
  shm_add_slice(out, type->name);
}

SHM_APART void shm_add_member_path(shm_text *out, const shm_type_record *type, shm_slice member) {
  shm_add_type_name(out, type);
  shm_add(out, ".");
  shm_add_slice(out, member);
}

/* ` (u64 at 8)` */
SHM_APART void shm_add_place(shm_text *out, const shm_member_record *field) {
  shm_add(out, " (");
  shm_add_slice(out, field->type);
  shm_add(out, " at ");
  shm_add_number(out, field->number);
  shm_add(out, ")");
}

SHM_APART void shm_add_unit(shm_text *out, shm_slice unit) {
  shm_add(out, unit.size == 0 ? "none" : "`");
  shm_add_slice(out, unit);
  shm_add(out, unit.size == 0 ? "" : "`");
}

SHM_APART void shm_add_range(shm_text *out, shm_slice range) {
  shm_add(out, range.size == 0 ? "none" : "");
  shm_add_slice(out, range);
}

/* Book.bids is at 40 (Level[10]) in the segment, at 32 (Level[10]) here */
SHM_APART void shm_tell_moved(shm_text *out, const shm_type_record *type, const shm_member_record *mine,
                              const shm_member_record *theirs) {
  shm_add_member_path(out, type, mine->name);
  shm_add(out, " is at ");
  shm_add_number(out, theirs->number);
  shm_add(out, " (");
  shm_add_slice(out, theirs->type);
  shm_add(out, ") in the segment, at ");
  shm_add_number(out, mine->number);
  shm_add(out, " (");
  shm_add_slice(out, mine->type);
  shm_add(out, ") here");
}

/* Two fields of different names in the same place of the order. */
SHM_APART void shm_tell_other_field(shm_text *out, const shm_type_record *type, const shm_member_record *mine,
                                    const shm_member_record *theirs, shm_reader all_mine,
                                    shm_reader all_theirs) {
  shm_member_record elsewhere = shm_find_member(all_theirs, 'f', mine->name);
  bool inserted = shm_find_member(all_mine, 'f', theirs->name).tag == '\0';
  if (elsewhere.tag != '\0') {
    shm_tell_moved(out, type, mine, &elsewhere);
    if (inserted) {
      shm_add(out, ": ");
      shm_add_slice(out, theirs->name);
      shm_add(out, " (");
      shm_add_slice(out, theirs->type);
      shm_add(out, ") was inserted at ");
      shm_add_number(out, theirs->number);
    }
    return;
  }
  shm_add_member_path(out, type, mine->name);
  if (inserted && mine->number == theirs->number && shm_same_text(mine->type, theirs->type) &&
      shm_same_text(mine->unit, theirs->unit) && shm_same_text(mine->range, theirs->range)) {
    shm_add(out, " is called `");
    shm_add_slice(out, theirs->name);
    shm_add(out, "` in the segment");
    return;
  }
  shm_add_place(out, mine);
  shm_add(out, " is not in the segment");
}

/* `Book.x has range 1..10 here, none in the segment` */
SHM_APART void shm_tell_other_range(shm_text *out, const shm_type_record *type, const shm_member_record *mine,
                                    const shm_member_record *theirs) {
  shm_add_member_path(out, type, mine->name);
  shm_add(out, " has range ");
  shm_add_range(out, mine->range);
  shm_add(out, " here, ");
  shm_add_range(out, theirs->range);
  shm_add(out, " in the segment");
}

/* Whether the fields that the structs had differ; then it is reported. */
SHM_APART bool shm_compare_was(shm_text *out, const shm_type_record *type, shm_reader *a, shm_reader *b) {
  for (;;) {
    shm_member_record f = shm_take_member(a, 'w');
    shm_member_record g = shm_take_member(b, 'w');
    int order = f.tag == '\0' || g.tag == '\0' ? 0 : shm_compare_text(f.name, g.name);
    bool extra; /* in the segment only */
    if (b->damaged || (f.tag == '\0' && g.tag == '\0')) {
      return false;
    }
    if (f.tag == '\0' || g.tag == '\0') {
      extra = f.tag == '\0';
    } else if (f.number != g.number) {
      extra = g.number < f.number;
    } else if (order != 0 || f.size != g.size) {
      extra = order > 0;
    } else {
      continue;
    }
    shm_add_member_path(out, type, extra ? g.name : f.name);
    shm_add(out, " (formerly ");
    shm_add_number(out, extra ? g.size : f.size);
    shm_add(out, " bytes at ");
    shm_add_number(out, extra ? g.number : f.number);
    shm_add(out, extra ? ") is in the segment only" : ") is not in the segment");
    return true;
  }
}

/* Whether the structs differ; then it is reported. */
SHM_APART bool shm_compare_structs(shm_comparison *c, const shm_type_record *mine,
                                   const shm_type_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  uint64_t my_size = shm_take_number(&a);
  uint64_t my_align = shm_take_number(&a);
  uint64_t their_size = shm_take_number(&b);
  uint64_t their_align = shm_take_number(&b);
  shm_reader all_mine = a;
  shm_reader all_theirs = b;
  bool my_extent;
  bool their_extent;
  for (;;) {
    shm_member_record f = shm_take_member(&a, 'f');
    shm_member_record g = shm_take_member(&b, 'f');
    if (shm_is_unread(c, &b)) {
      return false;
    }
    if (f.tag == '\0' && g.tag == '\0') {
      break;
    }
    if (f.tag == '\0' || g.tag == '\0') {
      shm_add_member_path(c->out, mine, f.tag == '\0' ? g.name : f.name);
      shm_add_place(c->out, f.tag == '\0' ? &g : &f);
      shm_add(c->out, f.tag == '\0' ? " is in the segment only" : " is not in the segment");
      return true;
    }
    if (!shm_same_text(f.name, g.name)) {
      shm_tell_other_field(c->out, mine, &f, &g, all_mine, all_theirs);
      return true;
    }
    if (f.number != g.number || f.size != g.size || !shm_same_text(f.type, g.type)) {
      shm_tell_moved(c->out, mine, &f, &g);
      return true;
    }
    if (!shm_same_text(f.unit, g.unit)) {
      shm_add_member_path(c->out, mine, f.name);
      shm_add(c->out, " has unit ");
      shm_add_unit(c->out, f.unit);
      shm_add(c->out, " here, ");
      shm_add_unit(c->out, g.unit);
      shm_add(c->out, " in the segment");
      return true;
    }
    if (!shm_same_text(f.range, g.range)) {
      shm_tell_other_range(c->out, mine, &f, &g);
      return true;
    }
  }
  if (shm_compare_was(c->out, mine, &a, &b)) {
    return true;
  }
  my_extent = shm_take_extent(&a);
  their_extent = shm_take_extent(&b);
  if (shm_is_unread(c, &b)) {
    return false;
  }
  if (my_extent != their_extent) {
    shm_add_type_name(c->out, mine);
    shm_add(c->out, my_extent ? " has an extent here, none in the segment"
                              : " has no extent here, one in the segment");
    return true;
  }
  if (my_size != their_size || my_align != their_align) {
    shm_add_type_name(c->out, mine);
    shm_add(c->out, " is ");
    shm_add_number(c->out, my_size);
    shm_add(c->out, " bytes aligned to ");
    shm_add_number(c->out, my_align);
    shm_add(c->out, " here, ");
    shm_add_number(c->out, their_size);
    shm_add(c->out, " bytes aligned to ");
    shm_add_number(c->out, their_align);
    shm_add(c->out, " in the segment");
    return true;
  }
  return false;
}

/* `Payload.level holds Level here, nothing in the segment` */
SHM_APART void shm_tell_other_type(shm_text *out, const shm_type_record *type, const shm_member_record *mine,
                                   const shm_member_record *theirs) {
  const shm_slice *const types[2] = {&mine->type, &theirs->type};
  shm_add_member_path(out, type, mine->name);
  for (int i = 0; i < 2; i++) {
    shm_add(out, i == 0 ? " holds " : " here, ");
    shm_add(out, types[i]->size == 0 ? "nothing" : "");
    shm_add_slice(out, *types[i]);
  }
  shm_add(out, " in the segment");
}

/* Whether the enums, flags or unions differ; then it is reported. */
SHM_APART bool shm_compare_members(shm_comparison *c, const shm_type_record *mine,
                                   const shm_type_record *theirs) {
  shm_reader a = mine->rest;
  shm_reader b = theirs->rest;
  shm_slice my_repr = shm_take_text(&a);
  shm_slice their_repr = shm_take_text(&b);
  bool is_signed = my_repr.size > 0 && my_repr.bytes[0] == 'i';
  bool is_union = mine->tag == 'U';
  char member_tag = is_union ? 'u' : mine->tag == 'E' ? 'v' : 'b';
  shm_reader all_theirs = b;
  if (!shm_same_text(my_repr, their_repr)) {
    shm_add_type_name(c->out, mine);
    shm_add(c->out, is_union ? " has a tag of " : " is a ");
    shm_add_slice(c->out, my_repr);
    shm_add(c->out, is_union ? " here, of " : " here, a ");
    shm_add_slice(c->out, their_repr);
    shm_add(c->out, " in the segment");
    return true;
  }
  if (is_union) {
    /* Size and alignment follow from the variants. */
    shm_take(&a, 16);
    shm_take(&b, 16);
    all_theirs = b;
  }
  for (;;) {
    shm_member_record v = shm_take_member(&a, member_tag);
    shm_member_record w = shm_take_member(&b, member_tag);
    shm_member_record other = w;
    bool extra = v.tag == '\0';
    if (shm_is_unread(c, &b)) {
      return false;
    }
    if (v.tag == '\0' && w.tag == '\0') {
      shm_expect_end(&b);
      shm_is_unread(c, &b);
      return false;
    }
    if (!extra && shm_same_text(v.name, w.name) && v.number == w.number) {
      if (!shm_same_text(v.type, w.type)) {
        shm_tell_other_type(c->out, mine, &v, &w);
        return true;
      }
      if (!shm_same_text(v.range, w.range)) {
        shm_tell_other_range(c->out, mine, &v, &w);
        return true;
      }
      continue;
    }
    if (!extra) {
      other = shm_find_member(all_theirs, v.tag, v.name);
      /* Mine is there as well: so theirs is the one too many. */
      extra = other.tag != '\0' && other.number == v.number;
    }
    shm_add_member_path(c->out, mine, extra ? w.name : v.name);
    shm_add(c->out, extra || other.tag == '\0' ? " = " : " is ");
    if (is_signed) {
      shm_add_signed(c->out, SHM_CAST(int64_t, extra ? w.number : v.number));
    } else {
      shm_add_number(c->out, extra ? w.number : v.number);
    }
    if (extra) {
      shm_add(c->out, " is in the segment only");
    } else if (other.tag == '\0') {
      shm_add(c->out, " is not in the segment");
    } else {
      shm_add(c->out, " here, ");
      if (is_signed) {
        shm_add_signed(c->out, SHM_CAST(int64_t, other.number));
      } else {
        shm_add_number(c->out, other.number);
      }
      shm_add(c->out, " in the segment");
    }
    return true;
  }
}

/* Whether two types of one name differ; then it is reported. */
SHM_APART bool shm_compare_types(shm_comparison *c, const shm_type_record *mine,
                                 const shm_type_record *theirs) {
  const shm_type_record *sides[2];
  if (mine->tag == theirs->tag) {
    return mine->tag == 'T' ? shm_compare_structs(c, mine, theirs) : shm_compare_members(c, mine, theirs);
  }
  sides[0] = mine;
  sides[1] = theirs;
  shm_add_type_name(c->out, mine);
  for (int i = 0; i < 2; i++) {
    char tag = sides[i]->tag;
    shm_add(c->out, i == 0 ? " is " : " here, ");
    shm_add(c->out, tag == 'T'   ? "a struct"
                    : tag == 'E' ? "an enum"
                    : tag == 'U' ? "a union"
                                 : "a set of flags");
  }
  shm_add(c->out, " in the segment");
  return true;
}
