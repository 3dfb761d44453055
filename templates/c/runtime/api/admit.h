/* ---- Attaching to a segment of ours -------------------------------------
 *
 * What is looked at before a byte of it is trusted, and how a refusal is reported.
 */

/* How long an attacher waits for a creator that is at work. */
#define SHM_BIRTH_PATIENCE_NS UINT64_C(2000000000)

/* How long an attacher gives way to a process that removes what nobody uses. */
#define SHM_REMOVAL_PATIENCE_NS UINT64_C(2000000000)
#define SHM_REMOVED_ALL_THE_TIME "somebody has been removing it all the time; try again"

/*
 * Reads the header. `blank` is set, and nothing else, where a System V segment
 * has no magic yet.
 */
SHM_APART shm_status shm_read_header(const shm_opened *opened, shm_attempt attempt, shm_header *header,
                                     bool *blank) {
  static const unsigned char zeros[8] = SHM_ZERO;
  size_t whole = SHM_HEADER_SIZE;
  size_t count = opened->size < whole ? SHM_CAST(size_t, opened->size) : whole;
  uint64_t magic = 0;
  shm_form form;
  const char *fault;
  shm_status status;
  memset(header, 0, sizeof *header);
  /* A System V segment is in sight while it is being made. Pairs with the release
   * of the magic in shm_fill_segment; whoever sees it also sees the header behind it. */
  if (!opened->has_file && count >= 8) {
    magic = shm_load_acquire(SHM_AT(shm_word64, opened->base, 0));
  }
  status = shm_opened_read(opened, 0, header->bytes, count, attempt);
  if (status != SHM_OK) {
    return status;
  }
  if (!opened->has_file && count >= 8) {
    shm_put64(header->bytes, 0, magic);
  }
  /* Pairs with the release of the ready state, which was among these bytes. */
  shm_fence();
  *blank = !opened->has_file && memcmp(header->bytes, zeros, sizeof zeros) == 0;
  if (*blank) {
    return SHM_OK;
  }
  form = shm_check_form(header->bytes, count);
  if (form != SHM_FORM_OK) {
    return shm_fail_form(attempt, form, header->bytes, opened->size);
  }
  shm_parse_header(header);
  fault = shm_check_parts(header, opened->size);
  if (fault != NULL) {
    shm_text *why = shm_explain_attempt(attempt, SHM_CORRUPT);
    shm_add(why, "its header is damaged: ");
    shm_add(why, fault);
    return SHM_CORRUPT;
  }
  return SHM_OK;
}

/* What to do about a memfd that is not ready, which is in sight, by way of /proc, from the first
 * moment: SHM_OK is to look once more. */
SHM_APART shm_status shm_await_memfd(const shm_header *header, uint64_t patience_ends, shm_attempt attempt) {
  uint32_t creator = shm_get32(header->bytes, SHM_HEADER_CREATOR_PID);
  bool here = shm_get64(header->bytes, SHM_HEADER_CREATOR_PID_NAMESPACE) == shm_pid_namespace();
  bool dead = here && shm_pid_is_dead(creator);
  shm_status status;
  shm_text *why;
  if (!dead && shm_monotonic_ns() <= patience_ends) {
    return SHM_OK;
  }
  status = dead ? SHM_MISMATCH : SHM_BUSY;
  why = shm_explain_attempt(attempt, status);
  shm_add(why, "its creator (pid ");
  shm_add_number(why, creator);
  shm_add(why, dead ? ") died before it was ready; create another one" : ") has not finished it yet");
  return status;
}

/* What to do about a System V segment that is not ready: SHM_OK is to look once more. */
SHM_APART shm_status shm_await_birth(const shm_opened *opened, uint64_t patience_ends, shm_attempt attempt) {
  uint32_t creator = 0;
  shm_text *why;
  shm_sysv_facts facts;
  memset(&facts, 0, sizeof facts);
  if (shm_sys_shmctl(opened->id, SHM_SYSV_STAT, &facts) >= 0) {
    creator = SHM_CAST(uint32_t, facts.creator_pid);
  }
  if (shm_pid_is_dead(creator)) {
    why = shm_explain_attempt(attempt, SHM_MISMATCH);
    shm_add(why, "it has no header: it is a bare segment, or its creator (pid ");
    shm_add_number(why, creator);
    shm_add(why, ") died before it was ready; create it again, which clears away what a dead one left, or "
                 "remove it");
    return SHM_MISMATCH;
  }
  if (shm_monotonic_ns() > patience_ends) {
    why = shm_explain_attempt(attempt, SHM_BUSY);
    shm_add(why, "its creator (pid ");
    shm_add_number(why, creator);
    shm_add(why, ") has not written a header yet; it may be a bare segment");
    return SHM_BUSY;
  }
  return SHM_OK;
}

