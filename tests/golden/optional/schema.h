/* [25 lines as in ../empty/schema.h, with c3dfe2cf] */
#if defined(__cplusplus) && __cplusplus >= 201703L
#include <optional>
#include <string_view>
#endif
/* [7 lines as in ../empty/schema.h, with c3dfe2cf] */
/* i64?: a value, if `has` is 1, or none, if it is 0. Anything else was written by somebody who is wrong, and
 * counts as none. */
typedef struct golden_i64_optional {
  uint8_t has;
  uint8_t _reserved0[7];
  int64_t value;
#if defined(__cplusplus)
  typedef int64_t value_type;
  bool valid() const { return shm_look8(&has) <= 1; }
  bool has_value() const { return shm_look8(&has) == 1; }
  explicit operator bool() const { return has_value(); }
  /* The value, which must be there. */
  value_type &operator*() { return value; }
  const value_type &operator*() const { return value; }
  value_type *operator->() { return &value; }
  const value_type *operator->() const { return &value; }
  value_type value_or(const value_type &other) const { return has_value() ? value : other; }
  void set(const int64_t &held) {
    shm_hold(this, sizeof *this, 8, &held, sizeof held);
    has = 1;
  }
  static golden_i64_optional of(const int64_t &held) {
    golden_i64_optional made = golden_i64_optional();
    made.set(held);
    return made;
  }
  void reset() { memset(this, 0, sizeof *this); }
#if __cplusplus >= 201703L
  operator std::optional<value_type>() const { return has_value() ? std::optional<value_type>(value) : std::nullopt; }
  template <class T> golden_i64_optional &operator=(const std::optional<T> &other) {
    if (other) {
      set(static_cast<value_type>(*other));
    } else {
      reset();
    }
    return *this;
  }
  golden_i64_optional &operator=(std::nullopt_t) {
    reset();
    return *this;
  }
#endif
#endif
} golden_i64_optional;
SHM_STATIC_ASSERT(sizeof(golden_i64_optional) == 16, "size of golden_i64_optional");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_i64_optional) == 8, "alignment of golden_i64_optional");
SHM_STATIC_ASSERT(offsetof(golden_i64_optional, has) == 0, "offset of golden_i64_optional.has");
SHM_STATIC_ASSERT(offsetof(golden_i64_optional, value) == 8, "offset of golden_i64_optional.value");

/* Whether `has` is 1 or 0. */
SHM_INLINE bool golden_i64_optional_valid(const golden_i64_optional *optional) { return shm_look8(&optional->has) <= 1; }

/* Copies the value; false, and nothing is copied, if there is none. */
SHM_NODISCARD SHM_INLINE bool golden_i64_optional_get(const golden_i64_optional *optional, int64_t *held) {
  if (shm_look8(&optional->has) != 1) {
    return false;
  }
  memcpy(held, &optional->value, sizeof optional->value);
  return true;
}

/* Puts a value in. */
SHM_INLINE void golden_i64_optional_set(golden_i64_optional *optional, const int64_t *held) {
  shm_hold(optional, sizeof *optional, 8, held, sizeof optional->value);
  optional->has = 1;
}

/* Takes the value away. */
SHM_INLINE void golden_i64_optional_clear(golden_i64_optional *optional) { memset(optional, 0, sizeof *optional); }

/* Whether both have no value, or equal ones; with a `has` that cannot be, whether all bytes are equal. */
SHM_INLINE bool golden_i64_optional_equal(const golden_i64_optional *a, const golden_i64_optional *b) {
  const uint8_t has = shm_look8(&a->has);
  if (shm_look8(&b->has) != has) {
    return false;
  }
  if (has > 1) {
    return memcmp(a, b, sizeof *a) == 0;
  }
  if (has == 1) {
    if (a->value != b->value) {
      return false;
    }
  }
  return true;
}

SHM_APART void golden_i64_optional_add(shm_text *text, const golden_i64_optional *value) {
  const uint8_t has = shm_look8(&value->has);
  if (has == 1) {
    shm_add_signed(text, value->value);
  } else if (has == 0) {
    shm_add(text, "none");
  } else {
    shm_add(text, "optional(");
    shm_add_number(text, has);
    shm_add(text, ")");
  }
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_i64_optional_format(const golden_i64_optional *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_i64_optional_add(&text, value);
  return text.used;
}

typedef struct __attribute__((aligned(8))) golden_Order {
  golden_i64_optional limit;
} golden_Order;
SHM_STATIC_ASSERT(sizeof(golden_Order) == 16, "size of golden_Order");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Order) == 8, "alignment of golden_Order");
SHM_STATIC_ASSERT(offsetof(golden_Order, limit) == 0, "offset of golden_Order.limit");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Order_equal(const golden_Order *a, const golden_Order *b) {
  if (!golden_i64_optional_equal(&a->limit, &b->limit)) {
    return false;
  }
  return true;
}

SHM_APART void golden_Order_add(shm_text *text, const golden_Order *value) {
  shm_add(text, "Order { ");
  shm_add(text, "limit: ");
  golden_i64_optional_add(text, &value->limit);
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
