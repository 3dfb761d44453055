/* ---- Attachments --------------------------------------------------------
 *
 * Taking part in a segment of a schema. Each handle on its objects is for one
 * thread at a time (SHM_CHECK_THREADS checks it), and so is what makes or ends
 * them; two handles of one attachment may be used by two threads. Attaching twice
 * in one process is two participants.
 *
 * An attachment may be moved by copying its bytes and forgetting the original.
 * One that is all zero is not attached.
 */

/* Unmaps and closes; what the segment knows of this attachment is settled. */
SHM_APART void shm_core_unmap(shm_core *core) {
  __atomic_store_n(&core->birth, SHM_DETACHED, __ATOMIC_RELAXED);
  shm_opened_close(&core->segment);
  shm_watch_end(core->watch);
  if (core->companion_page != NULL) {
    munmap(core->companion_page, 4096);
    core->companion_page = NULL;
  }
  shm_close_kept(core->companion, &core->companion_place);
  core->companion = -1;
  core->takes_part = false;
}

/* Gives up what handles have not given up, and the participant record. */
SHM_APART void shm_core_leave(shm_core *core) {
  shm_leave_objects(core);
  shm_release_record(core);
}

/*
 * Detaches: gives up the roles that are still held, unmaps and closes. It never
 * removes the segment. Does nothing if nothing is attached. In a forked child
 * it only unmaps and closes, since the part in the segment is its parent's.
 */
SHM_APART void shm_attachment_detach(shm_attachment *attachment) {
  shm_core *core = attachment->core;
  attachment->core = NULL;
  if (core == NULL) {
    return;
  }
  if (__atomic_fetch_sub(&core->shares, 1, __ATOMIC_ACQ_REL) == 1) {
    if (core->takes_part && !shm_core_finds_fork(core)) {
      shm_core_leave(core);
    }
    shm_core_unmap(core);
  }
  shm_core_drop(core);
}

/*
 * Another attachment that shares this one's part: the segment is detached when
 * both are. For handles that outlive the attachment they were made from, as in
 * C++. `to` is overwritten.
 */
SHM_APART void shm_attachment_share(shm_attachment *to, const shm_attachment *from) {
  to->core = from->core;
  if (to->core != NULL) {
    __atomic_fetch_add(&to->core->shares, 1, __ATOMIC_RELAXED);
    shm_core_hold(to->core);
  }
}

/* A core that was not attached after all. */
SHM_APART shm_status shm_core_abandon(shm_core *core, shm_status status) {
  shm_attachment attachment;
  attachment.core = core;
  shm_attachment_detach(&attachment);
  return status;
}

/* What an operation on an attachment begins with. */
typedef struct shm_request {
  shm_address address;
  shm_options options;
  shm_attempt attempt;
} shm_request;

SHM_APART shm_status shm_begin_request(shm_request *request, const char *verb, const shm_segment_spec *spec,
                                       const char *address, const shm_options *options) {
  shm_status status = shm_check_spec(spec);
  if (status == SHM_OK) {
    status = shm_parse_address(address != NULL ? address : spec->address, &request->address);
  }
  if (status != SHM_OK) {
    return status;
  }
  memset(&request->options, 0, sizeof request->options);
  if (options != NULL) {
    request->options = *options;
  }
  if (request->options.mode == 0) {
    request->options.mode = spec->mode;
  }
  if (request->options.owner == NULL) {
    request->options.owner = spec->owner;
  }
  if (request->options.group == NULL) {
    request->options.group = spec->group;
  }
  request->options.schema_owner = spec->owner;
  request->options.schema_pages = spec->pages;
  request->attempt = shm_attempt_to(verb, request->address.text);
  return SHM_OK;
}

SHM_APART shm_status shm_create_request(shm_core **made, const shm_segment_spec *spec, shm_request *request) {
  shm_attempt attempt = request->attempt;
  shm_making making;
  shm_core *core;
  shm_status status = shm_decide_making(&request->options, attempt, &making);
  if (status != SHM_OK) {
    return status;
  }
  core = shm_core_new(spec, request->address.text);
  if (core == NULL) {
    return shm_fail_memory(attempt);
  }
  status = shm_birthplace_here(attempt, &core->fork_word, &core->birth);
  if (status != SHM_OK) {
    free(core);
    return status;
  }
  core->compares_pids = shm_birthplace_is_unwiped();
  memcpy(core->places, spec->object_offsets, SHM_CAST(size_t, spec->object_count) * sizeof(uint64_t));
  core->participants_offset = SHM_HEADER_SIZE + SHM_CAST(uint64_t, spec->object_count) * SHM_ENTRY_SIZE;
  core->participants_count = spec->participants;
  status = request->address.kind == SHM_ADDRESS_POSIX
               ? shm_create_posix(core, &request->address, &making, attempt)
           : request->address.kind == SHM_ADDRESS_MEMFD && request->address.number == 0
               ? shm_create_memfd(core, &request->address, &making, attempt)
               : shm_create_sysv(core, &request->address, &making, &request->options, attempt);
  if (status != SHM_OK) {
    return shm_core_abandon(core, status);
  }
  shm_keep_out_of_core(core->segment.base, core->segment.size, request->options.core_dump);
  if (strlen(request->address.text) < SHM_CHOSEN_ADDRESS_SIZE) {
    memcpy(core->address, request->address.text, strlen(request->address.text) + 1);
  }
  *made = core;
  return SHM_OK;
}