/*
 * Whether somebody who collects has retired a System V segment for the moment in
 * which it looks whether it is nobody's; it may say that it is ready again.
 */
SHM_APART bool shm_is_being_judged(const shm_opened *opened, const shm_header *header,
                                   const shm_options *options, shm_attempt attempt) {
  int companion = -1;
  bool judged;
  if (opened->has_file || shm_opened_is_removed(opened) ||
      shm_companion_open(opened->id, header->birth_mark, true, options, attempt, &companion) != SHM_OK) {
    return false;
  }
  judged = shm_is_write_locked(companion, SHM_BYTE_REMOVE);
  close(companion);
  return judged;
}

/* Opens a segment of ours and reads its header, once it is ready. */
SHM_APART shm_status shm_open_ready(const shm_address *address, bool read_only, const shm_options *options,
                                    shm_attempt attempt, shm_opened *opened, shm_header *header) {
  uint64_t patience_ends = shm_monotonic_ns() + SHM_BIRTH_PATIENCE_NS;
  bool retired = false;
  for (;;) {
    bool blank = false;
    shm_status status = shm_open_address(address, read_only, options, attempt, opened);
    if (status != SHM_OK) {
      return status;
    }
    status = shm_read_header(opened, attempt, header, &blank);
    if (status == SHM_OK && !blank && header->state == SHM_SEGMENT_READY) {
      return SHM_OK;
    }
    if (status == SHM_OK && !blank && header->state == SHM_SEGMENT_RETIRED &&
        (shm_is_being_judged(opened, header, options, attempt) || !retired)) {
      /* Looked at twice: it may be judged to be ready before the lock is looked at. */
      retired = true;
      if (shm_monotonic_ns() > patience_ends) {
        status = shm_fail(attempt, SHM_BUSY, SHM_REMOVED_ALL_THE_TIME);
      }
    } else if (status == SHM_OK && !blank && header->state == SHM_SEGMENT_RETIRED) {
      status = shm_fail(attempt, SHM_REMOVED, "it was removed");
    } else if (status == SHM_OK && !blank && header->state > SHM_SEGMENT_RETIRED) {
      shm_text *why = shm_explain_attempt(attempt, SHM_CORRUPT);
      shm_add(why, "its state is ");
      shm_add_number(why, header->state);
      status = SHM_CORRUPT;
    } else if (status == SHM_OK && opened->is_memfd) {
      status = shm_await_memfd(header, patience_ends, attempt);
    } else if (status == SHM_OK && opened->has_file) {
      status = shm_fail(attempt, SHM_CORRUPT,
                        "its header says that it is not ready, but it gets its name when it is");
    } else if (status == SHM_OK) {
      status = shm_await_birth(opened, patience_ends, attempt);
    }
    shm_opened_close(opened);
    if (status != SHM_OK) {
      return status;
    }
    shm_sys_sleep_ms(1);
  }
}

/* `acme.market 2.1`, for messages. */
SHM_APART void shm_add_title(shm_text *text, const char *schema, size_t schema_max, const char *version,
                             size_t version_max) {
  if (schema[0] == '\0') {
    shm_add(text, "no schema");
    return;
  }
  shm_add_outside(text, schema, schema_max);
  if (version[0] != '\0') {
    shm_add(text, " ");
    shm_add_outside(text, version, version_max);
  }
}

