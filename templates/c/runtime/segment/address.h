/* ---- Addresses ----------------------------------------------------------
 *
 * One spelling for every place that names a segment:
 *
 *   posix:/acme.feed, /acme.feed, acme.feed   a POSIX segment, by name
 *   posix:                                    on create: a name that is free
 *   sysv:0x53480001, sysv:5679, sysv:-2       a System V segment, by key
 *   sysv-id:32768                             a System V segment, by id
 *   sysv-ftok:PATH:PROJ                       by the key that ftok(3) makes
 *   sysv-file:PATH                            a private one, by the file that holds its id
 *   memfd:PID/FD                              a memfd, by a descriptor of a process
 *   memfd:                                    on create: a memfd
 */

typedef enum shm_address_kind {
  SHM_ADDRESS_POSIX,
  SHM_ADDRESS_KEY,
  SHM_ADDRESS_ID,
  SHM_ADDRESS_FTOK,
  SHM_ADDRESS_FILE,
  SHM_ADDRESS_MEMFD
} shm_address_kind;

#define SHM_NAME_SIZE 256 /* of a file's name with its NUL */
#define SHM_ADDRESS_SIZE 4352

/* An address that was read. */
typedef struct shm_address {
  shm_address_kind kind;
  uint32_t number;             /* key, id, ftok's project number, or a memfd's process; 0: to be made */
  int32_t fd;                  /* memfd: a descriptor of that process */
  char name[SHM_NAME_SIZE];    /* POSIX: without its slash; empty for one that create chooses */
  size_t path_size;            /* ftok, file: of the path, which stands in `text` */
  char text[SHM_ADDRESS_SIZE]; /* in its canonical spelling */
} shm_address;

#define SHM_FTOK_SCHEME "sysv-ftok:"
#define SHM_FILE_SCHEME "sysv-file:"

/* Writes the address in its canonical spelling. `path` is that of ftok or file. */
SHM_APART void shm_address_spell(shm_address *address, const char *path) {
  shm_text text;
  shm_text_begin(&text, address->text, sizeof address->text);
  switch (address->kind) {
  case SHM_ADDRESS_POSIX:
    shm_add(&text, address->name[0] == '\0' ? "posix:" : "posix:/");
    shm_add(&text, address->name);
    break;
  case SHM_ADDRESS_KEY:
    shm_add(&text, "sysv:0x");
    shm_add_digits(&text, address->number, 16, 8);
    break;
  case SHM_ADDRESS_ID:
    shm_add(&text, "sysv-id:");
    shm_add_number(&text, address->number);
    break;
  case SHM_ADDRESS_FTOK:
    shm_add(&text, SHM_FTOK_SCHEME);
    shm_add_bytes(&text, path, address->path_size);
    shm_add(&text, ":");
    shm_add_number(&text, address->number);
    break;
  case SHM_ADDRESS_FILE:
    shm_add(&text, SHM_FILE_SCHEME);
    shm_add_bytes(&text, path, address->path_size);
    break;
  case SHM_ADDRESS_MEMFD:
    shm_add(&text, "memfd:");
    if (address->number != 0) {
      shm_add_number(&text, address->number);
      shm_add(&text, "/");
      shm_add_signed(&text, address->fd);
    }
    break;
  }
}

/* The path of an id file. */
SHM_INLINE const char *shm_id_file_path(const shm_address *address) {
  return address->text + strlen(SHM_FILE_SCHEME);
}

SHM_APART shm_status shm_refuse_address(const char *text, const char *why) {
  shm_text *out = shm_explain(SHM_INVALID);
  shm_add(out, "`");
  shm_add_outside(out, text, SIZE_MAX);
  shm_add(out, "`: ");
  shm_add(out, why);
  return SHM_INVALID;
}

/* Reads a whole number that is at most `max`; whether it is one. */
SHM_APART bool shm_read_number(const char *digits, unsigned base, uint64_t max, uint32_t *number) {
  uint64_t value = 0;
  if (*digits == '\0') {
    return false;
  }
  for (; *digits != '\0'; digits++) {
    char c = *digits;
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 16;
    if (digit >= SHM_CAST(int, base)) {
      return false;
    }
    value = value * base + SHM_CAST(uint64_t, digit);
    if (value > max) {
      return false;
    }
  }
  *number = SHM_CAST(uint32_t, value);
  return true;
}

/*
 * Reads a System V key as people and programs write it: a number of 32 bits, with or
 * without a sign, or hexadecimal.
 */
SHM_APART bool shm_read_key(const char *text, uint32_t *key) {
  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return shm_read_number(text + 2, 16, UINT32_MAX, key);
  }
  if (text[0] != '-') {
    return shm_read_number(text, 10, UINT32_MAX, key);
  }
  if (!shm_read_number(text + 1, 10, UINT64_C(1) << 31, key)) {
    return false;
  }
  *key = 0u - *key;
  return true;
}

