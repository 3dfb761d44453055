/* ---- Creating a segment of ours -----------------------------------------
 *
 * A POSIX one is filled before it has a name. A System V one is in sight from
 * the first moment: it counts as unborn until the magic is there, and as at
 * work until its state is ready, which is stored last of all.
 */

SHM_APART void shm_put_text(unsigned char *at, const char *text, size_t size) {
  memcpy(at, text, shm_clip(text, size - 1));
}

/* The header of a new segment, in state uninitialised. */
SHM_APART void shm_new_header(const shm_core *core, uint64_t birth_mark, unsigned char *bytes) {
  const shm_segment_spec *spec = core->spec;
  char program[16];
  memset(bytes, 0, SHM_HEADER_SIZE);
  memcpy(bytes, SHM_MAGIC, 8);
  shm_put32(bytes, SHM_HEADER_FORMAT_MAJOR, SHM_FORMAT_MAJOR | SHM_FORMAT_MINOR << 16);
  shm_put32(bytes, SHM_HEADER_BYTE_ORDER, SHM_BYTE_ORDER);
  shm_put32(bytes, SHM_HEADER_OWN_SIZE, SHM_HEADER_SIZE);
  shm_put64(bytes, SHM_HEADER_TOTAL_SIZE, spec->total_size);
  memcpy(bytes + SHM_HEADER_FINGERPRINT, spec->fingerprint, 16);
  shm_put64(bytes, SHM_HEADER_CONTRACT_OFFSET, spec->contract_offset);
  shm_put64(bytes, SHM_HEADER_CONTRACT_SIZE, spec->contract_size);
  shm_put64(bytes, SHM_HEADER_PARTICIPANTS_OFFSET, core->participants_offset);
  shm_put32(bytes, SHM_HEADER_PARTICIPANTS_COUNT, core->participants_count);
  shm_put32(bytes, SHM_HEADER_PARTICIPANTS_STRIDE, SHM_RECORD_SIZE);
  shm_put64(bytes, SHM_HEADER_DIRECTORY_OFFSET, SHM_HEADER_SIZE);
  shm_put32(bytes, SHM_HEADER_DIRECTORY_COUNT, spec->object_count);
  shm_put32(bytes, SHM_HEADER_DIRECTORY_STRIDE, SHM_ENTRY_SIZE);
  shm_put64(bytes, SHM_HEADER_BIRTH_MARK, birth_mark);
  shm_put64(bytes, SHM_HEADER_CREATED, shm_wall_ns());
  shm_put32(bytes, SHM_HEADER_CREATOR_PID, SHM_CAST(uint32_t, getpid()));
  shm_put32(bytes, SHM_HEADER_CREATOR_UID, geteuid());
  shm_put64(bytes, SHM_HEADER_CREATOR_PID_NAMESPACE, core->pid_namespace);
  shm_program_name(program);
  shm_put_text(bytes + SHM_HEADER_CREATOR_PROGRAM, program, 16);
  shm_put_text(bytes + SHM_HEADER_TOOL_VERSION, SHM_RUNTIME_VERSION_TEXT, 16);
  shm_put_text(bytes + SHM_HEADER_SCHEMA_VERSION, spec->version, 16);
  shm_put_text(bytes + SHM_HEADER_SCHEMA_NAME, spec->schema, 128);
  shm_put_text(bytes + SHM_HEADER_SEGMENT_NAME, spec->segment, 64);
}

/* Writes everything behind the header into a fresh segment, takes part in it, and
 * declares it ready. */
SHM_APART shm_status shm_fill_segment(shm_core *core, shm_attempt attempt) {
  const shm_segment_spec *spec = core->spec;
  char *base = core->segment.base;
  shm_status status;
  for (uint32_t i = 0; i < spec->object_count; i++) {
    unsigned char entry[SHM_ENTRY_SIZE] = SHM_ZERO;
    shm_put32(entry, 0, spec->objects[i].kind);
    shm_put64(entry, 8, core->places[i]);
    shm_put64(entry, 16, spec->objects[i].size);
    shm_copy_in(base + SHM_HEADER_SIZE + SHM_CAST(size_t, i) * SHM_ENTRY_SIZE, entry, SHM_ENTRY_SIZE);
  }
  shm_copy_in(base + spec->contract_offset, spec->contract, spec->contract_size);
  status = shm_claim_record(core, attempt);
  if (status == SHM_OK) {
    /* Pairs with the acquire of whoever reads the state. */
    __atomic_store_n(shm_core_state(core), SHM_SEGMENT_READY, __ATOMIC_RELEASE);
  }
  return status;
}

