/* ---- Where the parts of the other objects lie ----------------------------
 *
 * Offsets only, as docs/segment-format.md has them with pictures of each word.
 * This version lays these objects out, creates them and sweeps their roles; it
 * has no functions for them yet. Zero bytes are each one's first state. What
 * different parties write is 128 bytes apart.
 *
 * Lanes: many producers to one consumer, a one-to-one queue or ring for each.
 *
 *  0x000  lanes in use u64 * 16, a bit for each
 *  0x080  data flag u32 | 0x088 consumer role u64 | 0x090 times no lane u64
 *  0x100  lane 0, lane 1 .., each a multiple of 128 bytes
 *
 * A queue with owned slots: many producers or consumers, one order for all.
 *
 *  0x000  tail u64
 *  0x080  head u64
 *  0x100  data flag u32 | 0x104 space flag u32 | 0x108 orphans u64
 *  0x180  times full, skipped, dropped, redelivered, high water: u64 each
 *  0x200  slots: word u64 (lap << 32 | generation << 15 | index << 3 | kind), item
 *
 * A ring.
 *
 *  0x000  tail hint u64 | 0x008 times full u64
 *  0x080  taken, seen, redelivered, high water: u64 each
 *  0x100  head u64
 *  0x180  data flag u32 | 0x184 space flag u32 | 0x188 producer role | 0x190 consumer role
 *  0x200  records: header u64 (kind << 32 | length), bytes, at multiples of 8
 *
 * A stream.
 *
 *  0x000  tail u64 | 0x008 times full u64
 *  0x080  taken u64 | 0x088 high water u64
 *  0x100  head u64
 *  0x180  data flag u32 | 0x184 space flag u32 | 0x188 writer role | 0x190 reader role
 *  0x200  bytes
 *
 * A topic.                                        A cell.
 *
 *  0x000  tail hint u64                            0x000  version u64
 *  0x080  data flag u32 | 0x088 publisher role     0x080  flag u32 | 0x088 writer role
 *  0x100  slots: stamp u64, item                   0x100  8 slots: stamp u64, value; whole lines
 *
 *                                                  An array of cells: as many side by side.
 *                                                  The writer role of the first is that of all.
 *
 * A state.                                        An event.
 *
 *  0x000  lock u32 | 0x008 times died u64          0x000  count u64 | 0x008 flag u32
 *  0x080  version u64
 *  0x100  sequence u32 | 0x104 waiters u32         Counters: a word each, 128 bytes apart.
 *  0x180  2 copies of the value; whole lines       Raw bytes: nothing of ours.
 */

enum {
  SHM_LINE = 128, /* what different parties write lies so far apart */

  SHM_LANES_DATA_FLAG = 0x080,
  SHM_LANES_CONSUMER_ROLE = 0x088,
  SHM_LANES_FIRST = 0x100,

  SHM_OWNED_DATA_FLAG = 0x100,
  SHM_OWNED_SPACE_FLAG = 0x104,
  SHM_OWNED_SLOTS = 0x200,

  SHM_RING_PRODUCER_ROLE = 0x188,
  SHM_RING_CONSUMER_ROLE = 0x190,
  SHM_RING_RECORDS = 0x200,
  SHM_RING_BYTES_MIN = 64,

  SHM_STREAM_WRITER_ROLE = 0x188,
  SHM_STREAM_READER_ROLE = 0x190,
  SHM_STREAM_BYTES = 0x200,

  SHM_TOPIC_DATA_FLAG = 0x080,
  SHM_TOPIC_PUBLISHER_ROLE = 0x088,
  SHM_TOPIC_SLOTS = 0x100,

  SHM_CELL_FLAG = 0x080,
  SHM_CELL_WRITER_ROLE = 0x088,
  SHM_CELL_SLOTS = 0x100,
  SHM_CELL_SLOT_COUNT = 8,

  SHM_STATE_COPIES = 0x180,
  SHM_STATE_COPY_COUNT = 2,

  SHM_EVENT_FLAG = 0x008,
  SHM_EVENT_SIZE = SHM_LINE,

  SHM_COUNTER_STRIDE = SHM_LINE,

  SHM_RAW_ALIGN_MAX = 4096
};

/* An object as generated headers declare it. What a kind has no use for is 0. */
typedef struct shm_object_spec {
  const char *name;
  uint32_t kind;      /* SHM_KIND_QUEUE .. */
  uint32_t lanes;     /* or cells of an array; 0: none; else all but the size is of one of them */
  uint64_t item_size; /* bytes of an item; 1 where bytes are passed */
  uint64_t capacity;  /* items that always fit */
  uint64_t batch;     /* the consumer publishes its head after so many */
  uint64_t slots;     /* items that fit at most */
  uint64_t stride;    /* bytes from one slot to the next */
  uint64_t size;      /* bytes of the whole object */
  uint64_t align;     /* it begins at a multiple of this */
} shm_object_spec;

