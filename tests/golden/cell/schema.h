/* [67 lines as in ../segment/schema.h, with 59fd70ca] */
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_cell_writer last_writer;
  shm_cell_reader last_reader;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[103] = {
    0x53, 0x62, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x54, 0x3e, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x66, 0x21, 0x00, 0x00, 0x00, 0x06, 0x00, 0x6e, 0x75, 0x6d, 0x62, 0x65, 0x72, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x75, 0x36, 0x34, 0x00, 0x00, 0x00, 0x00, 0x43, 0x0c, 0x00, 0x00, 0x00, 0x04, 0x00, 0x6c, 0x61, 0x73,
    0x74, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"last", SHM_KIND_CELL, 0, 8, 1, 0, 8, 128, 1280, 128},
/* [17 lines as in ../segment/schema.h] */
    103,
    { 0x46, 0x33, 0xa8, 0xe7, 0x84, 0x50, 0x4d, 0x74, 0xa5, 0xd7, 0x24, 0x77, 0x03, 0x62, 0x62, 0x86 },
    golden_Feed_objects,
    1,
    0,
    8192,
    6016,
/* [72 lines as in ../segment/schema.h] */
  shm_cell_writer_release(&segment->last_writer);
  shm_cell_reader_close(&segment->last_reader);
/* [8 lines as in ../segment/schema.h] */
/* The one before now. */
/* The cell last: the first store claims the role of its writer; SHM_ROLE_TAKEN names who has it. It
 * is given up by detach. Any number may load, also those who are attached read-only. */
SHM_APART shm_status golden_Feed_last_writer(golden_Feed *segment) {
  return shm_cell_writer_claim(&segment->last_writer, &segment->attachment, 0);
}

SHM_APART shm_status golden_Feed_last_reader(golden_Feed *segment) {
  return shm_cell_reader_open(&segment->last_reader, &segment->attachment, 0);
}

/* The role, claimed when it is used first; and what loads, opened likewise. */
SHM_HOT shm_status golden_Feed_last_claimed_writer(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_writer_is_claimed(&segment->last_writer)) ? SHM_OK : golden_Feed_last_writer(segment);
}

SHM_HOT shm_status golden_Feed_last_open_reader(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_reader_is_open(&segment->last_reader)) ? SHM_OK : golden_Feed_last_reader(segment);
}

/* Stores a value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_last_store(golden_Feed *segment, const golden_Tick *value) {
  const shm_status status = golden_Feed_last_claimed_writer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_writer_store(&segment->last_writer, 0, value, sizeof *value);
}

/* The slot of the next value, all zero, to be filled in place and committed. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_last_reserve(golden_Feed *segment, golden_Tick **value) {
  void *payload = NULL;
  shm_status status = golden_Feed_last_claimed_writer(segment);
  if (status == SHM_OK) {
    status = shm_cell_writer_reserve(&segment->last_writer, 0, sizeof(golden_Tick), &payload);
  }
  *value = SHM_CAST(golden_Tick *, payload);
  return status;
}

/* Stores the value in the slot that was reserved. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_last_commit(golden_Feed *segment) {
  return shm_cell_writer_commit(&segment->last_writer);
}

/* Loads the latest value and its version, which counts the stores: zero bytes, version 0 before the first one. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_last_load_versioned(golden_Feed *segment, golden_Tick *value,
                                                              uint64_t *version) {
  const shm_status status = golden_Feed_last_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_load(&segment->last_reader, 0, value, sizeof *value, version);
}

/* Loads the latest value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_last_load(golden_Feed *segment, golden_Tick *value) {
  uint64_t version;
  return golden_Feed_last_load_versioned(segment, value, &version);
}

/* Loads the first value after `*version`, and its version, waiting for it this many nanoseconds (UINT64_MAX: for ever);
 * SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_last_wait_next(golden_Feed *segment, uint64_t *version,
                                                             golden_Tick *value, uint64_t ns) {
  const shm_status status = golden_Feed_last_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_wait_newer(&segment->last_reader, 0, version, value, sizeof *value, ns);
}

/* The same, of which the version does not matter. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_last_wait_newer(golden_Feed *segment, uint64_t version,
                                                              golden_Tick *value, uint64_t ns) {
  return golden_Feed_last_wait_next(segment, &version, value, ns);
}

/* Asks for the numbers of the cell. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_last_stat(const golden_Feed *segment, shm_cell_facts *facts) {
  return shm_cell_stat(&segment->attachment, 0, facts);
/* [9 lines as in ../struct/schema.h] */
