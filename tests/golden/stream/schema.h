/* [26 lines as in ../empty/schema.h, with 39a78806] */
/* Macros of headers that may be included before, put aside up to the end of this one. */
#pragma push_macro("log")
#undef log
/* [7 lines as in ../empty/schema.h, with 39a78806] */
/* The segment feed: 12288 bytes, at posix:/golden.feed unless told otherwise.
 *
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_stream_writer log_writer;
  shm_stream_reader log_reader;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[37] = {
    0x53, 0x20, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x42, 0x0d, 0x00, 0x00, 0x00,
    0x03, 0x00, 0x6c, 0x6f, 0x67, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"log", SHM_KIND_STREAM, 0, 1, 4096, 512, 4608, 1, 5120, 128},
/* [17 lines as in ../segment/schema.h] */
    37,
    { 0x24, 0x1b, 0x89, 0xe6, 0x1d, 0x82, 0xca, 0x10, 0x90, 0x2a, 0xab, 0x6c, 0x9a, 0xfc, 0x75, 0x90 },
    golden_Feed_objects,
    1,
    0,
    12288,
    9856,
/* [72 lines as in ../segment/schema.h] */
  shm_stream_writer_release(&segment->log_writer);
  shm_stream_reader_release(&segment->log_reader);
/* [8 lines as in ../segment/schema.h] */
/* What was said. */
/* The stream log, with room for 4096 bytes: the first write claims the role of its writer, the first
 * read that of its reader; SHM_ROLE_TAKEN names who has it. Both are given up by detach. */
SHM_APART shm_status golden_Feed_log_writer(golden_Feed *segment) {
  return shm_stream_writer_claim(&segment->log_writer, &segment->attachment, 0);
}

SHM_APART shm_status golden_Feed_log_reader(golden_Feed *segment) {
  return shm_stream_reader_claim(&segment->log_reader, &segment->attachment, 0);
}

/* The roles, claimed when they are used first. */
SHM_HOT shm_status golden_Feed_log_claimed_writer(golden_Feed *segment) {
  return SHM_LIKELY(shm_stream_writer_is_claimed(&segment->log_writer)) ? SHM_OK : golden_Feed_log_writer(segment);
}

SHM_HOT shm_status golden_Feed_log_claimed_reader(golden_Feed *segment) {
  return SHM_LIKELY(shm_stream_reader_is_claimed(&segment->log_reader)) ? SHM_OK : golden_Feed_log_reader(segment);
}

/* Writes as many of `count` bytes as there is room for, without waiting; `done` is how many. SHM_FULL if that is
 * none, unless `count` is 0. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_write(golden_Feed *segment, const void *bytes, size_t count,
                                                      size_t *done) {
  const shm_status status = golden_Feed_log_claimed_writer(segment);
  *done = 0;
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_stream_writer_write(&segment->log_writer, bytes, 1, count, done);
}

/* The same, waiting for room for the first of them `ns` nanoseconds (UINT64_MAX: for ever); SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_write_timeout(golden_Feed *segment, const void *bytes,
                                                              size_t count, uint64_t ns, size_t *done) {
  const shm_status status = golden_Feed_log_claimed_writer(segment);
  *done = 0;
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_stream_writer_write_timeout(&segment->log_writer, bytes, 1, count, ns, done);
}

/* Room for up to `count` bytes, to be filled in place and committed: one piece, or two. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_reserve(golden_Feed *segment, size_t count, shm_stream_room *room) {
  const shm_status status = golden_Feed_log_claimed_writer(segment);
  if (status != SHM_OK) {
    memset(room, 0, sizeof *room);
    return status;
  }
  return shm_stream_writer_reserve(&segment->log_writer, 1, count, room);
}

/* Commits the first `count` bytes of the room that was reserved. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_commit(golden_Feed *segment, size_t count) {
  return shm_stream_writer_commit(&segment->log_writer, count);
}

/* Reads as many bytes as wait, `count` at most, without waiting, and acknowledges them; `done` is how many.
 * SHM_EMPTY if that is none, unless `count` is 0; SHM_REMOVED when the segment was removed and is drained. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_read(golden_Feed *segment, void *bytes, size_t count,
                                                     size_t *done) {
  const shm_status status = golden_Feed_log_claimed_reader(segment);
  *done = 0;
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_stream_reader_read(&segment->log_reader, bytes, 1, count, done);
}

/* The same, waiting for the first of them `ns` nanoseconds (UINT64_MAX: for ever); SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_read_timeout(golden_Feed *segment, void *bytes,
                                                             size_t count, uint64_t ns, size_t *done) {
  const shm_status status = golden_Feed_log_claimed_reader(segment);
  *done = 0;
  return SHM_UNLIKELY(status != SHM_OK) ? status : shm_stream_reader_read_timeout(&segment->log_reader, bytes, 1, count, ns, done);
}

/* The next bytes in place, up to `count`: one piece, or two. Acknowledged by release, and there again without it. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_peek(golden_Feed *segment, size_t count, shm_stream_loan *loan) {
  const shm_status status = golden_Feed_log_claimed_reader(segment);
  if (status != SHM_OK) {
    memset(loan, 0, sizeof *loan);
    return status;
  }
  return shm_stream_reader_peek(&segment->log_reader, 1, count, loan);
}

/* Acknowledges the first `count` of the bytes that were peeked. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_release(golden_Feed *segment, size_t count) {
  return shm_stream_reader_acknowledge(&segment->log_reader, count);
}

/* How many of the next bytes a reader that died may have seen already. */
SHM_INLINE uint64_t golden_Feed_log_redelivered(const golden_Feed *segment) {
  return shm_stream_reader_redelivered(&segment->log_reader);
}

/* How many bytes wait now. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_depth(const golden_Feed *segment, uint64_t *depth) {
  return shm_stream_depth(&segment->attachment, 0, depth);
}

/* Asks for the numbers of the stream. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_log_stat(const golden_Feed *segment, shm_stream_facts *facts) {
  return shm_stream_stat(&segment->attachment, 0, facts);
/* [8 lines as in ../struct/schema.h] */
#pragma pop_macro("log")

#endif /* SHM_SCHEMA_golden_H */