/* The next multiple of a power of two; false if there is none in 64 bits. */
SHM_APART bool shm_round_up(uint64_t number, uint64_t align, uint64_t *rounded) {
  uint64_t end;
  if (__builtin_add_overflow(number, align - 1, &end)) {
    return false;
  }
  *rounded = end & ~(align - 1);
  return true;
}

/* Bytes of a slot: what lies before the item, the item, and padding up to a multiple of `align`. */
SHM_APART bool shm_slot_stride(uint64_t before, uint64_t item_size, uint64_t align, uint64_t *stride) {
  uint64_t end;
  return item_size > 0 && item_size <= UINT64_MAX / 2 && !__builtin_add_overflow(before, item_size, &end) &&
         shm_round_up(end, align, stride);
}

/* Control words, and so many slots behind them. */
SHM_APART bool shm_slots_size(uint64_t control, uint64_t slots, uint64_t stride, uint64_t *size) {
  uint64_t bytes;
  return slots > 0 && !__builtin_mul_overflow(slots, stride, &bytes) &&
         !__builtin_add_overflow(control, bytes, size);
}

/* The geometry of an object as its item, its capacity and its lanes ask for it. */
typedef struct shm_geometry {
  uint64_t batch;
  uint64_t slots;
  uint64_t stride;
  uint64_t size;
} shm_geometry;

/* The geometry of one object without lanes; false if it makes no sense. */
SHM_APART bool shm_lay_one(uint32_t kind, uint64_t item_size, uint64_t capacity, shm_geometry *out) {
  uint64_t most;
  memset(out, 0, sizeof *out);
  switch (kind) {
  case SHM_KIND_QUEUE:
    out->batch = capacity / 8 > 1 ? capacity / 8 : 1;
    return capacity > 0 && !__builtin_add_overflow(capacity, out->batch - 1, &out->slots) &&
           shm_slot_stride(SHM_STAMP_SIZE, item_size, 8, &out->stride) &&
           shm_slots_size(SHM_QUEUE_SLOTS, out->slots, out->stride, &out->size);
  case SHM_KIND_QUEUE_OWNED:
    out->slots = capacity;
    return shm_slot_stride(SHM_STAMP_SIZE, item_size, 8, &out->stride) &&
           shm_slots_size(SHM_OWNED_SLOTS, out->slots, out->stride, &out->size);
  case SHM_KIND_RING:
    out->batch = capacity / 64 * 8;
    out->stride = 1;
    return item_size == 1 && capacity >= SHM_RING_BYTES_MIN && capacity % 8 == 0 &&
           !__builtin_add_overflow(capacity, out->batch - 8, &out->slots) &&
           shm_slots_size(SHM_RING_RECORDS, out->slots, 1, &out->size);
  case SHM_KIND_STREAM:
    out->batch = capacity / 8 > 1 ? capacity / 8 : 1;
    out->stride = 1;
    return item_size == 1 && capacity > 0 && !__builtin_add_overflow(capacity, out->batch - 1, &most) &&
           shm_round_up(most, 8, &out->slots) && shm_slots_size(SHM_STREAM_BYTES, out->slots, 1, &out->size);
  case SHM_KIND_TOPIC:
    return capacity > 0 && !__builtin_add_overflow(capacity, 1, &out->slots) &&
           shm_slot_stride(SHM_STAMP_SIZE, item_size, 8, &out->stride) &&
           shm_slots_size(SHM_TOPIC_SLOTS, out->slots, out->stride, &out->size);
  case SHM_KIND_CELL:
    out->slots = SHM_CELL_SLOT_COUNT;
    return capacity == 1 && shm_slot_stride(SHM_STAMP_SIZE, item_size, SHM_LINE, &out->stride) &&
           shm_slots_size(SHM_CELL_SLOTS, out->slots, out->stride, &out->size);
  case SHM_KIND_STATE:
    out->slots = SHM_STATE_COPY_COUNT;
    return capacity == 1 && shm_slot_stride(0, item_size, SHM_LINE, &out->stride) &&
           shm_slots_size(SHM_STATE_COPIES, out->slots, out->stride, &out->size);
  case SHM_KIND_EVENT:
    out->size = SHM_EVENT_SIZE;
    return item_size == 0 && capacity == 0;
  case SHM_KIND_COUNTERS:
    out->slots = capacity;
    out->stride = SHM_COUNTER_STRIDE;
    return item_size == 8 && shm_slots_size(0, out->slots, out->stride, &out->size);
  case SHM_KIND_RAW:
    out->slots = capacity;
    out->stride = 1;
    out->size = capacity;
    return item_size == 1 && capacity > 0;
  default:
    return false;
  }
}

/* The kind of one lane, or of one cell of an array; 0 if the kind has none. */
SHM_APART uint32_t shm_kind_of_lane(uint32_t kind) {
  switch (kind) {
  case SHM_KIND_QUEUE_LANES:
    return SHM_KIND_QUEUE;
  case SHM_KIND_RING_LANES:
    return SHM_KIND_RING;
  case SHM_KIND_CELLS:
    return SHM_KIND_CELL;
  default:
    return 0;
  }
}