/* Maps what was opened and checked, and takes part in it. */
SHM_APART shm_status shm_join(shm_core *core, const shm_header *header, const shm_request *request,
                              bool *again) {
  shm_opened *segment = &core->segment;
  bool counted = true;
  shm_attempt attempt = request->attempt;
  shm_status status = shm_opened_map(segment, attempt);
  if (status == SHM_OK && segment->is_memfd) {
    /* By its own descriptor, which is there as long as this is; the one that was
     * named may be closed at any moment. */
    shm_descriptor_address(segment->fd, core->address);
  }
  if (status == SHM_OK) {
    shm_keep_out_of_core(segment->base, segment->size, request->options.core_dump);
  }
  if (status == SHM_OK && request->options.prefault) {
    status = shm_prefault(segment->base, SHM_CAST(size_t, segment->size), !segment->read_only, attempt);
  }
  if (status == SHM_OK && !segment->has_file) {
    status = shm_companion_open(segment->id, header->birth_mark, segment->read_only, &request->options,
                                attempt, &core->companion);
    core->companion = status == SHM_OK ? core->companion : -1;
  }
  if (status == SHM_OK && !segment->has_file) {
    status = shm_core_hold_companion(core, attempt);
  }
  if (status == SHM_OK && !segment->read_only) {
    status = shm_claim_record(core, attempt);
  } else if (status == SHM_OK) {
    /* For counting only; a failure changes nothing. */
    counted = shm_try_lock(shm_core_new_lock_file(core), SHM_BYTE_READERS, F_RDLCK) != SHM_LOCK_HELD;
  }
  /* A process that removes what nobody uses keeps everybody out for a moment. */
  if ((status == SHM_TABLE_FULL || !counted) &&
      shm_is_write_locked(shm_core_new_lock_file(core), SHM_BYTE_REMOVE)) {
    *again = true;
    return SHM_BUSY;
  }
  /* It may be gone since: then every lock was held, and nobody is in the table. */
  *again = status == SHM_TABLE_FULL && !shm_has_holder(core);
  return status;
}

/* One try to attach; `again` if it was removed between the look and the claim, or
 * somebody who removes what nobody uses keeps everybody out. */
SHM_APART shm_status shm_try_attach(shm_core *core, const shm_request *request, bool read_only, bool *again) {
  shm_attempt attempt = request->attempt;
  shm_header header;
  shm_status status =
      shm_open_ready(&request->address, read_only, &request->options, attempt, &core->segment, &header);
  if (status != SHM_OK) {
    return status;
  }
  status = shm_compare_contracts(&core->segment, &header, core->spec, core->pid_namespace, attempt);
  if (status == SHM_OK) {
    status = shm_read_directory(&core->segment, &header, core, attempt);
  }
  core->participants_offset = header.participants_offset;
  core->participants_count = header.participants_count;
  if (status == SHM_OK) {
    status = shm_join(core, &header, request, again);
  }
  if (status != SHM_OK) {
    return status;
  }
  /* Whoever removes looks for participants after it has retired the segment; so
   * one of both sees the other. */
  shm_fence();
  *again = __atomic_load_n(shm_core_state(core), __ATOMIC_ACQUIRE) != SHM_SEGMENT_READY ||
           shm_opened_is_removed(&core->segment);
  return *again ? SHM_REMOVED : SHM_OK;
}

SHM_APART shm_status shm_attach_request(shm_core **made, const shm_segment_spec *spec,
                                        const shm_request *request, bool read_only) {
  uint64_t deadline = shm_deadline_after(SHM_REMOVAL_PATIENCE_NS);
  for (;;) {
    bool again = false;
    shm_core *core = shm_core_new(spec, request->address.text);
    shm_status status;
    if (core == NULL) {
      return shm_fail_memory(request->attempt);
    }
    status = shm_birthplace_here(request->attempt, &core->fork_word, &core->birth);
    if (status != SHM_OK) {
      free(core);
      return status;
    }
    core->compares_pids = shm_birthplace_is_unwiped();
    status = shm_try_attach(core, request, read_only, &again);
    if (status == SHM_OK) {
      *made = core;
      return SHM_OK;
    }
    shm_core_abandon(core, status);
    if (!again) {
      return status;
    }
    if (shm_time_left(deadline) == 0 && status == SHM_TABLE_FULL) {
      return status; /* which says who keeps everybody out */
    }
    if (shm_time_left(deadline) == 0) {
      return status == SHM_BUSY
                 ? shm_fail(request->attempt, status, SHM_REMOVED_ALL_THE_TIME)
                 : shm_fail(request->attempt, status, "it was removed again and again meanwhile");
    }
    shm_sys_sleep_ms(1);
  }
}
