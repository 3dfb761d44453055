/* ---- Create, attach, remove ---------------------------------------------
 *
 * All of them take the segment's constant spec, an address or NULL for the
 * spec's own, and options or NULL for the spec's own; `attachment` is
 * overwritten whatever it holds, and all zero after a failure.
 */

/* Attaches, and again while there is no such segment, as long as the options say. */
SHM_APART shm_status shm_attach_waiting(shm_core **made, const shm_segment_spec *spec, shm_request *request,
                                        bool read_only) {
  shm_patience patience = shm_patience_of(&request->options);
  shm_status status;
  do {
    status = shm_attach_request(made, spec, request, read_only);
  } while (shm_attach_again(&patience, status));
  return status;
}

/*
 * Attaches to the segment for reading and writing, if it is of this contract;
 * a SHM_MISMATCH is explained by shm_last_error, with the first difference.
 */
SHM_NODISCARD SHM_APART shm_status shm_attachment_attach(shm_attachment *attachment,
                                                         const shm_segment_spec *spec, const char *address,
                                                         const shm_options *options) {
  shm_request request;
  shm_status status = shm_begin_request(&request, "attach to", spec, address, options);
  attachment->core = NULL;
  return status == SHM_OK ? shm_attach_waiting(&attachment->core, spec, &request, false) : status;
}

/* Attaches for reading only: no role can be claimed. */
SHM_NODISCARD SHM_APART shm_status shm_attachment_attach_read_only(shm_attachment *attachment,
                                                                   const shm_segment_spec *spec,
                                                                   const char *address,
                                                                   const shm_options *options) {
  shm_request request;
  shm_status status = shm_begin_request(&request, "attach to", spec, address, options);
  attachment->core = NULL;
  return status == SHM_OK ? shm_attach_waiting(&attachment->core, spec, &request, true) : status;
}

/*
 * Attaches to the segment, or creates it if there is none. An existing one is
 * never reset.
 */
SHM_NODISCARD SHM_APART shm_status shm_attachment_open_or_create(shm_attachment *attachment,
                                                                 const shm_segment_spec *spec,
                                                                 const char *address,
                                                                 const shm_options *options) {
  shm_request attach;
  shm_request create;
  shm_status status = shm_begin_request(&attach, "attach to", spec, address, options);
  attachment->core = NULL;
  if (status != SHM_OK) {
    return status;
  }
  create = attach;
  create.attempt = shm_attempt_to("create", create.address.text);
  attach.attempt = shm_attempt_to("attach to", attach.address.text);
  /* Until one of them says something definite. */
  for (int tries = 0; tries < 1000; tries++) {
    status = shm_attach_request(&attachment->core, spec, &attach, false);
    if (status != SHM_NOT_FOUND && status != SHM_REMOVED) {
      break;
    }
    status = shm_create_request(&attachment->core, spec, &create);
    if (status != SHM_EXISTS && status != SHM_REMOVED) {
      break;
    }
  }
  if (status == SHM_OK) {
    shm_fail_briefly(SHM_OK); /* that it was not there before is no failure */
  }
  return status;
}

/*
 * Creates the segment. SHM_EXISTS if there is one, unless
 * options->attach_existing: then it attaches to that, without a change.
 */
SHM_NODISCARD SHM_APART shm_status shm_attachment_create(shm_attachment *attachment,
                                                         const shm_segment_spec *spec, const char *address,
                                                         const shm_options *options) {
  shm_request request;
  shm_status status;
  if (options != NULL && options->attach_existing) {
    return shm_attachment_open_or_create(attachment, spec, address, options);
  }
  status = shm_begin_request(&request, "create", spec, address, options);
  attachment->core = NULL;
  return status == SHM_OK ? shm_create_request(&attachment->core, spec, &request) : status;
}

/*
 * Takes the name of the very segment that is attached away. A process that is attached
 * keeps the memory, drains the queues and gets SHM_REMOVED after that; the name
 * is free for a new segment.
 */
SHM_APART shm_status shm_attachment_remove(shm_attachment *attachment) {
  const shm_core *core = shm_core_of(attachment);
  if (core == NULL) {
    shm_add(shm_explain(SHM_INVALID),
            "nothing is attached that could be removed; shm_remove takes an address");
    return SHM_INVALID;
  }
  return shm_opened_remove(&core->segment, core->address);
}

/*
 * A new descriptor of a memfd, to be handed to another process: by
 * shm_send_descriptor, or to a child. It holds no part in the segment, and keeps
 * the memory until it is closed.
 */
SHM_NODISCARD SHM_APART shm_status shm_attachment_descriptor(const shm_attachment *attachment, int *fd) {
  const shm_core *core = shm_core_of(attachment);
  *fd = -1;
  if (core == NULL) {
    shm_add(shm_explain(SHM_INVALID), "nothing is attached that could be handed over");
    return SHM_INVALID;
  }
  return shm_opened_descriptor(&core->segment, core->address, fd);
}

/* The address, with the name that was chosen if it was "posix:"; "" if nothing
 * is attached. */
SHM_INLINE const char *shm_attachment_address(const shm_attachment *attachment) {
  const shm_core *core = shm_core_of(attachment);
  return core == NULL ? "" : core->address;
}

SHM_INLINE bool shm_attachment_is_read_only(const shm_attachment *attachment) {
  const shm_core *core = shm_core_of(attachment);
  return core != NULL && core->segment.read_only;
}
