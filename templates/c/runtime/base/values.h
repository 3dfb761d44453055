/* ---- Values -------------------------------------------------------------
 *
 * What the lists, optionals and unions of generated headers share. What tells
 * of them (a count, a `has`, a tag) may lie in a segment, where a peer that lies
 * changes it between two looks. So it is looked at once, and whatever it is,
 * nothing beyond the room of the type is touched.
 */

SHM_HOT uint8_t shm_look8(const uint8_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
SHM_HOT uint16_t shm_look16(const uint16_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
SHM_HOT uint32_t shm_look32(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
SHM_HOT uint64_t shm_look64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

/* How many items a list has: what it says, and no more than there is room for. */
SHM_HOT size_t shm_list_size(const uint32_t *count, uint32_t room) {
  const uint32_t said = shm_look32(count);
  return said < room ? said : room;
}

/* Puts an item behind the last one of a list; false, and no change, if there is no room. */
SHM_INLINE bool shm_list_push(uint32_t *count, uint32_t room, void *items, const void *item, size_t size) {
  const uint32_t used = shm_look32(count);
  if (used >= room) {
    return false;
  }
  memmove(SHM_CAST(char *, items) + used * size, item, size);
  *count = used + 1;
  return true;
}

/* Bytes of a text before its NUL, at most `max`. */
SHM_INLINE size_t shm_text_length(const char *text, size_t max) {
  size_t length = 0;
  while (length < max && text[length] != '\0') {
    length++;
  }
  return length;
}

/*
 * Puts text into a str[N] and fills it up with NULs; false, and no change, if it
 * is longer or has a NUL in it.
 */
SHM_INLINE bool shm_text_put(char *field, size_t size, const char *text, size_t length) {
  if (length > size || memchr(text, '\0', length) != NULL) {
    return false;
  }
  memmove(field, text, length);
  memset(field + length, 0, size - length);
  return true;
}

/* Takes text out of a str[N], and puts a NUL behind it: `text` has room for N + 1 bytes. */
SHM_INLINE void shm_text_take(const char *field, size_t size, char *text) {
  const size_t length = shm_text_length(field, size);
  memcpy(text, field, length);
  text[length] = '\0';
}

/* The same as shm_list_push for items that are str[N]. */
SHM_INLINE bool shm_list_push_text(uint32_t *count, uint32_t room, char *items, size_t size, const char *text,
                                   size_t length) {
  const uint32_t used = shm_look32(count);
  if (used >= room || !shm_text_put(items + used * size, size, text, length)) {
    return false;
  }
  *count = used + 1;
  return true;
}

/* Puts bytes into a bytes[<=N] or a str[<=N]; false, and no change, if there is no room. They may lie in it.
 */
SHM_INLINE bool shm_bounded_put(uint32_t *count, uint32_t room, void *items, const void *bytes,
                                size_t length) {
  char *start = SHM_CAST(char *, items);
  if (length > room) {
    return false;
  }
  if (length != 0) {
    memmove(start, bytes, length);
  }
  memset(start + length, 0, room - length);
  *count = SHM_CAST(uint32_t, length);
  return true;
}

/* Whether a str[<=N] has a count that there can be, and is UTF-8. */
SHM_INLINE bool shm_bounded_text_valid(const uint32_t *count, uint32_t room, const char *items) {
  const uint32_t said = shm_look32(count);
  return said <= room && shm_is_utf8(items, said);
}

/* Puts what a union or an optional holds into its place, and makes all bytes around it zero, the tag too. */
SHM_INLINE void shm_hold(void *value, size_t size, size_t offset, const void *held, size_t held_size) {
  char *bytes = SHM_CAST(char *, value);
  /* What is held may come from the very place: first moved, then cleared around. */
  memmove(bytes + offset, held, held_size);
  memset(bytes, 0, offset);
  memset(bytes + offset + held_size, 0, size - offset - held_size);
}

/* The same for text in a room of `room` bytes; false, and no change, if it does not fit. */
SHM_INLINE bool shm_hold_text(void *value, size_t size, size_t offset, size_t room, const char *text,
                              size_t length) {
  if (length > room || memchr(text, '\0', length) != NULL) {
    return false;
  }
  shm_hold(value, size, offset, text, length);
  return true;
}

#if defined(__cplusplus)
/* Whether a type is a pointer to characters. */
template <class T> struct shm_is_pointer_to_char {};
template <> struct shm_is_pointer_to_char<const char *> { typedef void type; };
template <> struct shm_is_pointer_to_char<char *> { typedef void type; };

/*
 * Text that a function takes: a literal or an array, up to its first NUL or its
 * end; a pointer to text that ends with a NUL; a std::string, a std::string_view
 * or what else has data() and size().
 */
class shm_text_argument {
public:
  template <size_t N> shm_text_argument(const char (&text)[N]) : text_(text), size_(0) {
    while (size_ < N && text[size_] != '\0') {
      size_++;
    }
  }
  template <class T>
  shm_text_argument(const T &text, typename shm_is_pointer_to_char<T>::type * = nullptr)
      : text_(text), size_(strlen(text)) {}
  template <class T>
  shm_text_argument(const T &text, decltype(static_cast<const char *>(text.data())) = nullptr)
      : text_(text.size() == 0 ? "" : text.data()), size_(text.size()) {}

  const char *data() const { return text_; }
  size_t size() const { return size_; }

private:
  const char *text_;
  size_t size_;
};
#endif
