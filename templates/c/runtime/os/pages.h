/* ---- Pages --------------------------------------------------------------
 *
 * Huge ones, all of them at once, and what the kernel says that there are.
 *
 * System V segments and memfds are made of pages of hugetlbfs, where the machine
 * keeps enough of them. Everything else, and those where it does not, get
 * transparent huge pages: the kernel puts the pages that are there into huge
 * ones, where it has the memory. Where it has not, ordinary pages stay, and
 * nothing is an error.
 */

enum {
  SHM_SYS_MAP_FIXED = 0x10,
  SHM_SYS_MAP_NORESERVE = 0x4000,
  SHM_SYS_MADV_HUGEPAGE = 14,
  SHM_SYS_MADV_POPULATE_READ = 22, /* Linux 5.14, as */
  SHM_SYS_MADV_POPULATE_WRITE = 23,
  SHM_SYS_MADV_COLLAPSE = 25, /* Linux 6.1 */
  SHM_SYSV_REMAP = 040000,
  SHM_HUGE_SHIFT = 26 /* where a flag of a huge page has the logarithm of its size */
};

#define SHM_HUGE_2M (UINT64_C(1) << 21)
#define SHM_HUGE_1G (UINT64_C(1) << 30)

/* There is not so much memory as `size` bytes. */
SHM_APART shm_status shm_fail_room(shm_attempt attempt, uint64_t size, uint64_t left, int os_error) {
  shm_text *why = shm_explain_attempt(attempt, SHM_NO_SPACE);
  shm_add_size(why, size);
  shm_add(why, " needed, ");
  shm_add_size(why, left);
  shm_add(why, " of memory left");
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return SHM_NO_SPACE;
}

/* The flag that asks for huge pages of this many bytes, behind the one that asks for any. */
SHM_INLINE int shm_huge_flag(uint64_t pages) { return (pages == SHM_HUGE_1G ? 30 : 21) << SHM_HUGE_SHIFT; }

/* Addresses that are kept free for a mapping to begin where a huge page can. */
typedef struct shm_room {
  char *base;
  size_t size;
  char *at; /* where the mapping is to begin */
} shm_room;

/* Only for a mapping that is a whole number of huge pages, and where there is room. */
SHM_APART bool shm_room_keep(shm_room *room, uint64_t size) {
  uint64_t align = size % SHM_HUGE_1G == 0 ? SHM_HUGE_1G : SHM_HUGE_2M;
  uint64_t past;
  void *base;
  if (size == 0 || size % SHM_HUGE_2M != 0 || size > PTRDIFF_MAX - align) {
    return false;
  }
  room->size = size + align;
  base =
      mmap(NULL, room->size, PROT_NONE, MAP_PRIVATE | SHM_SYS_MAP_ANONYMOUS | SHM_SYS_MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    return false;
  }
  room->base = SHM_CAST(char *, base);
  past = SHM_ADDRESS(base) % align;
  room->at = room->base + (past == 0 ? 0 : align - past);
  return true;
}

/* Gives back what lies around the mapping of `size` bytes that was put into it, or all of it. */
SHM_APART void shm_room_trim(const shm_room *room, size_t size) {
  size_t before = SHM_CAST(size_t, room->at - room->base);
  if (before > 0) {
    munmap(room->base, before);
  }
  if (room->size - before > size) {
    munmap(room->at + size, room->size - before - size);
  }
}

/* A new mapping of a file where huge pages can be mapped as such, if it can be had; or NULL. */
SHM_APART char *shm_map_aligned(int fd, size_t size, bool writable) {
  shm_room room;
  if (shm_room_keep(&room, size)) {
    void *base = mmap(room.at, size, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                      MAP_SHARED | SHM_SYS_MAP_FIXED, fd, 0);
    shm_room_trim(&room, base == MAP_FAILED ? 0 : size);
    if (base != MAP_FAILED) {
      return room.at;
    }
  }
  return shm_sys_map(fd, size, writable, MAP_SHARED);
}

/* The same of a System V segment. */
SHM_APART char *shm_shmat_aligned(int32_t id, uint64_t size, bool read_only) {
  int flags = read_only ? SHM_SYSV_READ_ONLY : 0;
  shm_room room;
  if (shm_room_keep(&room, size)) {
    bool done = shm_libc_syscall(SYS_shmat, id, room.at, flags | SHM_SYSV_REMAP) != -1;
    shm_room_trim(&room, done ? SHM_CAST(size_t, size) : 0);
    if (done) {
      return room.at;
    }
  }
  return shm_sys_shmat(id, flags);
}

/* Asks for transparent huge pages from now on. */
SHM_INLINE void shm_pages_invite(char *base, size_t size) {
  shm_sys_madvise(base, size, SHM_SYS_MADV_HUGEPAGE);
}