/* Bytes from one lane to the next, of an object that has lanes and is sound. */
SHM_APART uint64_t shm_lane_stride(const shm_object_spec *object) {
  uint64_t lane = SHM_QUEUE_SLOTS + object->slots * object->stride; /* the same of a ring */
  return (lane + SHM_LINE - 1) & ~SHM_CAST(uint64_t, SHM_LINE - 1);
}

/* Bytes from one cell of an array to the next. */
SHM_INLINE uint64_t shm_cell_size(const shm_object_spec *object) {
  return SHM_CELL_SLOTS + object->slots * object->stride;
}

/* The geometry of an object; false if it makes no sense. With lanes it is that of one, but for the size. */
SHM_APART bool shm_lay_object(uint32_t kind, uint32_t lanes, uint64_t item_size, uint64_t capacity,
                              shm_geometry *out) {
  uint32_t of_lane = shm_kind_of_lane(kind);
  uint64_t lane;
  if (of_lane == 0) {
    return lanes == 0 && shm_lay_one(kind, item_size, capacity, out);
  }
  if (kind == SHM_KIND_CELLS) {
    return shm_lay_one(of_lane, item_size, capacity, out) && shm_slots_size(0, lanes, out->size, &out->size);
  }
  return lanes > 0 && lanes <= SHM_LANES_MAX && shm_lay_one(of_lane, item_size, capacity, out) &&
         shm_round_up(out->size, SHM_LINE, &lane) && shm_slots_size(SHM_LANES_FIRST, lanes, lane, &out->size);
}

/* The first or the second of two numbers, or 0. */
SHM_INLINE uint64_t shm_nth(uint32_t n, uint64_t first, uint64_t second) {
  return n == 0 ? first : n == 1 ? second : 0;
}

/* Where the role `n` of an object lies, from where it begins; 0 behind the last. */
SHM_APART uint64_t shm_role_offset(const shm_object_spec *object, uint32_t n) {
  switch (object->kind) {
  case SHM_KIND_QUEUE:
    return shm_nth(n, SHM_QUEUE_PRODUCER_ROLE, SHM_QUEUE_CONSUMER_ROLE);
  case SHM_KIND_RING:
    return shm_nth(n, SHM_RING_PRODUCER_ROLE, SHM_RING_CONSUMER_ROLE);
  case SHM_KIND_STREAM:
    return shm_nth(n, SHM_STREAM_WRITER_ROLE, SHM_STREAM_READER_ROLE);
  case SHM_KIND_TOPIC:
    return shm_nth(n, SHM_TOPIC_PUBLISHER_ROLE, 0);
  case SHM_KIND_CELL:
  case SHM_KIND_CELLS: /* one for all: that of the first */
    return shm_nth(n, SHM_CELL_WRITER_ROLE, 0);
  case SHM_KIND_QUEUE_LANES:
  case SHM_KIND_RING_LANES:
    if (n == 0 || n > object->lanes) {
      return shm_nth(n, SHM_LANES_CONSUMER_ROLE, 0);
    }
    /* The producer's of each lane, which lies the same in a queue and a ring. */
    return SHM_LANES_FIRST + (n - 1) * shm_lane_stride(object) + SHM_QUEUE_PRODUCER_ROLE;
  default:
    return 0;
  }
}

/*
 * Where the word `n` of an object lies that somebody may sleep on, from where it
 * begins; 0 behind the last. Those of a state have rules of their own.
 */
SHM_APART uint64_t shm_flag_offset(const shm_object_spec *object, uint32_t n) {
  switch (object->kind) {
  case SHM_KIND_QUEUE:
  case SHM_KIND_RING:
  case SHM_KIND_STREAM: /* all three lie the same */
    return shm_nth(n, SHM_QUEUE_DATA_FLAG, SHM_QUEUE_SPACE_FLAG);
  case SHM_KIND_QUEUE_OWNED:
    return shm_nth(n, SHM_OWNED_DATA_FLAG, SHM_OWNED_SPACE_FLAG);
  case SHM_KIND_TOPIC:
    return shm_nth(n, SHM_TOPIC_DATA_FLAG, 0);
  case SHM_KIND_CELL:
    return shm_nth(n, SHM_CELL_FLAG, 0);
  case SHM_KIND_CELLS:
    return n < object->lanes ? n * shm_cell_size(object) + SHM_CELL_FLAG : 0;
  case SHM_KIND_EVENT:
    return shm_nth(n, SHM_EVENT_FLAG, 0);
  case SHM_KIND_QUEUE_LANES:
  case SHM_KIND_RING_LANES:
    if (n == 0 || n > object->lanes) {
      return shm_nth(n, SHM_LANES_DATA_FLAG, 0);
    }
    /* The producer's of each lane, which lies the same in a queue and a ring. */
    return SHM_LANES_FIRST + (n - 1) * shm_lane_stride(object) + SHM_QUEUE_SPACE_FLAG;
  default:
    return 0;
  }
}
