/* ---- Reading contracts --------------------------------------------------
 *
 * A contract is a tree of records, each a tag of one byte, a length of four and
 * so many bytes; text is a length of two bytes and UTF-8:
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
 *   object   := 'Q' { text name | text item | u64 capacity }                      a queue, one to one
 *             | 'L' { text name | text item | u64 capacity | u64 lanes }          many to one
 *             | 'M' { text name | text item | u64 capacity
 *                     | u64 producers | u64 consumers | u64 redeliver }           other
 *             | 'R' { text name | u64 bytes | u64 lanes }                         a ring; 0: one producer
 *             | 'B' { text name | u64 bytes }                                     a stream
 *             | 'P' { text name | text item | u64 capacity }                      a topic
 *             | 'C' { text name | text type }                                     a cell
 *             | 'V' { text name | text type | u64 count }                         an array of cells
 *             | 'A' { text name | text type }                                     a state
 *             | 'N' { text name }                                                 an event
 *             | 'K' { text name | counter* }                                      counters
 *             | 'W' { text name | u64 bytes | u64 align }                         raw bytes
 *   counter  := 'k' { text name | text type }
 *
 * Producers and consumers are 1, or 0 for many.
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
  char unknown; /* a record of a kind that is not known, which makes it damaged too; 0 for none */
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

/* Whether the size of a struct is an extent, which is said behind its fields. */
SHM_APART bool shm_take_extent(shm_reader *reader) {
  shm_reader body;
  if (reader->left == 0) {
    return false;
  }
  if (shm_take_record(reader, &body) != 'x' || body.left != 0 || reader->left != 0) {
    reader->damaged = true;
  }
  return true;
}

/* An object: what the records of all kinds come to. */
typedef struct shm_object_record {
  char tag; /* 'Q', 'L' ..; 0 if there is none */
  shm_slice name;
  shm_slice item;      /* of a queue, a topic, a cell, a state */
  uint64_t capacity;   /* of a queue or a topic */
  uint64_t bytes;      /* of a ring, a stream, raw bytes */
  uint64_t lanes;      /* of a queue or a ring; 0: none */
  uint64_t producers;  /* of a queue or a ring; 0: many */
  uint64_t consumers;  /* of a queue; 0: many */
  uint64_t redeliver;  /* of a queue with owned slots */
  uint64_t count;      /* of an array of cells; 0: a single one */
  uint64_t align;      /* of raw bytes */
  shm_reader counters; /* of counters */
} shm_object_record;

/* What the kind of a record is called in schemas; NULL if it is the record of no object. */
SHM_APART const char *shm_object_kind(char tag) {
  switch (tag) {
  case 'Q':
  case 'L':
  case 'M':
    return "queue";
  case 'R':
    return "ring";
  case 'B':
    return "stream";
  case 'P':
    return "topic";
  case 'C':
  case 'V':
    return "cell";
  case 'A':
    return "state";
  case 'N':
    return "event";
  case 'K':
    return "counters";
  case 'W':
    return "raw";
  default:
    return NULL;
  }
}

/* A counter; its tag is 0 if there is none. */
typedef struct shm_counter_record {
  char tag;
  shm_slice name;
  shm_slice type;
} shm_counter_record;

SHM_APART shm_counter_record shm_take_counter(shm_reader *reader) {
  shm_counter_record counter;
  shm_reader body;
  memset(&counter, 0, sizeof counter);
  counter.tag = shm_take_record(reader, &body);
  if (counter.tag == '\0') {
    return counter;
  }
  counter.name = shm_take_text(&body);
  counter.type = shm_take_text(&body);
  if (counter.tag != 'k' || body.damaged || body.left != 0) {
    reader->damaged = true;
    counter.tag = '\0';
  }
  return counter;
}

/* The place among the counters of the one of that name, or SIZE_MAX. */
SHM_APART size_t shm_find_counter(shm_reader reader, shm_slice name) {
  for (size_t index = 0;; index++) {
    shm_counter_record counter = shm_take_counter(&reader);
    if (counter.tag == '\0') {
      return SIZE_MAX;
    }
    if (shm_same_text(counter.name, name)) {
      return index;
    }
  }
}

/* Takes what lies behind the name and the item of an object; whether it could be so. */
SHM_APART bool shm_take_geometry(shm_reader *body, shm_object_record *object) {
  char tag = object->tag;
  bool is_queue = tag == 'Q' || tag == 'L' || tag == 'M';
  if (is_queue || tag == 'P') {
    object->capacity = shm_take_number(body);
  }
  if (tag == 'R' || tag == 'B' || tag == 'W') {
    object->bytes = shm_take_number(body);
  }
  if (tag == 'L' || tag == 'R') {
    object->lanes = shm_take_number(body);
  }
  object->producers = object->lanes == 0 ? 1 : 0;
  object->consumers = 1;
  if (tag == 'M') {
    object->producers = shm_take_number(body);
    object->consumers = shm_take_number(body);
    object->redeliver = shm_take_number(body);
  }
  if (tag == 'V') {
    object->count = shm_take_number(body);
    body->damaged = body->damaged || object->count == 0;
  }
  if (tag == 'W') {
    object->align = shm_take_number(body);
  }
  if (tag == 'K') {
    object->counters = *body;
    while (shm_take_counter(body).tag != '\0') {
    }
  }
  return !body->damaged && body->left == 0 && object->producers <= 1 && object->consumers <= 1 &&
         object->redeliver <= 1 && object->lanes <= SHM_LANES_MAX && object->count <= UINT32_MAX;
}

SHM_APART shm_object_record shm_take_object(shm_reader *reader) {
  shm_object_record object;
  shm_reader body;
  memset(&object, 0, sizeof object);
  object.tag = shm_take_record(reader, &body);
  if (object.tag == '\0') {
    return object;
  }
  object.name = shm_take_text(&body);
  if (strchr("QLMPCVA", object.tag) != NULL) {
    object.item = shm_take_text(&body);
  }
  if (shm_object_kind(object.tag) == NULL || !shm_take_geometry(&body, &object)) {
    const bool is_letter =
        (object.tag >= 'A' && object.tag <= 'Z') || (object.tag >= 'a' && object.tag <= 'z');
    reader->unknown = shm_object_kind(object.tag) == NULL && is_letter ? object.tag : '\0';
    reader->damaged = true;
    object.tag = '\0';
  }
  return object;
}

/* The place among the objects of the one of that name, or SIZE_MAX. */
SHM_APART size_t shm_find_object(shm_reader reader, shm_slice name) {
  for (size_t index = 0;; index++) {
    shm_object_record object = shm_take_object(&reader);
    if (object.tag == '\0') {
      return SIZE_MAX;
    }
    if (shm_same_text(object.name, name)) {
      return index;
    }
  }
}
