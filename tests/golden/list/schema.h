/* [32 lines as in ../empty/schema.h, with f10367d5] */
/* i64[<=4]: up to 4 of them. A greater count was written by somebody who is wrong; whatever goes through
 * the items then ends at the room. */
typedef struct golden_i64_list4 {
  uint32_t count;
  uint8_t _reserved0[4];
  int64_t items[4];
#if defined(__cplusplus)
  typedef int64_t value_type;
  typedef value_type *iterator;
  typedef const value_type *const_iterator;
  static constexpr size_t capacity() { return 4; }
  bool valid() const { return shm_look32(&count) <= 4; }
  size_t size() const { return shm_list_size(&count, 4); }
  bool empty() const { return size() == 0; }
  iterator data() { return items; }
  const_iterator data() const { return items; }
  iterator begin() { return items; }
  const_iterator begin() const { return items; }
  iterator end() { return items + size(); }
  const_iterator end() const { return items + size(); }
  /* The item in that place, which must be below 4. */
  value_type &operator[](size_t place) { return items[place]; }
  const value_type &operator[](size_t place) const { return items[place]; }
  /* False, and no change, if there are 4 already. */
  SHM_NODISCARD bool push_back(const int64_t &held) { return shm_list_push(&count, 4, items, &held, sizeof held); }
  void clear() { memset(this, 0, sizeof *this); }
#endif
} golden_i64_list4;
SHM_STATIC_ASSERT(sizeof(golden_i64_list4) == 40, "size of golden_i64_list4");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_i64_list4) == 8, "alignment of golden_i64_list4");
SHM_STATIC_ASSERT(offsetof(golden_i64_list4, count) == 0, "offset of golden_i64_list4.count");
SHM_STATIC_ASSERT(offsetof(golden_i64_list4, items) == 8, "offset of golden_i64_list4.items");

/* Whether the count is one that there can be. */
SHM_INLINE bool golden_i64_list4_valid(const golden_i64_list4 *list) { return shm_look32(&list->count) <= 4; }

/* How many there are; 4 if the count is greater. */
SHM_INLINE size_t golden_i64_list4_size(const golden_i64_list4 *list) { return shm_list_size(&list->count, 4); }

/* Adds one at the end; false, and no change, if there are 4 already. */
SHM_NODISCARD SHM_INLINE bool golden_i64_list4_push(golden_i64_list4 *list, const int64_t *held) {
  return shm_list_push(&list->count, 4, list->items, held, sizeof list->items[0]);
}

/* Takes all away. */
SHM_INLINE void golden_i64_list4_clear(golden_i64_list4 *list) { memset(list, 0, sizeof *list); }

/* Whether all that are there are equal; with a count that cannot be, whether all bytes are. */
SHM_INLINE bool golden_i64_list4_equal(const golden_i64_list4 *a, const golden_i64_list4 *b) {
  const uint32_t count = shm_look32(&a->count);
  if (shm_look32(&b->count) != count) {
    return false;
  }
  if (count > 4) {
    return memcmp(a, b, sizeof *a) == 0;
  }
  for (size_t i = 0; i < count; i++) {
    if (a->items[i] != b->items[i]) {
      return false;
    }
  }
  return true;
}

SHM_APART void golden_i64_list4_add(shm_text *text, const golden_i64_list4 *value) {
  const uint32_t count = shm_look32(&value->count);
  if (count > 4) {
    shm_add(text, "a list of ");
    shm_add_number(text, count);
    shm_add(text, " in a room for 4");
    return;
  }
  shm_add(text, "[");
  for (size_t i = 0; i < count; i++) {
    shm_add(text, i == 0 ? "" : ", ");
    shm_add_signed(text, value->items[i]);
  }
  shm_add(text, "]");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_i64_list4_format(const golden_i64_list4 *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_i64_list4_add(&text, value);
  return text.used;
}

typedef struct __attribute__((aligned(8))) golden_Book {
  golden_i64_list4 prices;
} golden_Book;
SHM_STATIC_ASSERT(sizeof(golden_Book) == 40, "size of golden_Book");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Book) == 8, "alignment of golden_Book");
SHM_STATIC_ASSERT(offsetof(golden_Book, prices) == 0, "offset of golden_Book.prices");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Book_equal(const golden_Book *a, const golden_Book *b) {
  if (!golden_i64_list4_equal(&a->prices, &b->prices)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Book_add(shm_text *text, const golden_Book *value) {
  shm_add(text, "Book { ");
  shm_add(text, "prices: ");
  golden_i64_list4_add(text, &value->prices);
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Book_format(const golden_Book *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Book_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
