/* [26 lines as in ../empty/schema.h, with fbc46245] */
/* Macros of headers that may be included before, put aside up to the end of this one. */
#pragma push_macro("log")
#undef log
/* [40 lines as in ../struct/schema.h, with fbc46245] */
/* The segment feed: 20480 bytes, at posix:/golden.feed unless told otherwise.
 *
 * Created and shown by stat, and without functions yet:
 *
 * - `lanes` (queue)
 * - `log` (ring)
 * - `pipe` (stream)
 * - `news` (topic)
 * - `now` (state)
 * - `stop` (event)
 * - `counts` (counters)
 * - `blob` (raw)
 *
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_cell_writer latest_writer;
  shm_cell_reader latest_reader;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[312] = {
    0x53, 0x33, 0x01, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x54, 0x3e, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x66, 0x21, 0x00, 0x00, 0x00, 0x06, 0x00, 0x6e, 0x75, 0x6d, 0x62, 0x65, 0x72, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x75, 0x36, 0x34, 0x00, 0x00, 0x00, 0x00, 0x4c, 0x1d, 0x00, 0x00, 0x00, 0x05, 0x00, 0x6c, 0x61, 0x6e,
    0x65, 0x73, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x52, 0x15, 0x00, 0x00, 0x00, 0x03, 0x00, 0x6c, 0x6f, 0x67, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x42, 0x0e, 0x00, 0x00, 0x00, 0x04, 0x00, 0x70, 0x69, 0x70, 0x65, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x14, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x6e, 0x65, 0x77, 0x73, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43, 0x0e,
    0x00, 0x00, 0x00, 0x06, 0x00, 0x6c, 0x61, 0x74, 0x65, 0x73, 0x74, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x41, 0x0b, 0x00, 0x00, 0x00, 0x03, 0x00,
    0x6e, 0x6f, 0x77, 0x04, 0x00, 0x54, 0x69, 0x63, 0x6b, 0x4e, 0x06, 0x00, 0x00, 0x00, 0x04, 0x00, 0x73, 0x74, 0x6f, 0x70, 0x4b, 0x2c, 0x00, 0x00,
    0x00, 0x06, 0x00, 0x63, 0x6f, 0x75, 0x6e, 0x74, 0x73, 0x6b, 0x0d, 0x00, 0x00, 0x00, 0x06, 0x00, 0x70, 0x75, 0x73, 0x68, 0x65, 0x64, 0x03, 0x00,
    0x75, 0x36, 0x34, 0x6b, 0x0d, 0x00, 0x00, 0x00, 0x06, 0x00, 0x70, 0x6f, 0x70, 0x70, 0x65, 0x64, 0x03, 0x00, 0x75, 0x36, 0x34, 0x57, 0x16, 0x00,
    0x00, 0x00, 0x04, 0x00, 0x62, 0x6c, 0x6f, 0x62, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const shm_object_spec golden_Feed_objects[9] = {
    {"lanes", SHM_KIND_QUEUE_LANES, 2, 8, 4, 1, 4, 16, 1536, 128},
    {"log", SHM_KIND_RING, 0, 1, 4096, 512, 4600, 1, 5112, 128},
    {"pipe", SHM_KIND_STREAM, 0, 1, 1024, 128, 1152, 1, 1664, 128},
    {"news", SHM_KIND_TOPIC, 0, 8, 4, 0, 5, 16, 336, 128},
    {"latest", SHM_KIND_CELL, 0, 8, 1, 0, 8, 128, 1280, 128},
    {"now", SHM_KIND_STATE, 0, 8, 1, 0, 2, 128, 640, 128},
    {"stop", SHM_KIND_EVENT, 0, 0, 0, 0, 0, 0, 128, 128},
    {"counts", SHM_KIND_COUNTERS, 0, 8, 2, 0, 2, 128, 256, 128},
    {"blob", SHM_KIND_RAW, 0, 1, 100, 0, 100, 1, 100, 128},
};

static const uint64_t golden_Feed_offsets[9] = {
    5248,
    6784,
    11904,
    13568,
    13952,
    15232,
    15872,
    16000,
    16256,
/* [13 lines as in ../segment/schema.h] */
    312,
    { 0x23, 0x3e, 0x57, 0x12, 0x1f, 0x40, 0x24, 0x4a, 0xad, 0x10, 0x0d, 0x87, 0xc2, 0xd5, 0x38, 0xea },
    golden_Feed_objects,
    9,
    0,
    20480,
    16384,
