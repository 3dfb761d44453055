/* ---- What can be told of a segment of a schema --------------------------
 *
 * By who is attached to it: what the system knows, what its header says, who takes
 * part, and what went through its queues. Looking changes nothing.
 */

/* What can be told of an attached segment. Text is cut where it does not fit. */
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

/* The numbers of a queue. */
typedef struct shm_queue_facts {
  uint64_t item_size;
  uint64_t capacity;    /* messages that always fit */
  uint64_t depth;       /* messages that wait */
  uint64_t pushed;      /* messages that were ever pushed, */
  uint64_t popped;      /* and popped */
  uint64_t times_full;  /* how often a push found no room */
  uint64_t redelivered; /* messages that came a second time after a consumer died */
  uint64_t high_water;  /* the greatest depth that was noticed: sampled, not exact */
  int64_t producer;     /* the participant that is the producer, by the index of its record; -1 for none */
  int64_t consumer;     /* likewise */
  uint64_t dropped;     /* messages that were committed and given up; from one to one none is */
  bool producer_waits;  /* alive; went to sleep until there is room, and nobody woke it since */
  bool consumer_waits;  /* the same, until there is a message */
} shm_queue_facts;

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

/* Asks what can be told of the segment. */
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

/* The participant that has a role, by the index of its record; -1 for none. */
SHM_APART int64_t shm_role_holder(const shm_queue_slots *slots, size_t role) {
  uint64_t low = shm_load_acquire(shm_queue_word(slots, role)) & UINT32_MAX;
  return low == SHM_ROLE_FREE || low == SHM_ROLE_ORPHANED ? -1 : SHM_CAST(int64_t, low) - 1;
}

/* Whether a participant, alive, sleeps on a word. A bit that somebody set who died asleep means nothing. */
SHM_APART bool shm_holder_waits(const shm_core *core, int64_t holder, shm_word32 *flag) {
  uint32_t index = SHM_CAST(uint32_t, holder);
  uint64_t word;
  if (holder < 0 || index >= core->participants_count ||
      (__atomic_load_n(flag, __ATOMIC_RELAXED) & SHM_WAITING) == 0) {
    return false;
  }
  word = shm_load_acquire(shm_record_word(core, index));
  return shm_record_state(word) == SHM_RECORD_LIVE &&
         !shm_participant_is_gone(core, index, shm_record_generation(word));
}

/* Asks for the numbers of a queue, each as it is now. */
SHM_NODISCARD SHM_APART shm_status shm_queue_stat(const shm_attachment *attachment, uint32_t object,
                                                  shm_queue_facts *out) {
  const shm_core *core = shm_core_of(attachment);
  shm_status status = shm_check_object(core, object);
  shm_queue_slots slots;
  uint64_t hint;
  memset(out, 0, sizeof *out);
  out->producer = out->consumer = -1;
  if (status != SHM_OK) {
    return status;
  }
  slots = shm_queue_slots_of(core, object);
  out->item_size = core->spec->objects[object].item_size;
  out->capacity = core->spec->objects[object].capacity;
  /* Taken first: the depth is then rather too great than too small. */
  out->popped = shm_load_acquire(shm_queue_word(&slots, SHM_QUEUE_TAKEN));
  /* The exact tail: from the hint on over whole stamps. */
  hint = shm_load_acquire(shm_queue_word(&slots, SHM_QUEUE_TAIL_HINT));
  out->pushed = hint + shm_queue_count_whole(&slots, shm_queue_cursor_at(&slots, hint), UINT64_MAX);
  out->depth = out->pushed - out->popped < slots.count ? out->pushed - out->popped : slots.count;
  out->times_full = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_TIMES_FULL));
  out->redelivered = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_REDELIVERED));
  out->high_water = shm_load_relaxed(shm_queue_word(&slots, SHM_QUEUE_HIGH_WATER));
  out->high_water = out->high_water > out->depth ? out->high_water : out->depth;
  out->producer = shm_role_holder(&slots, SHM_QUEUE_PRODUCER_ROLE);
  out->consumer = shm_role_holder(&slots, SHM_QUEUE_CONSUMER_ROLE);
  out->producer_waits = shm_holder_waits(core, out->producer, shm_queue_flag(&slots, SHM_QUEUE_SPACE_FLAG));
  out->consumer_waits = shm_holder_waits(core, out->consumer, shm_queue_flag(&slots, SHM_QUEUE_DATA_FLAG));
  return SHM_OK;
}
