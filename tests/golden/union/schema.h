/* [33 lines as in ../empty/schema.h, with 0a278e07] */
constexpr uint8_t golden_Payload_NOTHING = UINT8_C(0);
constexpr uint8_t golden_Payload_PRICE = UINT8_C(1);
#else
#define golden_Payload_NOTHING UINT8_C(0)
#define golden_Payload_PRICE UINT8_C(1)
#endif

/* What a message carries. */
/* One of several values: `tag` says which. A tag that none has comes from another version; its bytes are kept. */
typedef struct golden_Payload {
  uint8_t tag;
  uint8_t _reserved0[7];
  union {
    /* A price. */
    int64_t price;
  } as;
#if defined(__cplusplus)
  bool is_nothing() const { return shm_look8(&tag) == golden_Payload_NOTHING; }
  void set_nothing() {
    memset(this, 0, sizeof *this);
    tag = golden_Payload_NOTHING;
  }
  bool is_price() const { return shm_look8(&tag) == golden_Payload_PRICE; }
  auto get_price() -> int64_t * { return is_price() ? &as.price : nullptr; }
  auto get_price() const -> const int64_t * { return is_price() ? &as.price : nullptr; }
  void set_price(const int64_t &held) {
    shm_hold(this, sizeof *this, 8, &held, sizeof held);
    tag = golden_Payload_PRICE;
  }
#endif
} golden_Payload;
SHM_STATIC_ASSERT(sizeof(golden_Payload) == 16, "size of golden_Payload");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Payload) == 8, "alignment of golden_Payload");
SHM_STATIC_ASSERT(offsetof(golden_Payload, tag) == 0, "offset of golden_Payload.tag");
SHM_STATIC_ASSERT(offsetof(golden_Payload, as) == 8, "offset of golden_Payload.as");

/* The name of the variant that is there, NULL if the tag is of none. */
SHM_INLINE const char *golden_Payload_name(const golden_Payload *value) {
  switch (shm_look8(&value->tag)) {
  case UINT8_C(0):
    return "nothing";
  case UINT8_C(1):
    return "price";
  default:
    return NULL;
  }
}

/* The variant nothing, which holds nothing. */
SHM_INLINE bool golden_Payload_is_nothing(const golden_Payload *value) { return shm_look8(&value->tag) == golden_Payload_NOTHING; }

/* Makes it this one. */
SHM_INLINE void golden_Payload_set_nothing(golden_Payload *value) {
  memset(value, 0, sizeof *value);
  value->tag = golden_Payload_NOTHING;
}

/* The variant price: i64. */
SHM_INLINE bool golden_Payload_is_price(const golden_Payload *value) { return shm_look8(&value->tag) == golden_Payload_PRICE; }

/* What it holds, or NULL if it is another one. */
SHM_INLINE const int64_t *golden_Payload_get_price(const golden_Payload *value) {
  return golden_Payload_is_price(value) ? &value->as.price : NULL;
}

/* Makes it this one. */
SHM_INLINE void golden_Payload_set_price(golden_Payload *value, const int64_t *held) {
  shm_hold(value, sizeof *value, 8, held, sizeof value->as.price);
  value->tag = golden_Payload_PRICE;
}

/* Whether both are the same variant with equal values; with a tag that none has, whether their bytes are equal. */
SHM_INLINE bool golden_Payload_equal(const golden_Payload *a, const golden_Payload *b) {
  const uint8_t tag = shm_look8(&a->tag);
  if (shm_look8(&b->tag) != tag) {
    return false;
  }
  switch (tag) {
  case UINT8_C(0):
    return true;
  case UINT8_C(1):
    if (a->as.price != b->as.price) {
      return false;
    }
    return true;
  default:
    return memcmp(&a->as, &b->as, sizeof a->as) == 0;
  }
}

SHM_APART void golden_Payload_add(shm_text *text, const golden_Payload *value) {
  const uint8_t tag = shm_look8(&value->tag);
  shm_add(text, "Payload.");
  switch (tag) {
  case UINT8_C(0):
    shm_add(text, "nothing");
    break;
  case UINT8_C(1):
    shm_add(text, "price(");
    shm_add_signed(text, value->as.price);
    shm_add(text, ")");
    break;
  default:
    shm_add(text, "unknown(");
    shm_add_number(text, tag);
    shm_add(text, ", ");
    shm_add_hex(text, SHM_CAST(const uint8_t *, SHM_CAST(const void *, &value->as)), sizeof value->as);
    shm_add(text, ")");
    break;
  }
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Payload_format(const golden_Payload *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Payload_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