/* Asks for them under a mapping that has its pages; what cannot be had stays as it is. */
SHM_APART void shm_pages_collapse(char *base, size_t size) {
  shm_pages_invite(base, size);
  for (int tries = 0; tries < 3; tries++) {
    /* Somebody had a page for a moment: once more. */
    if (shm_sys_madvise(base, size, SHM_SYS_MADV_COLLAPSE) == 0 || errno != EAGAIN) {
      return;
    }
  }
}

/* Takes and maps every page; `unknown` is set where the kernel cannot be asked for that. */
SHM_APART shm_status shm_pages_populate(char *base, size_t size, bool writable, shm_attempt attempt,
                                        bool *unknown) {
  int os_error = 0;
  *unknown = false;
  if (shm_sys_madvise(base, size, writable ? SHM_SYS_MADV_POPULATE_WRITE : SHM_SYS_MADV_POPULATE_READ) != 0) {
    os_error = errno;
  }
  if (os_error == 0 || os_error == EINVAL) {
    *unknown = os_error == EINVAL; /* Linux before 5.14 */
    return SHM_OK;
  }
  if (os_error != ENOMEM && os_error != EFAULT) {
    return shm_fail_os(attempt, writable ? "madvise(MADV_POPULATE_WRITE)" : "madvise(MADV_POPULATE_READ)",
                       os_error);
  }
  return shm_fail_room(attempt, size, shm_memory_left(), os_error);
}

/* Reads a byte of every page. */
SHM_APART void shm_pages_touch(const char *base, size_t size) {
  for (size_t at = 0; at < size; at += 4096) {
    SHM_CAST(void, *SHM_CAST(const volatile char *, base + at));
  }
}

/* Leaves a segment out of core files of this process, unless it is asked for. Where
 * that cannot be had, they have it. */
SHM_INLINE void shm_keep_out_of_core(char *base, uint64_t size, bool core_dump) {
  if (!core_dump) {
    shm_sys_madvise(base, SHM_CAST(size_t, size), SHM_SYS_MADV_DONTDUMP);
  }
}

/* Maps every page of a segment, so that no access waits for a page fault. */
SHM_APART shm_status shm_prefault(char *base, size_t size, bool writable, shm_attempt attempt) {
  bool unknown;
  shm_status status = shm_pages_populate(base, size, writable, attempt, &unknown);
  if (status == SHM_OK && unknown) {
    shm_pages_touch(base, size);
  }
  return status;
}

/* ---- what the kernel says that there are ---- */

/* A file that is read line by line. */
typedef struct shm_lines {
  int fd;
  size_t at;
  size_t used;
  char bytes[1024];
} shm_lines;

/* The next line, cut to `size`; false at the end. */
SHM_APART bool shm_next_line(shm_lines *lines, char *line, size_t size) {
  size_t length = 0;
  for (;;) {
    char byte;
    if (lines->at == lines->used) {
      ssize_t count = read(lines->fd, lines->bytes, sizeof lines->bytes);
      if (count <= 0) {
        return false;
      }
      lines->at = 0;
      lines->used = SHM_CAST(size_t, count);
    }
    byte = lines->bytes[lines->at++];
    if (byte == '\n') {
      line[length] = '\0';
      return true;
    }
    if (length + 1 < size) {
      line[length++] = byte;
    }
  }
}

/*
 * Of a mapping of this process: bytes of its pages, and bytes of it that are
 * mapped as huge ones. Both stay as they are where /proc does not tell.
 */
SHM_APART void shm_pages_of(const char *base, uint64_t *page_size, uint64_t *huge) {
  shm_lines lines;
  shm_text text;
  char line[256];
  char start[24];
  bool inside = false;
  shm_text_begin(&text, start, sizeof start);
  shm_add_digits(&text, SHM_ADDRESS(base), 16, 8);
  shm_add(&text, "-");
  lines.at = lines.used = 0;
  lines.fd = shm_sys_open("/proc/self/smaps", O_RDONLY, 0);
  if (lines.fd < 0) {
    return;
  }
  while (shm_next_line(&lines, line, sizeof line)) {
    const char *colon = strchr(line, ':');
    /* `Rss:  4 kB`; a line of maps has an address first. */
    if (colon == NULL || memchr(line, ' ', SHM_CAST(size_t, colon - line)) != NULL) {
      if (inside) {
        break;
      }
      inside = strncmp(line, start, text.used) == 0;
      *huge = inside ? 0 : *huge;
    } else if (inside) {
      *page_size = shm_meminfo_field(line, "KernelPageSize:", *page_size);
      *huge += shm_meminfo_field(line, "ShmemPmdMapped:", 0);
      *huge += shm_meminfo_field(line, "Shared_Hugetlb:", 0);
      *huge += shm_meminfo_field(line, "Private_Hugetlb:", 0);
    }
  }
  close(lines.fd);
}
