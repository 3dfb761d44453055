/* ---- What a program knows of a segment before it meets one --------------
 *
 * Generated headers hold one constant shm_segment_spec for each segment of
 * their schema. It must live as long as whatever is attached by it.
 */

/* An object as generated headers declare it. What a kind has no use for is 0. */
typedef struct shm_object_spec {
  const char *name;
  uint32_t kind;      /* its number in kinds.h */
  uint32_t lanes;     /* lanes, or cells side by side; 0: none. Else all but the size is of one of them */
  uint64_t item_size; /* bytes of an item; 1 where bytes are passed */
  uint64_t capacity;  /* items that always fit */
  uint64_t batch;     /* the consumer publishes its head after this many */
  uint64_t slots;     /* items that fit at most */
  uint64_t stride;    /* bytes from one slot to the next */
  uint64_t size;      /* bytes of the whole object */
  uint64_t align;     /* it begins at a multiple of this */
} shm_object_spec;

typedef struct shm_segment_spec {
  const char *schema;
  const char *version;
  const char *segment;
  const char *address; /* where it is unless the program says otherwise: "posix:/acme.feed" */
  uint32_t mode;       /* permissions on create, such as 0640 */
  uint32_t participants;
  const char *owner; /* the user it is given to on create and who is trusted, a name or a number; or NULL */
  const char *group; /* the group it is given to on create, likewise */
  uint64_t pages;    /* bytes of the huge pages that it asks for, of which its size is a multiple; or 0 */
  const uint8_t *contract; /* in its canonical form */
  uint64_t contract_size;
  uint8_t fingerprint[16];
  const shm_object_spec *objects;
  uint32_t object_count;
  uint32_t reserved;
  uint64_t total_size;
  uint64_t contract_offset;
  const uint64_t *object_offsets;
} shm_segment_spec;

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

/* Control words, and this many slots behind them. */
SHM_APART bool shm_slots_size(uint64_t control, uint64_t slots, uint64_t stride, uint64_t *size) {
  uint64_t bytes;
  return slots > 0 && !__builtin_mul_overflow(slots, stride, &bytes) &&
         !__builtin_add_overflow(control, bytes, size);
}

/* The geometry of an object as its item, its capacity and its lanes ask for it. With lanes it is that of
 * one, but for the size. */
typedef struct shm_geometry {
  uint64_t batch;
  uint64_t slots;
  uint64_t stride;
  uint64_t size;
  uint64_t align;
} shm_geometry;
