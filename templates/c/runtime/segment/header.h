/* ---- The header of a segment --------------------------------------------
 *
 *    0  magic "shmgen\x1a\n"
 *    8  format major u16 | minor u16        12  byte order 0x0A0B0C0D
 *   16  state u32                           20  header size u32
 *   24  total size u64
 *   32  fingerprint, 16 bytes
 *   48  contract offset u64                 56  contract size u64
 *   64  participants offset u64             72  count u32 | stride u32
 *   80  directory offset u64                88  count u32 | stride u32
 *   96  birth mark u64                     104  created, ns since 1970 u64
 *  112  creator: pid u32 | uid u32         120  pid namespace u64
 *  128  creator's program, 16 bytes        144  tool version, 16 bytes
 *  160  schema version, 16 bytes
 *  176  schema name, 128 bytes
 *  304  segment name, 64 bytes
 *  368  zero up to 512
 *
 * Text is padded with NULs. Here is how it is read from bytes that nobody
 * vouches for: once, into private memory, and checked with arithmetic that
 * cannot overflow.
 */

enum {
  SHM_HEADER_SIZE = 512,
  SHM_HEADER_FORMAT_MAJOR = 8,
  SHM_HEADER_FORMAT_MINOR = 10,
  SHM_HEADER_BYTE_ORDER = 12,
  SHM_HEADER_STATE = 16,
  SHM_HEADER_OWN_SIZE = 20,
  SHM_HEADER_TOTAL_SIZE = 24,
  SHM_HEADER_FINGERPRINT = 32,
  SHM_HEADER_CONTRACT_OFFSET = 48,
  SHM_HEADER_CONTRACT_SIZE = 56,
  SHM_HEADER_PARTICIPANTS_OFFSET = 64,
  SHM_HEADER_PARTICIPANTS_COUNT = 72,
  SHM_HEADER_PARTICIPANTS_STRIDE = 76,
  SHM_HEADER_DIRECTORY_OFFSET = 80,
  SHM_HEADER_DIRECTORY_COUNT = 88,
  SHM_HEADER_DIRECTORY_STRIDE = 92,
  SHM_HEADER_BIRTH_MARK = 96,
  SHM_HEADER_CREATED = 104,
  SHM_HEADER_CREATOR_PID = 112,
  SHM_HEADER_CREATOR_UID = 116,
  SHM_HEADER_CREATOR_PID_NAMESPACE = 120,
  SHM_HEADER_CREATOR_PROGRAM = 128, /* 16 bytes */
  SHM_HEADER_TOOL_VERSION = 144,    /* 16 bytes */
  SHM_HEADER_SCHEMA_VERSION = 160,  /* 16 bytes */
  SHM_HEADER_SCHEMA_NAME = 176,     /* 128 bytes */
  SHM_HEADER_SEGMENT_NAME = 304     /* 64 bytes */
};

enum {
  SHM_SEGMENT_UNINITIALISED = 0,
  SHM_SEGMENT_INITIALISING = 1,
  SHM_SEGMENT_READY = 2,
  SHM_SEGMENT_RETIRED = 3 /* removed; attached peers drain it */
};

#define SHM_MAGIC "shmgen\x1a\n"
#define SHM_FORMAT_MAJOR 1u
#define SHM_FORMAT_MINOR 0u
#define SHM_BYTE_ORDER 0x0A0B0C0Du
#define SHM_ENTRY_SIZE 64u  /* of the directory */
#define SHM_RECORD_SIZE 64u /* of a participant */
#define SHM_PARTICIPANTS_MAX 4096u
#define SHM_CONTRACT_MAX (UINT64_C(16) << 20)

/* A private copy of a header, and the numbers in it. */
typedef struct shm_header {
  unsigned char bytes[SHM_HEADER_SIZE];
  uint32_t state;
  uint64_t contract_offset;
  uint64_t contract_size;
  uint64_t participants_offset;
  uint32_t participants_count;
  uint32_t directory_count;
  uint64_t directory_offset;
  uint64_t birth_mark;
} shm_header;

/* What bytes are, by their form alone. */
typedef enum shm_form {
  SHM_FORM_OK,
  SHM_FORM_FOREIGN, /* no magic: the segment is bare, or somebody else's */
  SHM_FORM_SHORT,
  SHM_FORM_OTHER_BYTE_ORDER,
  SHM_FORM_OTHER_MAJOR,
  SHM_FORM_NO_BYTE_ORDER
} shm_form;

/* Looks at the first bytes of a segment, at most those of a header. */
SHM_APART shm_form shm_check_form(const unsigned char *bytes, size_t count) {
  uint32_t order;
  if (count < 8 || memcmp(bytes, SHM_MAGIC, 8) != 0) {
    return SHM_FORM_FOREIGN;
  }
  if (count < SHM_HEADER_SIZE) {
    return SHM_FORM_SHORT;
  }
  order = shm_get32(bytes, SHM_HEADER_BYTE_ORDER);
  if (order == __builtin_bswap32(SHM_BYTE_ORDER)) {
    return SHM_FORM_OTHER_BYTE_ORDER;
  }
  if ((shm_get32(bytes, SHM_HEADER_FORMAT_MAJOR) & 0xFFFF) != SHM_FORMAT_MAJOR) {
    return SHM_FORM_OTHER_MAJOR;
  }
  return order == SHM_BYTE_ORDER ? SHM_FORM_OK : SHM_FORM_NO_BYTE_ORDER;
}

