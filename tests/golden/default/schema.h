/* [32 lines as in ../empty/schema.h, with f880b923] */
/* Any number is a value; those without a name come from other versions. */
#ifdef __cplusplus
enum class golden_Side : uint8_t {
  BUY = UINT8_C(1),
};
constexpr golden_Side golden_Side_BUY = golden_Side::BUY;
#else
typedef uint8_t golden_Side;
#define golden_Side_BUY ((golden_Side)UINT8_C(1))
#endif

/* The name of a value, NULL if it has none. */
SHM_INLINE const char *golden_Side_name(golden_Side value) {
  switch (SHM_CAST(uint8_t, value)) {
  case UINT8_C(1):
    return "BUY";
  default:
    return NULL;
  }
}

SHM_APART void golden_Side_add(shm_text *text, golden_Side value) {
  const char *name = golden_Side_name(value);
  if (name != NULL) {
    shm_add(text, name);
  } else {
    shm_add_number(text, SHM_CAST(uint8_t, value));
  }
}

typedef struct golden_Order {
  /* Default: 100. */
  int64_t price;
  /* Default: 0.5. */
  float ratio;
  /* Default: BUY. */
  golden_Side side;
  /* Default: "XNAS". */
  char venue[7];
  uint8_t _reserved0[4];
} golden_Order;
SHM_STATIC_ASSERT(sizeof(golden_Order) == 24, "size of golden_Order");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Order) == 8, "alignment of golden_Order");
SHM_STATIC_ASSERT(offsetof(golden_Order, price) == 0, "offset of golden_Order.price");
SHM_STATIC_ASSERT(offsetof(golden_Order, ratio) == 8, "offset of golden_Order.ratio");
SHM_STATIC_ASSERT(offsetof(golden_Order, side) == 12, "offset of golden_Order.side");
SHM_STATIC_ASSERT(offsetof(golden_Order, venue) == 13, "offset of golden_Order.venue");
SHM_STATIC_ASSERT(offsetof(golden_Order, _reserved0) == 20, "offset of golden_Order._reserved0");

/* A value whose fields have the defaults of the schema; the others are zero. */
SHM_INLINE golden_Order golden_Order_default(void) {
  golden_Order value;
  memset(&value, 0, sizeof value);
  value.price = INT64_C(100);
  value.ratio = 0.5f;
  value.side = golden_Side_BUY;
  memcpy(value.venue, "XNAS", 4);
  return value;
}

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Order_equal(const golden_Order *a, const golden_Order *b) {
  if (a->price != b->price) {
    return false;
  }
  if (a->ratio != b->ratio) {
    return false;
  }
  if (a->side != b->side) {
    return false;
  }
  if (!shm_text_equal(a->venue, b->venue, 7)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Order_add(shm_text *text, const golden_Order *value) {
  shm_add(text, "Order { ");
  shm_add(text, "price: ");
  shm_add_signed(text, value->price);
  shm_add(text, ", ratio: ");
  {
    char number[32];
    snprintf(number, sizeof number, "%.9g", SHM_CAST(double, value->ratio));
    shm_add(text, number);
  }
  shm_add(text, ", side: ");
  golden_Side_add(text, value->side);
  shm_add(text, ", venue: ");
  shm_add(text, "\"");
  shm_add_outside(text, value->venue, 7);
  shm_add(text, "\"");
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Order_format(const golden_Order *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Order_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
