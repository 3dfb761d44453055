/* [65 lines as in ../struct/schema.h, with 7b8b1390] */
/* The segment feed: 8192 bytes, at posix:/golden.feed unless told otherwise.
 *
 * Created and shown by stat, and without functions yet:
 *
 * - `stop` (event)
 *
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[30] = {
    0x53, 0x19, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x4e, 0x06, 0x00, 0x00, 0x00,
    0x04, 0x00, 0x73, 0x74, 0x6f, 0x70,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"stop", SHM_KIND_EVENT, 0, 0, 0, 0, 0, 0, 128, 128},
};

static const uint64_t golden_Feed_offsets[1] = {
    4736,
};

static const shm_segment_spec golden_Feed_spec = {
    "golden",
    "1.0",
    "feed",
    "posix:/golden.feed",
    0600,
    64,
    NULL,
    NULL,
    0,
    golden_Feed_contract,
    30,
    { 0x1f, 0x0f, 0x26, 0xfb, 0xda, 0x4c, 0x40, 0x0b, 0x2e, 0xcb, 0x37, 0x47, 0x23, 0x4f, 0x49, 0xcc },
    golden_Feed_objects,
    1,
    0,
    8192,
    4864,
    golden_Feed_offsets,
};

/* Nothing attached, nothing claimed. */
SHM_INLINE void golden_Feed_init(golden_Feed *segment) { memset(segment, 0, sizeof *segment); }

/* Creates the segment. `address` NULL: the schema's; `options` NULL: as the schema says. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_create_with(golden_Feed *segment, const char *address,
                                                             const shm_options *options) {
  golden_Feed_init(segment);
  return shm_attachment_create(&segment->attachment, &golden_Feed_spec, address, options);
}

/* Creates the segment; SHM_EXISTS if there is one. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_create(golden_Feed *segment, const char *address) {
  return golden_Feed_create_with(segment, address, NULL);
}

/* Attaches to the segment. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_attach_with(golden_Feed *segment, const char *address,
                                                             const shm_options *options) {
  golden_Feed_init(segment);
  return shm_attachment_attach(&segment->attachment, &golden_Feed_spec, address, options);
}

/* Attaches to the segment; SHM_NOT_FOUND if there is none, SHM_MISMATCH if it is of another contract. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_attach(golden_Feed *segment, const char *address) {
  return golden_Feed_attach_with(segment, address, NULL);
}

/* Attaches to the segment for reading only. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_attach_read_only_with(golden_Feed *segment, const char *address,
                                                                       const shm_options *options) {
  golden_Feed_init(segment);
  return shm_attachment_attach_read_only(&segment->attachment, &golden_Feed_spec, address, options);
}

/* Attaches to the segment for reading only. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_attach_read_only(golden_Feed *segment, const char *address) {
  return golden_Feed_attach_read_only_with(segment, address, NULL);
}

/* Attaches to the segment, or creates it if there is none. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_open_or_create_with(golden_Feed *segment, const char *address,
                                                                     const shm_options *options) {
  golden_Feed_init(segment);
  return shm_attachment_open_or_create(&segment->attachment, &golden_Feed_spec, address, options);
}

/* Attaches to the segment, or creates it if there is none. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_open_or_create(golden_Feed *segment, const char *address) {
  return golden_Feed_open_or_create_with(segment, address, NULL);
}

/* A new descriptor of a segment in a memfd, to be handed to another process; see shm_send_descriptor. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_descriptor(const golden_Feed *segment, int *fd) {
  return shm_attachment_descriptor(&segment->attachment, fd);
}

/* Asks what the system and the segment know of it. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_stat(const golden_Feed *segment, shm_attachment_facts *facts) {
  return shm_attachment_stat(&segment->attachment, facts);
}

/* Changes owner and permissions; UINT32_MAX keeps what is. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_set(const golden_Feed *segment, uint32_t uid, uint32_t gid,
                                                    uint32_t mode) {
  return shm_attachment_set(&segment->attachment, uid, gid, mode);
}

/* Gives up every role and detaches; the segment stays. */
SHM_INLINE void golden_Feed_detach(golden_Feed *segment) {
  shm_attachment_detach(&segment->attachment);
}

/* Takes the segment's name away. Attached processes keep the memory. */
SHM_INLINE shm_status golden_Feed_remove(const char *address) {
  return shm_remove(address != NULL ? address : golden_Feed_spec.address);
/* [9 lines as in ../struct/schema.h] */
