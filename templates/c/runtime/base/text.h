/* ---- Text ---------------------------------------------------------------
 *
 * Building text in a buffer of fixed size, without stdio: paths and messages.
 * What does not fit is cut off. Text that came from outside (names, programs)
 * is escaped before it can reach a terminal.
 */

typedef struct shm_text {
  char *bytes;
  size_t size; /* of the buffer, the terminating NUL included */
  size_t used; /* the NUL not counted */
  bool cut;    /* something did not fit */
} shm_text;

SHM_INLINE void shm_text_begin(shm_text *text, char *buffer, size_t size) {
  text->bytes = buffer;
  text->size = size;
  text->used = 0;
  text->cut = false;
  buffer[0] = '\0';
}

/* Adds bytes, all of them or none. */
SHM_APART void shm_add_bytes(shm_text *text, const char *bytes, size_t count) {
  if (text->cut || count >= text->size - text->used) {
    text->cut = true;
    return;
  }
  memcpy(text->bytes + text->used, bytes, count);
  text->used += count;
  text->bytes[text->used] = '\0';
}

/* Adds text of our own; as much of it as fits. */
SHM_APART void shm_add(shm_text *text, const char *more) {
  size_t count = strlen(more);
  size_t room = text->size - text->used - 1;
  if (count <= room) {
    shm_add_bytes(text, more, count);
  } else {
    shm_add_bytes(text, more, room);
    text->cut = true;
  }
}

/* Adds a number in a base up to 16, with zeros before it up to `width`. */
SHM_APART void shm_add_digits(shm_text *text, uint64_t number, unsigned base, unsigned width) {
  char digits[64];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0 || (sizeof digits - at < width && at > 0));
  shm_add_bytes(text, digits + at, sizeof digits - at);
}

SHM_INLINE void shm_add_number(shm_text *text, uint64_t number) { shm_add_digits(text, number, 10, 0); }

SHM_INLINE void shm_add_signed(shm_text *text, int64_t number) {
  if (number < 0) {
    shm_add(text, "-");
  }
  shm_add_number(text, number < 0 ? 0 - SHM_CAST(uint64_t, number) : SHM_CAST(uint64_t, number));
}

/* Adds bytes as pairs of hexadecimal digits. */
SHM_APART void shm_add_hex(shm_text *text, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    shm_add_digits(text, bytes[i], 16, 2);
  }
}

/* Whether two texts of at most `max` bytes are the same up to their first NUL. */
SHM_INLINE bool shm_text_equal(const char *a, const char *b, size_t max) { return strncmp(a, b, max) == 0; }

/* Adds a number of bytes as people say it: `4.2 MB`, `512 bytes`. */
SHM_APART void shm_add_size(shm_text *text, uint64_t size) {
  static const char *const units[] = {" kB", " MB", " GB"};
  unsigned unit = size < 10000000u ? 0 : size < 10000000000u ? 1 : 2;
  uint64_t tenth = unit == 0 ? 100 : unit == 1 ? 100000 : 100000000;
  if (size < 10000) {
    shm_add_number(text, size);
    shm_add(text, " bytes");
    return;
  }
  size = size / tenth + (size % tenth >= tenth / 2 ? 1 : 0);
  shm_add_number(text, size / 10);
  shm_add(text, ".");
  shm_add_number(text, size % 10);
  shm_add(text, units[unit]);
}

/*
 * The first character of UTF-8 text of at least one byte, and how many bytes it
 * takes. What is not UTF-8 counts one byte, as UINT32_MAX.
 */
SHM_APART size_t shm_decode_char(const char *bytes, size_t count, uint32_t *found) {
  unsigned first = SHM_CAST(unsigned char, bytes[0]);
  size_t length = first < 0x80   ? 1
                  : first < 0xC2 ? 0
                  : first < 0xE0 ? 2
                  : first < 0xF0 ? 3
                  : first < 0xF5 ? 4
                                 : 0;
  uint32_t value = length == 1 ? first : first & (0x7Fu >> length);
  *found = UINT32_MAX;
  if (length == 0 || length > count) {
    return 1;
  }
  for (size_t i = 1; i < length; i++) {
    unsigned next = SHM_CAST(unsigned char, bytes[i]);
    if ((next & 0xC0) != 0x80) {
      return 1;
    }
    value = value << 6 | (next & 0x3F);
  }
  /* Too long a form, a surrogate, or beyond the last character. */
  if ((length == 3 && value < 0x800) || (length == 4 && (value < 0x10000 || value > 0x10FFFF)) ||
      (value >= 0xD800 && value <= 0xDFFF)) {
    return 1;
  }
  *found = value;
  return length;
}

/* Whether bytes are UTF-8. */
SHM_APART bool shm_is_utf8(const char *bytes, size_t count) {
  for (size_t at = 0; at < count;) {
    uint32_t found;
    at += shm_decode_char(bytes + at, count - at, &found);
    if (found == UINT32_MAX) {
      return false;
    }
  }
  return true;
}

/*
 * Adds text from outside: control characters, and those that turn the
 * direction of writing, are escaped as \u{1b}; what is not UTF-8 is replaced.
 */
SHM_APART void shm_add_escaped(shm_text *text, const char *bytes, size_t count) {
  for (size_t at = 0; at < count;) {
    uint32_t c;
    size_t length = shm_decode_char(bytes + at, count - at, &c);
    bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    bool turns = c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (c == UINT32_MAX) {
      shm_add_bytes(text, "\xEF\xBF\xBD", 3);
    } else if (control || turns) {
      shm_add(text, "\\u{");
      shm_add_digits(text, c, 16, 0);
      shm_add(text, "}");
    } else {
      shm_add_bytes(text, bytes + at, length);
    }
    at += length;
  }
}

/* Text that ends at its first NUL or after `max` bytes, escaped. */
SHM_INLINE void shm_add_outside(shm_text *text, const char *bytes, size_t max) {
  size_t count = 0;
  while (count < max && bytes[count] != '\0') {
    count++;
  }
  shm_add_escaped(text, bytes, count);
}

/* How many bytes of a text fit into `max`, cut at a character. */
SHM_APART size_t shm_clip(const char *bytes, size_t max) {
  size_t end = strlen(bytes);
  if (end > max) {
    end = max;
    while (end > 0 && (SHM_CAST(unsigned char, bytes[end]) & 0xC0) == 0x80) {
      end--;
    }
  }
  return end;
}