SHM_APART shm_status shm_parse_posix(const char *name, const char *whole, shm_address *address) {
  size_t size;
  name += *name == '/' ? 1 : 0;
  size = strlen(name);
  if (strncmp(name, "dev/shm/", 8) == 0 && name[8] != '\0' && strchr(name + 8, '/') == NULL &&
      strncmp(name + 8, ".shmgen.", 8) != 0) {
    shm_refuse_address(whole, "it is named by its file in /dev/shm; the address of that segment is posix:/");
    shm_add_outside(&SHM_VERSIONED(shm_runtime_failure).text, name + 8, SIZE_MAX);
    return SHM_INVALID;
  }
  if (strchr(name, '/') != NULL) {
    return shm_refuse_address(whole, "a POSIX name has one slash, at its beginning");
  }
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    return shm_refuse_address(whole, "this cannot be the name of a file");
  }
  if (size >= SHM_NAME_SIZE) {
    return shm_refuse_address(whole, "a POSIX name has at most 255 bytes");
  }
  if (!shm_is_utf8(name, size)) {
    return shm_refuse_address(whole, "a POSIX name is UTF-8 text, or other languages could not say it");
  }
  if (strncmp(name, ".shmgen.", 8) == 0) {
    return shm_refuse_address(whole, "names that begin with .shmgen. belong to the runtime");
  }
  address->kind = SHM_ADDRESS_POSIX;
  memcpy(address->name, name, size + 1);
  shm_address_spell(address, NULL);
  return SHM_OK;
}

/* Takes over a path, as long as the system takes them. */
SHM_APART shm_status shm_parse_path(const char *path, const char *whole, shm_address *address) {
  if (address->path_size > 4095) {
    return shm_refuse_address(whole, "a path has at most 4095 bytes");
  }
  shm_address_spell(address, path);
  return SHM_OK;
}

SHM_APART shm_status shm_parse_ftok(const char *rest, const char *whole, shm_address *address) {
  const char *colon = strrchr(rest, ':');
  if (colon == NULL || colon == rest || !shm_read_number(colon + 1, 10, 255, &address->number) ||
      address->number == 0) {
    return shm_refuse_address(
        whole, "sysv-ftok wants a path and a project number from 1 to 255: sysv-ftok:PATH:PROJ");
  }
  address->kind = SHM_ADDRESS_FTOK;
  address->path_size = SHM_CAST(size_t, colon - rest);
  return shm_parse_path(rest, whole, address);
}

SHM_APART shm_status shm_parse_file(const char *rest, const char *whole, shm_address *address) {
  address->kind = SHM_ADDRESS_FILE;
  address->path_size = strlen(rest);
  if (address->path_size == 0) {
    return shm_refuse_address(whole, "sysv-file wants the path of an id file: sysv-file:feed.id");
  }
  return shm_parse_path(rest, whole, address);
}

#define SHM_WHICH_MEMFD "which one? a memfd has no name to be found by: memfd:PID/FD"

SHM_APART shm_status shm_parse_memfd(const char *rest, const char *whole, shm_address *address) {
  char pid[16] = SHM_ZERO;
  const char *slash = strchr(rest, '/');
  uint32_t fd = 0;
  size_t size = slash == NULL ? 0 : SHM_CAST(size_t, slash - rest);
  address->kind = SHM_ADDRESS_MEMFD;
  if (*rest != '\0') {
    memcpy(pid, rest, size < sizeof pid ? size : 0);
    if (slash == NULL || size >= sizeof pid || !shm_read_number(pid, 10, INT32_MAX, &address->number) ||
        address->number == 0 || !shm_read_number(slash + 1, 10, INT32_MAX, &fd)) {
      return shm_refuse_address(whole,
                                "memfd wants a process id and a descriptor of that process: memfd:PID/FD");
    }
  }
  address->fd = SHM_CAST(int32_t, fd);
  shm_address_spell(address, NULL);
  return SHM_OK;
}

/* Reads an address. */
SHM_APART shm_status shm_parse_address(const char *text, shm_address *address) {
  const char *colon = text == NULL ? NULL : strchr(text, ':');
  size_t scheme = colon == NULL ? 0 : SHM_CAST(size_t, colon - text);
  const char *rest = colon == NULL ? text : colon + 1;
  memset(address, 0, offsetof(shm_address, text));
  if (text == NULL || *text == '\0') {
    return shm_refuse_address("", "an address is missing, such as posix:/NAME or sysv:0x53480001");
  }
  if (colon == NULL || (scheme == 5 && memcmp(text, "posix", 5) == 0)) {
    return shm_parse_posix(rest, text, address);
  }
  if (scheme == 4 && memcmp(text, "sysv", 4) == 0) {
    if (!shm_read_key(rest, &address->number)) {
      return shm_refuse_address(text, "a System V key is a number of 32 bits, such as 0x53480001; from "
                                      "-2147483648 to 4294967295");
    }
    if (address->number == 0) {
      return shm_refuse_address(
          text, "key 0 is IPC_PRIVATE, which leads to no segment; use sysv-id:ID or another key");
    }
    address->kind = SHM_ADDRESS_KEY;
    shm_address_spell(address, NULL);
    return SHM_OK;
  }
  if (scheme == 7 && memcmp(text, "sysv-id", 7) == 0) {
    if (!shm_read_number(rest, 10, INT32_MAX, &address->number)) {
      return shm_refuse_address(text, "a System V id is a number from 0 to 2147483647");
    }
    address->kind = SHM_ADDRESS_ID;
    shm_address_spell(address, NULL);
    return SHM_OK;
  }
  if (scheme == 9 && memcmp(text, "sysv-ftok", 9) == 0) {
    return shm_parse_ftok(rest, text, address);
  }
  if (scheme == 9 && memcmp(text, "sysv-file", 9) == 0) {
    return shm_parse_file(rest, text, address);
  }
  if (scheme == 5 && memcmp(text, "memfd", 5) == 0) {
    return shm_parse_memfd(rest, text, address);
  }
  return shm_refuse_address(text, "unknown kind of address; known are posix:/NAME, sysv:KEY, sysv-id:ID, "
                                  "sysv-ftok:PATH:PROJ, sysv-file:PATH and memfd:PID/FD");
}
