/* ---- What is asked of an object of any kind -----------------------------
 *
 * One switch for each question, made from the list in kinds.h, over functions of
 * fixed names, which each kind has in its chapters:
 *
 *   shm_<form>_lay     its geometry, as item, capacity and lanes ask for it
 *   shm_<form>_sweep   takes away what a dead participant held, and wakes all who sleep
 *   shm_<form>_leave   gives up what a living participant holds
 *   shm_<kind>_differ  the first difference between two of its records
 *
 * All are asked on slow paths; a push or a load never goes through here. There are
 * no tables of pointers: what a program does not use stays unreferenced.
 */

/* What is the same for all kinds, and what a kind overwrites if it has another opinion. */
SHM_APART void shm_begin_geometry(shm_geometry *out) {
  memset(out, 0, sizeof *out);
  out->align = SHM_LINE;
}

/* The geometry of an object; false if it makes no sense. */
#define SHM_ASK_LAY(KIND, form, number)                                                                      \
  case KIND:                                                                                                 \
    return shm_##form##_lay(object, out);
SHM_APART bool shm_lay_object(const shm_object_spec *object, shm_geometry *out) {
  shm_begin_geometry(out);
  switch (object->kind) {
    SHM_KINDS(SHM_ASK_LAY, SHM_NO_RECORD)
  default:
    return false;
  }
}

/* Whether two records of one kind differ; then it is reported. */
#define SHM_ASK_DIFFER(tag, kind)                                                                            \
  case tag:                                                                                                  \
    return shm_##kind##_differ(c, mine, theirs);
SHM_APART bool shm_differ(shm_comparison *c, const shm_object_record *mine, const shm_object_record *theirs) {
  switch (mine->tag) {
    SHM_KINDS(SHM_NO_FORM, SHM_ASK_DIFFER)
  default:
    return false;
  }
}

/* Takes away what a dead participant held of an object, and wakes all who sleep on it, whether or not it held
 * anything: it may have stored what they wait for and not notified. */
#define SHM_ASK_SWEEP(KIND, form, number)                                                                    \
  case KIND:                                                                                                 \
    shm_##form##_sweep(object, dead);                                                                        \
    break;
SHM_APART void shm_sweep_object(const shm_object *object, uint64_t dead) {
  switch (object->spec->kind) {
    SHM_KINDS(SHM_ASK_SWEEP, SHM_NO_RECORD)
  default:
    break;
  }
}

SHM_INLINE void shm_sweep_objects(const shm_core *core, uint32_t index, uint32_t generation) {
  for (uint32_t i = 0; i < core->spec->object_count; i++) {
    shm_object object = shm_object_at(core, i);
    shm_sweep_object(&object, shm_role_word(index, generation));
  }
}

/* Gives up what this participant holds of an object. */
#define SHM_ASK_LEAVE(KIND, form, number)                                                                    \
  case KIND:                                                                                                 \
    shm_##form##_leave(object, me);                                                                          \
    break;
SHM_APART void shm_leave_object(const shm_object *object, uint64_t me) {
  switch (object->spec->kind) {
    SHM_KINDS(SHM_ASK_LEAVE, SHM_NO_RECORD)
  default:
    break;
  }
}

SHM_APART void shm_leave_objects(const shm_core *core) {
  for (uint32_t i = 0; i < core->spec->object_count; i++) {
    shm_object object = shm_object_at(core, i);
    shm_leave_object(&object, shm_role_word(core->index, core->generation));
  }
}

/* The geometry of an object: memory safety hangs on it. */
SHM_APART bool shm_is_object_sound(const shm_object_spec *object) {
  shm_geometry found;
  return shm_lay_object(object, &found) && object->batch == found.batch && object->slots == found.slots &&
         object->stride == found.stride && object->size == found.size && object->align == found.align;
}

/*
 * Whether a spec's own numbers fit together. Generated ones do; this keeps one
 * that was written by hand from reaching outside the segment.
 */
SHM_APART shm_status shm_check_spec(const shm_segment_spec *spec) {
  uint64_t end = SHM_HEADER_SIZE + SHM_CAST(uint64_t, spec->object_count) * SHM_ENTRY_SIZE +
                 SHM_CAST(uint64_t, spec->participants) * SHM_RECORD_SIZE;
  bool sound = spec->participants > 0 && spec->participants <= SHM_PARTICIPANTS_MAX &&
               spec->contract_size <= SHM_CONTRACT_MAX && strlen(spec->schema) < 128 &&
               strlen(spec->segment) < 64 && strlen(spec->version) < 16;
  for (uint32_t i = 0; sound && i < spec->object_count; i++) {
    uint64_t offset = spec->object_offsets[i];
    sound = shm_is_object_sound(&spec->objects[i]) && offset >= end && offset % spec->objects[i].align == 0 &&
            !__builtin_add_overflow(offset, spec->objects[i].size, &end);
  }
  sound =
      sound && spec->contract_offset >= end && spec->contract_offset % 64 == 0 &&
      spec->contract_offset <= PTRDIFF_MAX - SHM_CONTRACT_MAX &&
      spec->contract_offset + spec->contract_size <= spec->total_size && spec->total_size <= PTRDIFF_MAX &&
      (spec->pages == 0 ||
       ((spec->pages == SHM_HUGE_2M || spec->pages == SHM_HUGE_1G) && spec->total_size % spec->pages == 0));
  if (sound) {
    return SHM_OK;
  }
  shm_add(shm_explain(SHM_INVALID), "the segment's spec is damaged: its numbers do not fit together");
  return SHM_INVALID;
}