/* A table of what this program wanted, whose segment it is, and what to do. */
SHM_APART void shm_add_both_sides(shm_text *text, const shm_header *header, const shm_segment_spec *spec,
                                  uint64_t pid_namespace, shm_attempt attempt) {
  const char *bytes = SHM_CAST(const char *, SHM_CAST(const void *, header->bytes));
  uint32_t creator = shm_get32(bytes, SHM_HEADER_CREATOR_PID);
  shm_add(text, "\n  yours     ");
  shm_add_title(text, spec->schema, SIZE_MAX, spec->version, SIZE_MAX);
  shm_add(text, ", shmgen " SHM_RUNTIME_VERSION_TEXT "\n  segment   ");
  shm_add_title(text, bytes + SHM_HEADER_SCHEMA_NAME, 128, bytes + SHM_HEADER_SCHEMA_VERSION, 16);
  shm_add(text, ", shmgen ");
  shm_add_outside(text, bytes + SHM_HEADER_TOOL_VERSION, 16);
  shm_add(text, ", made by pid ");
  shm_add_number(text, creator);
  shm_add(text, " (");
  shm_add_outside(text, bytes + SHM_HEADER_CREATOR_PROGRAM, 16);
  if (shm_get64(bytes, SHM_HEADER_CREATOR_PID_NAMESPACE) != pid_namespace) {
    shm_add(text, ", of another pid namespace");
  } else {
    shm_add(text, shm_pid_is_dead(creator) ? ", gone" : ", alive");
  }
  shm_add(text, ")\n  to do     build both programs from one schema; or, if nobody needs it, `shmgen rm ");
  shm_add_outside(text, attempt.address, SIZE_MAX);
  shm_add(text, "`");
}

/* Refuses a segment of another contract, and says what differs. */
SHM_APART shm_status shm_compare_contracts(const shm_opened *opened, const shm_header *header,
                                           const shm_segment_spec *spec, uint64_t pid_namespace,
                                           shm_attempt attempt) {
  size_t size = SHM_CAST(size_t, header->contract_size); /* at most SHM_CONTRACT_MAX, as was checked */
  char *theirs;
  shm_status status;
  if (memcmp(header->bytes + SHM_HEADER_FINGERPRINT, spec->fingerprint, 16) == 0) {
    return SHM_OK;
  }
  theirs = SHM_CAST(char *, malloc(size + 1));
  if (theirs == NULL) {
    return shm_fail_memory(attempt);
  }
  status = shm_opened_read(opened, header->contract_offset, theirs, size, attempt);
  if (status == SHM_OK) {
    shm_text *why = shm_explain_attempt(attempt, SHM_MISMATCH);
    shm_tell_difference(why, spec->contract, SHM_CAST(size_t, spec->contract_size), theirs, size);
    shm_add_both_sides(why, header, spec, pid_namespace, attempt);
    status = SHM_MISMATCH;
  }
  free(theirs);
  return status;
}

/*
 * Where the objects lie, as the directory says, each checked against the
 * geometry that the contract asks for: in order, behind the participants and
 * before the contract.
 */
SHM_APART shm_status shm_read_directory(const shm_opened *opened, const shm_header *header, shm_core *core,
                                        shm_attempt attempt) {
  const shm_segment_spec *spec = core->spec;
  const char *fault = NULL;
  uint64_t end =
      header->participants_offset + SHM_CAST(uint64_t, header->participants_count) * SHM_RECORD_SIZE;
  shm_text *why;
  if (header->directory_count != spec->object_count) {
    fault = "it has another number of objects than the contract";
  }
  for (uint32_t i = 0; fault == NULL && i < spec->object_count; i++) {
    unsigned char entry[SHM_ENTRY_SIZE];
    uint64_t at = header->directory_offset + SHM_CAST(uint64_t, i) * SHM_ENTRY_SIZE;
    uint64_t offset;
    shm_status status = shm_opened_read(opened, at, entry, sizeof entry, attempt);
    if (status != SHM_OK) {
      return status;
    }
    offset = shm_get64(entry, 8);
    if (shm_get32(entry, 0) != spec->objects[i].kind || shm_get64(entry, 16) != spec->objects[i].size) {
      fault = "an object has another kind or size than the contract says";
    } else if (offset < end || offset % spec->objects[i].align != 0) {
      fault = "an object overlaps another part or is not aligned";
    } else if (__builtin_add_overflow(offset, spec->objects[i].size, &end) || end > header->contract_offset) {
      fault = "an object lies outside its place";
    }
    core->places[i] = offset;
  }
  if (fault == NULL) {
    return SHM_OK;
  }
  why = shm_explain_attempt(attempt, SHM_CORRUPT);
  shm_add(why, "its directory is damaged: ");
  shm_add(why, fault);
  return SHM_CORRUPT;
}
