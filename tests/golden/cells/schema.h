/* [65 lines as in ../struct/schema.h, with 0df2fdcf] */
/* The segment feed: 12288 bytes, at posix:/golden.feed unless told otherwise.
 *
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_cell_writer each_writer;
  shm_cell_reader each_reader;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[111] = {
    0x53, 0x6a, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x54, 0x3e, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x66, 0x21, 0x00, 0x00, 0x00, 0x06, 0x00, 0x6e, 0x75, 0x6d, 0x62, 0x65, 0x72, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x75, 0x36, 0x34, 0x00, 0x00, 0x00, 0x00, 0x56, 0x14, 0x00, 0x00, 0x00, 0x04, 0x00, 0x65, 0x61, 0x63,
    0x68, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"each", SHM_KIND_CELLS, 3, 8, 1, 0, 8, 128, 3840, 128},
/* [17 lines as in ../segment/schema.h] */
    111,
    { 0x69, 0xc2, 0x23, 0xc6, 0xcf, 0x20, 0xbf, 0x27, 0xc5, 0x1b, 0x6f, 0x49, 0xbb, 0xae, 0xf5, 0xd8 },
    golden_Feed_objects,
    1,
    0,
    12288,
    8576,
/* [72 lines as in ../segment/schema.h] */
  shm_cell_writer_release(&segment->each_writer);
  shm_cell_reader_close(&segment->each_reader);
/* [8 lines as in ../segment/schema.h] */
/* The 3 cells of each: the first store claims the role of its writer; SHM_ROLE_TAKEN names who has it. It
 * is given up by detach. Any number may load, also those who are attached read-only. */
enum { golden_Feed_each_COUNT = 3 };

SHM_APART shm_status golden_Feed_each_writer(golden_Feed *segment) {
  return shm_cell_writer_claim(&segment->each_writer, &segment->attachment, 0);
}

SHM_APART shm_status golden_Feed_each_reader(golden_Feed *segment) {
  return shm_cell_reader_open(&segment->each_reader, &segment->attachment, 0);
}

/* The role, claimed when it is used first; and what loads, opened likewise. */
SHM_HOT shm_status golden_Feed_each_claimed_writer(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_writer_is_claimed(&segment->each_writer)) ? SHM_OK : golden_Feed_each_writer(segment);
}

SHM_HOT shm_status golden_Feed_each_open_reader(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_reader_is_open(&segment->each_reader)) ? SHM_OK : golden_Feed_each_reader(segment);
}

/* Stores a value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_each_store_at(golden_Feed *segment, size_t index, const golden_Tick *value) {
  const shm_status status = golden_Feed_each_claimed_writer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_writer_store(&segment->each_writer, index, value, sizeof *value);
}

/* The slot of the next value, all zero, to be filled in place and committed. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_each_reserve_at(golden_Feed *segment, size_t index, golden_Tick **value) {
  void *payload = NULL;
  shm_status status = golden_Feed_each_claimed_writer(segment);
  if (status == SHM_OK) {
    status = shm_cell_writer_reserve(&segment->each_writer, index, sizeof(golden_Tick), &payload);
  }
  *value = SHM_CAST(golden_Tick *, payload);
  return status;
}

/* Stores the value in the slot that was reserved. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_each_commit(golden_Feed *segment) {
  return shm_cell_writer_commit(&segment->each_writer);
}

/* Loads the latest value and its version, which counts the stores: zero bytes, version 0 before the first one. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_each_load_versioned_at(golden_Feed *segment, size_t index, golden_Tick *value,
                                                              uint64_t *version) {
  const shm_status status = golden_Feed_each_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_load(&segment->each_reader, index, value, sizeof *value, version);
}

/* Loads the latest value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_each_load_at(golden_Feed *segment, size_t index, golden_Tick *value) {
  uint64_t version;
  return golden_Feed_each_load_versioned_at(segment, index, value, &version);
}

/* Loads the first value after `*version`, and its version, waiting for it this many nanoseconds (UINT64_MAX: for ever);
 * SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_each_wait_next_at(golden_Feed *segment, size_t index, uint64_t *version,
                                                             golden_Tick *value, uint64_t ns) {
  const shm_status status = golden_Feed_each_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_wait_newer(&segment->each_reader, index, version, value, sizeof *value, ns);
}

/* The same, of which the version does not matter. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_each_wait_newer_at(golden_Feed *segment, size_t index, uint64_t version,
                                                              golden_Tick *value, uint64_t ns) {
  return golden_Feed_each_wait_next_at(segment, index, &version, value, ns);
}

/* Asks for the numbers of the cells. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_each_stat(const golden_Feed *segment, shm_cell_facts *facts) {
  return shm_cell_stat(&segment->attachment, 0, facts);
/* [9 lines as in ../struct/schema.h] */
