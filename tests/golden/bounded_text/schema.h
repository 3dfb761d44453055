/* [25 lines as in ../empty/schema.h, with e4a6d5f3] */
#if defined(__cplusplus) && __cplusplus >= 201703L
#include <string_view>
#endif
/* [7 lines as in ../empty/schema.h, with e4a6d5f3] */
/* str[<=16]: up to 16 bytes of UTF-8 text, without a NUL behind it. A greater count was written by somebody who is
 * wrong; whatever goes through the bytes then ends at the room. */
typedef struct golden_str_list16 {
  uint32_t count;
  char items[16];
#if defined(__cplusplus)
  typedef char value_type;
  typedef value_type *iterator;
  typedef const value_type *const_iterator;
  static constexpr size_t capacity() { return 16; }
  bool valid() const { return shm_bounded_text_valid(&count, 16, items); }
  size_t size() const { return shm_list_size(&count, 16); }
  bool empty() const { return size() == 0; }
  iterator data() { return items; }
  const_iterator data() const { return items; }
  iterator begin() { return items; }
  const_iterator begin() const { return items; }
  iterator end() { return items + size(); }
  const_iterator end() const { return items + size(); }
  /* The byte in that place, which must be below 16. */
  value_type &operator[](size_t place) { return items[place]; }
  const value_type &operator[](size_t place) const { return items[place]; }
  /* These in the place of all that was there; false, and no change, if they are more than 16 bytes. */
  SHM_NODISCARD bool assign(const shm_text_argument &text) { return assign(text.data(), text.size()); }
  SHM_NODISCARD bool assign(const char *bytes, size_t length) {
    return shm_bounded_put(&count, 16, items, bytes, length);
  }
  void clear() { memset(this, 0, sizeof *this); }
#if __cplusplus >= 201703L
  std::string_view view() const { return std::string_view(items, size()); }
  operator std::string_view() const { return view(); }
#endif
#endif
} golden_str_list16;
SHM_STATIC_ASSERT(sizeof(golden_str_list16) == 20, "size of golden_str_list16");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_str_list16) == 4, "alignment of golden_str_list16");
SHM_STATIC_ASSERT(offsetof(golden_str_list16, count) == 0, "offset of golden_str_list16.count");
SHM_STATIC_ASSERT(offsetof(golden_str_list16, items) == 4, "offset of golden_str_list16.items");

/* Whether the count is one that there can be, and the bytes are UTF-8. */
SHM_INLINE bool golden_str_list16_valid(const golden_str_list16 *list) {
  return shm_bounded_text_valid(&list->count, 16, list->items);
}

/* How many bytes there are; 16 if the count is greater. */
SHM_INLINE size_t golden_str_list16_size(const golden_str_list16 *list) { return shm_list_size(&list->count, 16); }

/* Puts this many bytes in the place of all that was there; false, and no change, if they are more than 16. */
SHM_NODISCARD SHM_INLINE bool golden_str_list16_assign(golden_str_list16 *list, const char *bytes, size_t length) {
  return shm_bounded_put(&list->count, 16, list->items, bytes, length);
}

/* The same of text with a NUL behind it. */
SHM_NODISCARD SHM_INLINE bool golden_str_list16_assign_text(golden_str_list16 *list, const char *text) {
  return shm_bounded_put(&list->count, 16, list->items, text, strlen(text));
}

/* Takes all away. */
SHM_INLINE void golden_str_list16_clear(golden_str_list16 *list) { memset(list, 0, sizeof *list); }

/* Whether all bytes that are there are equal; with a count that cannot be, whether all in the room are. */
SHM_INLINE bool golden_str_list16_equal(const golden_str_list16 *a, const golden_str_list16 *b) {
  const uint32_t count = shm_look32(&a->count);
  return shm_look32(&b->count) == count && memcmp(a->items, b->items, shm_list_size(&count, 16)) == 0;
}

SHM_APART void golden_str_list16_add(shm_text *text, const golden_str_list16 *value) {
  const uint32_t count = shm_look32(&value->count);
  if (count > 16) {
    shm_add(text, "a list of ");
    shm_add_number(text, count);
    shm_add(text, " in a room for 16");
    return;
  }
  shm_add(text, "\"");
  shm_add_escaped(text, value->items, count);
  shm_add(text, "\"");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_str_list16_format(const golden_str_list16 *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_str_list16_add(&text, value);
  return text.used;
}

typedef struct __attribute__((aligned(4))) golden_Order {
  /* Default: "n/a". */
  golden_str_list16 note;
} golden_Order;
SHM_STATIC_ASSERT(sizeof(golden_Order) == 20, "size of golden_Order");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Order) == 4, "alignment of golden_Order");
SHM_STATIC_ASSERT(offsetof(golden_Order, note) == 0, "offset of golden_Order.note");

/* A value whose fields have the defaults of the schema; the others are zero. */
SHM_INLINE golden_Order golden_Order_default(void) {
  golden_Order value;
  memset(&value, 0, sizeof value);
  memcpy(value.note.items, "n/a", 3);
  value.note.count = 3;
  return value;
}

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Order_equal(const golden_Order *a, const golden_Order *b) {
  if (!golden_str_list16_equal(&a->note, &b->note)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Order_add(shm_text *text, const golden_Order *value) {
  shm_add(text, "Order { ");
  shm_add(text, "note: ");
  golden_str_list16_add(text, &value->note);
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