/* Writes everything into a fresh segment that nobody has met. */
SHM_APART shm_status shm_fill_new_segment(shm_core *core, shm_attempt attempt) {
  unsigned char header[SHM_HEADER_SIZE];
  shm_new_header(core, shm_random(), header);
  shm_begin_segment(core->segment.base, header);
  return shm_fill_segment(core, attempt);
}

SHM_APART shm_status shm_create_posix(shm_core *core, shm_address *address, const shm_making *making,
                                      shm_attempt attempt) {
  shm_opened *segment = &core->segment;
  char own_name[SHM_OWN_NAME_SIZE];
  shm_status status;
  segment->size = core->spec->total_size;
  status = shm_posix_make(segment->size, making, attempt, &segment->fd, own_name, &segment->base);
  if (status != SHM_OK) {
    segment->fd = -1;
    segment->base = NULL;
    return status;
  }
  status = shm_note_place(segment->fd, attempt, &segment->place);
  if (status == SHM_OK) {
    status = shm_fill_new_segment(core, attempt);
  }
  if (status == SHM_OK) {
    status = shm_posix_publish(segment->fd, making, attempt, address);
  }
  shm_drop_own_name(own_name);
  return status;
}

SHM_APART shm_status shm_create_memfd(shm_core *core, shm_address *address, const shm_making *making,
                                      shm_attempt attempt) {
  const shm_segment_spec *spec = core->spec;
  shm_opened *segment = &core->segment;
  char title[200];
  shm_text text;
  shm_status status;
  shm_opened_clear(segment, address->kind, false);
  segment->size = spec->total_size;
  shm_text_begin(&text, title, sizeof title);
  shm_add(&text, spec->schema);
  shm_add(&text, spec->schema[0] != '\0' ? "." : "");
  shm_add(&text, spec->segment);
  status = shm_memfd_make(title, segment->size, making, attempt, &segment->fd, &segment->base);
  if (status != SHM_OK) {
    segment->fd = -1;
    segment->base = NULL;
    return status;
  }
  shm_memfd_address(segment->fd, address);
  status = shm_note_place(segment->fd, attempt, &segment->place);
  return status == SHM_OK ? shm_fill_new_segment(core, attempt) : status;
}

SHM_APART shm_status shm_create_sysv(shm_core *core, const shm_address *address, const shm_making *making,
                                     const shm_options *options, shm_attempt attempt) {
  shm_opened *segment = &core->segment;
  uint64_t birth_mark = shm_random();
  unsigned char header[SHM_HEADER_SIZE];
  shm_status status;
  shm_opened_clear(segment, address->kind, false);
  segment->size = core->spec->total_size;
  shm_new_header(core, birth_mark, header);
  status = shm_sysv_make(address, segment->size, making, header, attempt, &segment->id, &segment->base);
  if (status != SHM_OK) {
    segment->base = NULL;
    return status;
  }
  status = shm_companion_make(segment->id, birth_mark, making, attempt, &core->companion);
  if (status != SHM_OK) {
    core->companion = -1;
    shm_sysv_discard(segment->id);
    return status;
  }
  status = shm_core_hold_companion(core, attempt);
  if (status == SHM_OK) {
    status = shm_fill_segment(core, attempt);
  }
  if (status == SHM_OK) {
    status = shm_sysv_announce(address, segment->id, birth_mark, segment->size, making, options, attempt);
  }
  if (status != SHM_OK) {
    shm_companion_remove(segment->id, birth_mark);
    shm_sysv_discard(segment->id);
  }
  return status;
}
