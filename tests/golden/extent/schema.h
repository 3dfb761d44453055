/* [32 lines as in ../empty/schema.h, with ff6603ff] */
/* The last 52 bytes are kept free for later versions. */
typedef struct golden_Trade {
  int64_t price;
  uint32_t quantity;
  uint8_t _reserved0[52];
} golden_Trade;
SHM_STATIC_ASSERT(sizeof(golden_Trade) == 64, "size of golden_Trade");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Trade) == 8, "alignment of golden_Trade");
SHM_STATIC_ASSERT(offsetof(golden_Trade, price) == 0, "offset of golden_Trade.price");
SHM_STATIC_ASSERT(offsetof(golden_Trade, quantity) == 8, "offset of golden_Trade.quantity");
SHM_STATIC_ASSERT(offsetof(golden_Trade, _reserved0) == 12, "offset of golden_Trade._reserved0");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Trade_equal(const golden_Trade *a, const golden_Trade *b) {
  if (a->price != b->price) {
    return false;
  }
  if (a->quantity != b->quantity) {
    return false;
  }
  return true;
}

SHM_APART void golden_Trade_add(shm_text *text, const golden_Trade *value) {
  shm_add(text, "Trade { ");
  shm_add(text, "price: ");
  shm_add_signed(text, value->price);
  shm_add(text, ", quantity: ");
  shm_add_number(text, value->quantity);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Trade_format(const golden_Trade *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Trade_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
