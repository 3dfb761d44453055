/* [32 lines as in ../empty/schema.h, with f5ffee4e] */
typedef struct golden_Robot {
  double x;
} golden_Robot;
SHM_STATIC_ASSERT(sizeof(golden_Robot) == 8, "size of golden_Robot");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Robot) == 8, "alignment of golden_Robot");
SHM_STATIC_ASSERT(offsetof(golden_Robot, x) == 0, "offset of golden_Robot.x");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Robot_equal(const golden_Robot *a, const golden_Robot *b) {
  if (a->x != b->x) {
    return false;
  }
  return true;
}

SHM_APART void golden_Robot_add(shm_text *text, const golden_Robot *value) {
  shm_add(text, "Robot { ");
  shm_add(text, "x: ");
  {
    char number[32];
    snprintf(number, sizeof number, "%.17g", SHM_CAST(double, value->x));
    shm_add(text, number);
  }
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Robot_format(const golden_Robot *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Robot_add(&text, value);
  return text.used;
}

/* The segment feed: 8192 bytes, at posix:/golden.feed unless told otherwise.
 *
 * A handle is for one thread at a time; attach again for another. It must not be copied while attached.
 * One that is all zero is not attached. */
typedef struct golden_Feed {
  shm_attachment attachment;
  shm_state_handle robot_state;
} golden_Feed;

/* What the bytes of the segment mean, in the canonical form that lies in it. */
static const uint8_t golden_Feed_contract[101] = {
    0x53, 0x60, 0x00, 0x00, 0x00, 0x06, 0x00, 0x67, 0x6f, 0x6c, 0x64, 0x65, 0x6e, 0x04, 0x00, 0x66, 0x65, 0x65, 0x64, 0x54, 0x3a, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x05, 0x00, 0x52, 0x6f, 0x62, 0x6f, 0x74, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x66, 0x1c, 0x00, 0x00, 0x00, 0x01, 0x00, 0x78, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x66, 0x36, 0x34, 0x00, 0x00, 0x00, 0x00, 0x41, 0x0e, 0x00, 0x00, 0x00, 0x05, 0x00, 0x72, 0x6f, 0x62, 0x6f, 0x74, 0x05, 0x00,
    0x52, 0x6f, 0x62, 0x6f, 0x74,
};

static const shm_object_spec golden_Feed_objects[1] = {
    {"robot", SHM_KIND_STATE, 0, 8, 1, 0, 2, 128, 640, 128},
/* [17 lines as in ../segment/schema.h] */
    101,
    { 0x63, 0xa3, 0x9d, 0x8f, 0x34, 0xf2, 0xbf, 0xe2, 0x16, 0x2e, 0x81, 0x43, 0x81, 0x42, 0x93, 0x62 },
    golden_Feed_objects,
    1,
    0,
    8192,
    5376,
/* [72 lines as in ../segment/schema.h] */
  shm_state_close(&segment->robot_state);
/* [8 lines as in ../segment/schema.h] */
/* Where it is. */
/* The state robot: a value behind a lock. Any number may use it; whoever is attached read-only can load it. The lock
 * is given up, without a change, by detach. */
SHM_APART shm_status golden_Feed_robot_state(golden_Feed *segment) {
  return shm_state_open(&segment->robot_state, &segment->attachment, 0);
}

/* What uses it, opened when it is used first. */
SHM_INLINE shm_status golden_Feed_robot_open_state(golden_Feed *segment) {
  return SHM_LIKELY(shm_state_is_open(&segment->robot_state)) ? SHM_OK : golden_Feed_robot_state(segment);
}

/* Locks it and copies the value out, waiting for ever. SHM_OWNER_DIED is a success that tells: the last holder died, and
 * its change did not happen. SHM_BUSY if this attachment has the lock already. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_lock(golden_Feed *segment, golden_Robot *value) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  return status != SHM_OK ? status : shm_state_lock(&segment->robot_state, value, sizeof *value);
}

/* The same, without waiting; SHM_BUSY. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_try_lock(golden_Feed *segment, golden_Robot *value) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  return status != SHM_OK ? status : shm_state_try_lock(&segment->robot_state, value, sizeof *value);
}

/* The same, waiting `ns` nanoseconds (UINT64_MAX: for ever); SHM_TIMEOUT. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_lock_timeout(golden_Feed *segment, golden_Robot *value, uint64_t ns) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  return status != SHM_OK ? status : shm_state_lock_timeout(&segment->robot_state, value, sizeof *value, ns);
}

/* Publishes a value, all at once, and unlocks; NULL changes nothing. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_unlock(golden_Feed *segment, const golden_Robot *value) {
  return shm_state_unlock(&segment->robot_state, value, sizeof(golden_Robot));
}

/* With the lock in hand: publishes the value, unlocks, sleeps until it is notified, `ns` nanoseconds at most (UINT64_MAX:
 * for ever), locks again and copies the value out. The lock is held again also behind SHM_TIMEOUT, SHM_REMOVED and
 * SHM_OWNER_DIED. It may return without a notification: look at the value again. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_wait(golden_Feed *segment, golden_Robot *value, uint64_t ns) {
  return shm_state_wait(&segment->robot_state, value, sizeof *value, ns);
}

/* Wakes one who waits, with the lock in hand or without it. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_notify_one(golden_Feed *segment) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  return status != SHM_OK ? status : shm_state_notify_one(&segment->robot_state);
}

/* Wakes all who wait. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_notify_all(golden_Feed *segment) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  return status != SHM_OK ? status : shm_state_notify_all(&segment->robot_state);
}

/* Whether the last holder had died when this attachment took the lock last. */
SHM_INLINE bool golden_Feed_robot_owner_died(const golden_Feed *segment) {
  return shm_state_owner_died(&segment->robot_state);
}

/* Copies the value out without the lock, whole, and its version, which counts the changes: zero bytes, version 0 before
 * the first one. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_load_versioned(golden_Feed *segment, golden_Robot *value,
                                                               uint64_t *version) {
  const shm_status status = golden_Feed_robot_open_state(segment);
  *version = 0;
  return status != SHM_OK ? status : shm_state_load(&segment->robot_state, value, sizeof *value, version);
}

/* Copies the value out without the lock. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_load(golden_Feed *segment, golden_Robot *value) {
  uint64_t version;
  return golden_Feed_robot_load_versioned(segment, value, &version);
}

/* Asks for the numbers of the state. */
SHM_NODISCARD SHM_INLINE shm_status golden_Feed_robot_stat(const golden_Feed *segment, shm_state_facts *facts) {
  return shm_state_stat(&segment->attachment, 0, facts);
/* [9 lines as in ../struct/schema.h] */
