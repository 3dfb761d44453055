/* ---- What a program knows of a segment before it meets one --------------
 *
 * Generated headers hold one constant shm_segment_spec for each segment of
 * their schema. It must live as long as whatever is attached by it.
 */

typedef struct shm_segment_spec {
  const char *schema;
  const char *version;
  const char *segment;
  const char *address; /* where it is unless the program says otherwise: "posix:/acme.feed" */
  uint32_t mode;       /* permissions on create, such as 0640 */
  uint32_t participants;
  const char *owner; /* the user it is given to on create and who is trusted, a name or a number; or NULL */
  const char *group; /* the group it is given to on create, likewise */
  uint64_t pages;    /* bytes of the huge pages that it asks for, of which its size is a multiple; or 0 */
  const uint8_t *contract; /* in its canonical form */
  uint64_t contract_size;
  uint8_t fingerprint[16];
  const shm_object_spec *objects;
  uint32_t object_count;
  uint32_t reserved;
  uint64_t total_size;
  uint64_t contract_offset;
  const uint64_t *object_offsets;
} shm_segment_spec;

/* The geometry of an object, as far as memory safety hangs on it. */
SHM_APART bool shm_is_object_sound(const shm_object_spec *object) {
  shm_geometry found;
  uint64_t slots;
  bool aligned = object->align >= SHM_LINE && object->align <= SHM_RAW_ALIGN_MAX &&
                 (object->align & (object->align - 1)) == 0 &&
                 (object->align == SHM_LINE || object->kind == SHM_KIND_RAW);
  if (object->kind == SHM_KIND_QUEUE) {
    /* Any that keeps within its size: its producer and its consumer go by these numbers alone. */
    return aligned && object->lanes == 0 && object->item_size > 0 && object->slots > 0 && object->batch > 0 &&
           object->stride % 8 == 0 && object->stride > 8 && object->item_size <= object->stride - 8 &&
           !__builtin_mul_overflow(object->slots, object->stride, &slots) &&
           object->size >= SHM_QUEUE_SLOTS && slots <= object->size - SHM_QUEUE_SLOTS;
  }
  return aligned &&
         shm_lay_object(object->kind, object->lanes, object->item_size, object->capacity, &found) &&
         object->batch == found.batch && object->slots == found.slots && object->stride == found.stride &&
         object->size == found.size;
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
