/* [32 lines as in ../empty/schema.h, with 8f176a8b] */
/* bytes[<=6]: up to 6 bytes. A greater count was written by somebody who is
 * wrong; whatever goes through the bytes then ends at the room. */
typedef struct golden_bytes_list6 {
  uint32_t count;
  uint8_t items[6];
  uint8_t _reserved1[2];
#if defined(__cplusplus)
  typedef uint8_t value_type;
  typedef value_type *iterator;
  typedef const value_type *const_iterator;
  static constexpr size_t capacity() { return 6; }
  bool valid() const { return shm_look32(&count) <= 6; }
  size_t size() const { return shm_list_size(&count, 6); }
  bool empty() const { return size() == 0; }
  iterator data() { return items; }
  const_iterator data() const { return items; }
  iterator begin() { return items; }
  const_iterator begin() const { return items; }
  iterator end() { return items + size(); }
  const_iterator end() const { return items + size(); }
  /* The byte in that place, which must be below 6. */
  value_type &operator[](size_t place) { return items[place]; }
  const value_type &operator[](size_t place) const { return items[place]; }
  /* These in the place of all that was there; false, and no change, if they are more than 6 bytes. */
  SHM_NODISCARD bool assign(const void *bytes, size_t length) {
    return shm_bounded_put(&count, 6, items, bytes, length);
  }
  void clear() { memset(this, 0, sizeof *this); }
#endif
} golden_bytes_list6;
SHM_STATIC_ASSERT(sizeof(golden_bytes_list6) == 12, "size of golden_bytes_list6");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_bytes_list6) == 4, "alignment of golden_bytes_list6");
SHM_STATIC_ASSERT(offsetof(golden_bytes_list6, count) == 0, "offset of golden_bytes_list6.count");
SHM_STATIC_ASSERT(offsetof(golden_bytes_list6, items) == 4, "offset of golden_bytes_list6.items");

/* Whether the count is one that there can be. */
SHM_INLINE bool golden_bytes_list6_valid(const golden_bytes_list6 *list) { return shm_look32(&list->count) <= 6; }

/* How many bytes there are; 6 if the count is greater. */
SHM_INLINE size_t golden_bytes_list6_size(const golden_bytes_list6 *list) { return shm_list_size(&list->count, 6); }

/* Puts this many bytes in the place of all that was there; false, and no change, if they are more than 6. */
SHM_NODISCARD SHM_INLINE bool golden_bytes_list6_assign(golden_bytes_list6 *list, const void *bytes, size_t length) {
  return shm_bounded_put(&list->count, 6, list->items, bytes, length);
}

/* Takes all away. */
SHM_INLINE void golden_bytes_list6_clear(golden_bytes_list6 *list) { memset(list, 0, sizeof *list); }

/* Whether all bytes that are there are equal; with a count that cannot be, whether all in the room are. */
SHM_INLINE bool golden_bytes_list6_equal(const golden_bytes_list6 *a, const golden_bytes_list6 *b) {
  const uint32_t count = shm_look32(&a->count);
  return shm_look32(&b->count) == count && memcmp(a->items, b->items, shm_list_size(&count, 6)) == 0;
}

SHM_APART void golden_bytes_list6_add(shm_text *text, const golden_bytes_list6 *value) {
  const uint32_t count = shm_look32(&value->count);
  if (count > 6) {
    shm_add(text, "a list of ");
    shm_add_number(text, count);
    shm_add(text, " in a room for 6");
    return;
  }
  shm_add_hex(text, value->items, count);
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_bytes_list6_format(const golden_bytes_list6 *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_bytes_list6_add(&text, value);
  return text.used;
}

typedef struct __attribute__((aligned(4))) golden_Order {
  golden_bytes_list6 key;
} golden_Order;
SHM_STATIC_ASSERT(sizeof(golden_Order) == 12, "size of golden_Order");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Order) == 4, "alignment of golden_Order");
SHM_STATIC_ASSERT(offsetof(golden_Order, key) == 0, "offset of golden_Order.key");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Order_equal(const golden_Order *a, const golden_Order *b) {
  if (!golden_bytes_list6_equal(&a->key, &b->key)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Order_add(shm_text *text, const golden_Order *value) {
  shm_add(text, "Order { ");
  shm_add(text, "key: ");
  golden_bytes_list6_add(text, &value->key);
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