/* [72 lines as in ../segment/schema.h] */
  shm_cell_writer_release(&segment->latest_writer);
  shm_cell_reader_close(&segment->latest_reader);
/* [8 lines as in ../segment/schema.h] */
/* The cell latest: the first store claims the role of its writer; SHM_ROLE_TAKEN names who has it. It
 * is given up by detach. Any number may load, also those who are attached read-only. */
SHM_APART shm_status golden_Feed_latest_writer(golden_Feed *segment) {
  return shm_cell_writer_claim(&segment->latest_writer, &segment->attachment, 4);
}

SHM_APART shm_status golden_Feed_latest_reader(golden_Feed *segment) {
  return shm_cell_reader_open(&segment->latest_reader, &segment->attachment, 4);
}

/* The role, claimed when it is used first; and what loads, opened likewise. */
SHM_HOT shm_status golden_Feed_latest_claimed_writer(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_writer_is_claimed(&segment->latest_writer)) ? SHM_OK : golden_Feed_latest_writer(segment);
}

SHM_HOT shm_status golden_Feed_latest_open_reader(golden_Feed *segment) {
  return SHM_LIKELY(shm_cell_reader_is_open(&segment->latest_reader)) ? SHM_OK : golden_Feed_latest_reader(segment);
}

/* Stores a value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_latest_store(golden_Feed *segment, const golden_Tick *value) {
  const shm_status status = golden_Feed_latest_claimed_writer(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_writer_store(&segment->latest_writer, 0, value, sizeof *value);
}

/* The slot of the next value, all zero, to be filled in place and committed. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_latest_reserve(golden_Feed *segment, golden_Tick **value) {
  void *payload = NULL;
  shm_status status = golden_Feed_latest_claimed_writer(segment);
  if (status == SHM_OK) {
    status = shm_cell_writer_reserve(&segment->latest_writer, 0, sizeof(golden_Tick), &payload);
  }
  *value = SHM_CAST(golden_Tick *, payload);
  return status;
}

/* Stores the value in the slot that was reserved. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_latest_commit(golden_Feed *segment) {
  return shm_cell_writer_commit(&segment->latest_writer);
}

/* Loads the latest value and its version, which counts the stores: zero bytes, version 0 before the first one. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_latest_load_versioned(golden_Feed *segment, golden_Tick *value,
                                                              uint64_t *version) {
  const shm_status status = golden_Feed_latest_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_load(&segment->latest_reader, 0, value, sizeof *value, version);
}

/* Loads the latest value. */
SHM_NODISCARD SHM_HOT shm_status golden_Feed_latest_load(golden_Feed *segment, golden_Tick *value) {
  uint64_t version;
  return golden_Feed_latest_load_versioned(segment, value, &version);
}

/* Loads the first value after `*version`, and its version, waiting for it so many nanoseconds (UINT64_MAX: for ever);
 * SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_latest_wait_next(golden_Feed *segment, uint64_t *version,
                                                             golden_Tick *value, uint64_t ns) {
  const shm_status status = golden_Feed_latest_open_reader(segment);
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_cell_reader_wait_newer(&segment->latest_reader, 0, version, value, sizeof *value, ns);
}

/* The same, of which the version does not matter. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_latest_wait_newer(golden_Feed *segment, uint64_t version,
                                                              golden_Tick *value, uint64_t ns) {
  return golden_Feed_latest_wait_next(segment, &version, value, ns);
}

/* Asks for the numbers of the cell. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_latest_stat(const golden_Feed *segment, shm_cell_facts *facts) {
  return shm_cell_stat(&segment->attachment, 4, facts);
/* [8 lines as in ../struct/schema.h] */
#pragma pop_macro("log")

#endif /* SHM_SCHEMA_golden_H */
