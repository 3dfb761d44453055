/* ---- Reading contracts --------------------------------------------------
 *
 * A contract is a tree of records, each a tag of one byte, a length of four and
 * a payload of that length; text is a length of two bytes and UTF-8:
 *
 *   contract := 'S' { text schema | text segment | type* | object* }
 *   type     := 'T' { text schema | text name | u64 size | u64 align | field* | was* | extent? }
 *             | 'E' { text schema | text name | text repr | value* }              an enum
 *             | 'F' { text schema | text name | text repr | bit* }                flags
 *             | 'U' { text schema | text name | text tag type | u64 size | u64 align | variant* }   a union
 *   field    := 'f' { text name | u64 offset | u64 size | text type | text unit | text range }
 *   was      := 'w' { text name | u64 offset | u64 size }
 *   extent   := 'x' { }
 *   value    := 'v' { text name | u64 number, two's complement }
 *   bit      := 'b' { text name | u64 bit }
 *   variant  := 'u' { text name | u64 number | text type, empty for none | text range }
 *
 * The records of objects are described with each kind. A record of another tag
 * was written by a newer version.
 *
 * Bytes that are read here may be hostile: every length is checked before it is
 * used, and the work is bounded by the number of bytes. What a program does
 * with a contract is in the next part.
 */

/* Bytes that are read from the front. */
typedef struct shm_reader {
  const char *at;
  size_t left;
  bool damaged; /* something was cut short */
  char unknown; /* the tag of a record that this version does not know, or 0 */
} shm_reader;

/* Text within a contract. */
typedef struct shm_slice {
  const char *bytes;
  size_t size;
} shm_slice;

SHM_INLINE shm_reader shm_reader_of(const void *bytes, size_t size) {
  shm_reader reader;
  reader.at = SHM_CAST(const char *, bytes);
  reader.left = size;
  reader.damaged = false;
  reader.unknown = '\0';
  return reader;
}

/* The next `count` bytes, or NULL. */
SHM_APART const char *shm_take(shm_reader *reader, size_t count) {
  const char *taken = reader->at;
  if (count > reader->left) {
    reader->damaged = true;
    reader->left = 0;
    return NULL;
  }
  reader->at += count;
  reader->left -= count;
  return taken;
}

SHM_APART uint64_t shm_take_number(shm_reader *reader) {
  const char *bytes = shm_take(reader, 8);
  return bytes == NULL ? 0 : shm_get64(bytes, 0);
}

SHM_APART shm_slice shm_take_text(shm_reader *reader) {
  shm_slice text;
  const char *bytes = shm_take(reader, 2);
  text.size = bytes == NULL ? 0
                            : SHM_CAST(size_t, SHM_CAST(unsigned char, bytes[0])) |
                                  SHM_CAST(size_t, SHM_CAST(unsigned char, bytes[1])) << 8;
  text.bytes = shm_take(reader, text.size);
  if (text.bytes == NULL) {
    text.bytes = "";
    text.size = 0;
  }
  return text;
}

/* The next record: its tag, or 0 if there is none. */
SHM_APART char shm_take_record(shm_reader *reader, shm_reader *body) {
  const char *head = reader->left == 0 ? NULL : shm_take(reader, 5);
  const char *bytes = head == NULL ? NULL : shm_take(reader, shm_get32(head, 1));
  *body = shm_reader_of(bytes == NULL ? "" : bytes, bytes == NULL ? 0 : shm_get32(head, 1));
  return bytes == NULL ? '\0' : head[0];
}

SHM_INLINE bool shm_same_text(shm_slice a, shm_slice b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

/* Less than 0, 0 or more than 0, in the order of bytes. */
SHM_APART int shm_compare_text(shm_slice a, shm_slice b) {
  int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);
  return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size ? 1 : 0;
}

/* A type's record: what all four kinds begin with. */
typedef struct shm_type_record {
  char tag; /* 'T', 'E', 'F', 'U'; 0 if there is none */
  shm_slice schema;
  shm_slice name;
  shm_reader rest;
} shm_type_record;

