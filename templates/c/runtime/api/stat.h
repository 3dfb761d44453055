/* ---- What is known about a segment of a schema --------------------------
 *
 * By who is attached to it: what the system knows, what its header says, and who takes
 * part. Looking changes nothing.
 */

/* What is known about an attached segment. Text is cut where it does not fit. */
typedef struct shm_attachment_facts {
  shm_segment_facts segment; /* what the system knows */
  char schema[128];          /* what the header says: the schema's name */
  char name[64];             /* the segment's name in it */
  char version[16];          /* the schema's version */
  char tool_version[16];
  uint8_t fingerprint[16]; /* of the contract */
  uint64_t created_ns;     /* since 1970 */
  uint32_t creator_pid;    /* as it saw itself */
  uint32_t creator_uid;
  char creator_program[16];
  bool is_retired;              /* removed; only who is attached still has it */
  uint32_t participant_records; /* how many there are */
  uint32_t participants_alive;  /* how many of their holders live, or may */
  uint32_t participants_dead;   /* how many do not, and are not swept yet */
} shm_attachment_facts;

/* SHM_OK if something is attached, by this very process. */
SHM_APART shm_status shm_check_attached(const shm_core *core) {
  if (core == NULL) {
    return shm_fail_no_segment();
  }
  return shm_core_is_foreign(core) ? shm_fail_foreign(core) : SHM_OK;
}

SHM_APART void shm_take_header_text(char *to, const unsigned char *from, size_t size) {
  memcpy(to, from, size - 1);
  to[size - 1] = '\0';
}

SHM_APART void shm_count_participants(const shm_core *core, shm_attachment_facts *out) {
  out->participant_records = core->participants_count;
  for (uint32_t index = 0; index < core->participants_count; index++) {
    uint64_t word = shm_load_acquire(shm_record_word(core, index));
    uint32_t state = shm_record_state(word);
    if (state == SHM_RECORD_LIVE && !shm_participant_is_gone(core, index, shm_record_generation(word))) {
      out->participants_alive++;
    } else if (state == SHM_RECORD_LIVE || state == SHM_RECORD_DEAD) {
      out->participants_dead++;
    }
  }
}

/* Asks what is known about the segment. */
SHM_NODISCARD SHM_APART shm_status shm_attachment_stat(const shm_attachment *attachment,
                                                       shm_attachment_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_header header;
  shm_status status = shm_check_attached(core);
  memset(out, 0, sizeof *out);
  if (status == SHM_OK) {
    status = shm_opened_stat(&core->segment, shm_attempt_to("look at", core->address), &out->segment);
  }
  if (status != SHM_OK) {
    return status;
  }
  shm_copy_out(header.bytes, core->segment.base, SHM_HEADER_SIZE);
  shm_take_header_text(out->schema, header.bytes + SHM_HEADER_SCHEMA_NAME, sizeof out->schema);
  shm_take_header_text(out->name, header.bytes + SHM_HEADER_SEGMENT_NAME, sizeof out->name);
  shm_take_header_text(out->version, header.bytes + SHM_HEADER_SCHEMA_VERSION, sizeof out->version);
  shm_take_header_text(out->tool_version, header.bytes + SHM_HEADER_TOOL_VERSION, sizeof out->tool_version);
  shm_take_header_text(out->creator_program, header.bytes + SHM_HEADER_CREATOR_PROGRAM,
                       sizeof out->creator_program);
  memcpy(out->fingerprint, header.bytes + SHM_HEADER_FINGERPRINT, sizeof out->fingerprint);
  out->created_ns = shm_get64(header.bytes, SHM_HEADER_CREATED);
  out->creator_pid = shm_get32(header.bytes, SHM_HEADER_CREATOR_PID);
  out->creator_uid = shm_get32(header.bytes, SHM_HEADER_CREATOR_UID);
  out->is_retired = shm_get32(header.bytes, SHM_HEADER_STATE) == SHM_SEGMENT_RETIRED;
  shm_count_participants(core, out);
  return SHM_OK;
}

/*
 * Changes owner and permissions of the segment that is attached; UINT32_MAX keeps
 * what is.
 */
SHM_NODISCARD SHM_APART shm_status shm_attachment_set(const shm_attachment *attachment, uint32_t uid,
                                                      uint32_t gid, uint32_t mode) {
  const shm_core *core = shm_core_of(attachment);
  return core == NULL ? shm_fail_no_segment() : shm_opened_set(&core->segment, core->address, uid, gid, mode);
}