/* Copies the numbers out of `header->bytes`. */
SHM_APART void shm_parse_header(shm_header *header) {
  const unsigned char *bytes = header->bytes;
  header->state = shm_get32(bytes, SHM_HEADER_STATE);
  header->contract_offset = shm_get64(bytes, SHM_HEADER_CONTRACT_OFFSET);
  header->contract_size = shm_get64(bytes, SHM_HEADER_CONTRACT_SIZE);
  header->participants_offset = shm_get64(bytes, SHM_HEADER_PARTICIPANTS_OFFSET);
  header->participants_count = shm_get32(bytes, SHM_HEADER_PARTICIPANTS_COUNT);
  header->directory_count = shm_get32(bytes, SHM_HEADER_DIRECTORY_COUNT);
  header->directory_offset = shm_get64(bytes, SHM_HEADER_DIRECTORY_OFFSET);
  header->birth_mark = shm_get64(bytes, SHM_HEADER_BIRTH_MARK);
}

/*
 * Whether all parts lie within `size` bytes and do not overlap. NULL, or what
 * is wrong.
 */
SHM_APART const char *shm_check_parts(const shm_header *header, uint64_t size) {
  uint64_t parts[4][2]; /* offset and size */
  uint64_t end = 0;
  if (shm_get64(header->bytes, SHM_HEADER_TOTAL_SIZE) != size) {
    return "its header gives another size than the system";
  }
  if (shm_get32(header->bytes, SHM_HEADER_OWN_SIZE) != SHM_HEADER_SIZE) {
    return "the header has another size than 512";
  }
  if (shm_get32(header->bytes, SHM_HEADER_DIRECTORY_STRIDE) != SHM_ENTRY_SIZE ||
      shm_get32(header->bytes, SHM_HEADER_PARTICIPANTS_STRIDE) != SHM_RECORD_SIZE) {
    return "directory or participants have another stride than 64";
  }
  /* Of one that is half born, its state tells what is the matter. */
  if (header->participants_count == 0 && header->state != SHM_SEGMENT_INITIALISING) {
    return "it has no participants";
  }
  if (header->participants_count > SHM_PARTICIPANTS_MAX || header->contract_size > SHM_CONTRACT_MAX) {
    return "too many participants, or too long a contract";
  }
  parts[0][0] = 0;
  parts[0][1] = SHM_HEADER_SIZE;
  parts[1][0] = header->directory_offset;
  parts[1][1] = SHM_CAST(uint64_t, header->directory_count) * SHM_ENTRY_SIZE;
  parts[2][0] = header->participants_offset;
  parts[2][1] = SHM_CAST(uint64_t, header->participants_count) * SHM_RECORD_SIZE;
  parts[3][0] = header->contract_offset;
  parts[3][1] = header->contract_size;
  /* By offset, then by size. */
  for (int i = 1; i < 4; i++) {
    for (int k = i; k > 0; k--) {
      uint64_t *a = parts[k - 1];
      uint64_t *b = parts[k];
      if (a[0] < b[0] || (a[0] == b[0] && a[1] <= b[1])) {
        break;
      }
      for (int n = 0; n < 2; n++) {
        uint64_t kept = a[n];
        a[n] = b[n];
        b[n] = kept;
      }
    }
  }
  for (int i = 0; i < 4; i++) {
    if (parts[i][0] % 64 != 0) {
      return "a part is not aligned to 64 bytes";
    }
    if (parts[i][0] < end) {
      return "parts overlap";
    }
    if (__builtin_add_overflow(parts[i][0], parts[i][1], &end)) {
      return "a part's end overflows";
    }
  }
  return end <= size ? NULL : "a part lies outside the segment";
}

/* Writes the header of a segment that is not ready yet. */
SHM_APART void shm_begin_segment(char *base, const unsigned char *header) {
  /* The magic last, by one store; whoever sees it also sees the whole header. */
  shm_copy_in(base + 8, header + 8, SHM_HEADER_SIZE - 8);
  shm_store_release(SHM_AT(shm_word64, base, 0), shm_get64(header, 0));
  __atomic_store_n(SHM_AT(shm_word32, base, SHM_HEADER_STATE), SHM_SEGMENT_INITIALISING, __ATOMIC_RELEASE);
}

/* Why bytes that are `form` are refused. */
SHM_APART shm_status shm_fail_form(shm_attempt attempt, shm_form form, const unsigned char *bytes,
                                   uint64_t size) {
  shm_text *why;
  uint32_t format;
  switch (form) {
  case SHM_FORM_FOREIGN:
    why = shm_explain_attempt(attempt, SHM_MISMATCH);
    shm_add(why, "it is a bare segment of ");
    shm_add_size(why, size);
    shm_add(why, " or another program's: it has no header of ours, so no schema to compare");
    return SHM_MISMATCH;
  case SHM_FORM_OTHER_BYTE_ORDER:
    return shm_fail(attempt, SHM_MISMATCH, "it was made on a machine of the other byte order");
  case SHM_FORM_OTHER_MAJOR:
    format = shm_get32(bytes, SHM_HEADER_FORMAT_MAJOR);
    why = shm_explain_attempt(attempt, SHM_MISMATCH);
    shm_add(why, "it has segment format ");
    shm_add_number(why, format & 0xFFFF);
    shm_add(why, ".");
    shm_add_number(why, format >> 16);
    shm_add(why, ", this program reads ");
    shm_add_number(why, SHM_FORMAT_MAJOR);
    shm_add(why, ".x; build both with the same major version of shmgen");
    return SHM_MISMATCH;
  case SHM_FORM_SHORT:
    return shm_fail(attempt, SHM_CORRUPT, "its header is damaged: the segment is shorter than a header");
  case SHM_FORM_NO_BYTE_ORDER:
    return shm_fail(attempt, SHM_CORRUPT, "its header is damaged: the byte-order mark is neither way round");
  case SHM_FORM_OK:
    break;
  }
  return SHM_OK;
}