/* The next type; `reader` stays before what is none. */
SHM_APART shm_type_record shm_take_type(shm_reader *reader) {
  shm_type_record type;
  shm_reader after = *reader;
  memset(&type, 0, sizeof type);
  type.tag = shm_take_record(&after, &type.rest);
  if (type.tag == 'T' || type.tag == 'E' || type.tag == 'F' || type.tag == 'U') {
    type.schema = shm_take_text(&type.rest);
    type.name = shm_take_text(&type.rest);
    *reader = after;
    reader->damaged = reader->damaged || type.rest.damaged;
  } else {
    type.tag = '\0';
    reader->damaged = reader->damaged || after.damaged;
  }
  return type;
}

/* A field of a struct, one that it had, a variant of a union, or a member of an enum or of flags. */
typedef struct shm_member_record {
  char tag; /* 'f', 'w', 'v', 'b', 'u'; 0 if there is none, or another record comes */
  shm_slice name;
  uint64_t number; /* a field's offset, a value, a bit, a variant's tag */
  uint64_t size;   /* of a field, or of one that was */
  shm_slice type;  /* of a field or a variant */
  shm_slice unit;  /* of a field */
  shm_slice range; /* of a field or a variant */
} shm_member_record;

/* The next member, if it is of that kind; `reader` stays before another one. */
SHM_APART shm_member_record shm_take_member(shm_reader *reader, char tag) {
  shm_member_record member;
  shm_reader body;
  memset(&member, 0, sizeof member);
  if (reader->left != 0 && reader->at[0] != tag) {
    return member;
  }
  member.tag = shm_take_record(reader, &body);
  if (member.tag == '\0') {
    return member;
  }
  member.name = shm_take_text(&body);
  member.number = shm_take_number(&body);
  if (member.tag == 'f' || member.tag == 'w') {
    member.size = shm_take_number(&body);
  }
  if (member.tag == 'f') {
    member.type = shm_take_text(&body);
    member.unit = shm_take_text(&body);
    member.range = shm_take_text(&body);
  } else if (member.tag == 'u') {
    member.type = shm_take_text(&body);
    member.range = shm_take_text(&body);
  }
  if (body.damaged || body.left != 0) {
    reader->damaged = true;
  }
  return member;
}

/* The member of that kind and name behind `reader`; its tag is 0 if there is none. */
SHM_APART shm_member_record shm_find_member(shm_reader reader, char tag, shm_slice name) {
  for (;;) {
    shm_member_record member = shm_take_member(&reader, tag);
    if (member.tag == '\0' || shm_same_text(member.name, name)) {
      return member;
    }
  }
}

/* Whether a reader met what it cannot make sense of. */
SHM_INLINE bool shm_is_unreadable(const shm_reader *reader) {
  return reader->damaged || reader->unknown != '\0';
}

/* Notes a record of a tag that is not known: a newer version's, or no record. */
SHM_APART void shm_note_unknown(shm_reader *reader, char tag) {
  const bool is_letter = (tag >= 'A' && tag <= 'Z') || (tag >= 'a' && tag <= 'z');
  reader->unknown = is_letter ? tag : reader->unknown;
  reader->damaged = reader->damaged || !is_letter;
}

/* What is left must be nothing: else a record that is not known. */
SHM_APART void shm_expect_end(shm_reader *reader) {
  shm_reader body;
  if (reader->left != 0) {
    shm_note_unknown(reader, shm_take_record(reader, &body));
  }
}

/* Whether the size of a struct is an extent, which is said behind its fields. */
SHM_APART bool shm_take_extent(shm_reader *reader) {
  shm_reader body;
  if (reader->left == 0 || reader->at[0] != 'x') {
    shm_expect_end(reader);
    return false;
  }
  shm_take_record(reader, &body);
  reader->damaged = reader->damaged || body.left != 0;
  shm_expect_end(reader);
  return true;
}
