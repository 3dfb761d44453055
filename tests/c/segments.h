/* Segments of ours: how they are made, found, refused and removed. */

static void create_then_attach(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("cannot attach to ");
  CHECK_SAYS("there is no such segment");
  CHECK(shm_last_os_error() == ENOENT && a.core == NULL);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK(strcmp(shm_attachment_address(&a), t.address) == 0);
  CHECK_STATUS(SHM_EXISTS, shm_attachment_create(&b, spec, NULL, NULL));
  CHECK_SAYS("it exists already (attach to it, or remove it first)");
  CHECK_OK(shm_attachment_attach(&b, spec, t.address, NULL));
  CHECK(a.core->index == 0 && b.core->index == 1);
  shm_attachment_detach(&b);
  shm_attachment_detach(&b);
  CHECK_OK(shm_attachment_remove(&a));
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&b, spec, NULL, NULL));
  shm_attachment_detach(&a);
  CHECK_STATUS(SHM_NOT_FOUND, shm_remove(t.address));
}

static void exclusive_and_open_or_create(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_options options = SHM_ZERO;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_OK(shm_attachment_open_or_create(&a, spec, NULL, NULL));
  CHECK(strcmp(shm_last_error(), "success") == 0);
  CHECK_OK(shm_attachment_open_or_create(&b, spec, NULL, NULL));
  shm_attachment_detach(&b);
  options.attach_existing = true;
  CHECK_OK(shm_attachment_create(&b, spec, NULL, &options));
  shm_attachment_detach(&b);
  options.attach_existing = false;
  CHECK_STATUS(SHM_EXISTS, shm_attachment_create(&b, spec, NULL, &options));
  options.mode = 01777;
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&b, spec, "posix:/never", &options));
  CHECK_SAYS("mode 1777 is not within 0 to 777");
  CHECK(strstr(shm_last_error(), "was meant") == NULL);
  options.mode = 640;
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&b, spec, "posix:/never", &options));
  CHECK_SAYS("mode 1200 is not within 0 to 777; if 640 was meant, write 0640");
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void the_mode_is_exact_whatever_the_umask(void) {
  test_spec t;
  shm_attachment a;
  shm_segment s;
  shm_segment_facts facts;
  shm_options options = SHM_ZERO;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  mode_t old = umask(077);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK_OK(shm_segment_attach_read_only(&s, t.address));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.mode == 0640 && facts.size == t.spec.total_size && facts.size == s.size);
  shm_segment_detach(&s);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  options.mode = 0666;
  CHECK_OK(shm_attachment_create(&a, spec, NULL, &options));
  CHECK_OK(shm_segment_attach(&s, t.address));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.mode == 0666);
  shm_segment_detach(&s);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  umask(old);
}

/* What the last refusal says of a segment of one variant to a program of another. */
static void check_mismatch(variant theirs, variant mine, const char *says) {
  test_spec s;
  test_spec p;
  shm_attachment a;
  shm_attachment b;
  char address[80];
  snprintf(address, sizeof address, "%s", fresh_address());
  CHECK_OK(shm_attachment_create(&a, make_spec(&s, address, theirs, 8, 4), NULL, NULL));
  CHECK_STATUS(SHM_MISMATCH, shm_attachment_attach(&b, make_spec(&p, address, mine, 8, 4), NULL, NULL));
  CHECK_SAYS(says);
  CHECK_SAYS("\n  yours     acme.");
  CHECK_SAYS("\n  segment   acme.");
  CHECK_SAYS(
      ", alive)\n  to do     build both programs from one schema; or, if nobody needs it, `shmgen rm ");
  CHECK(b.core == NULL);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void a_mismatch_names_the_first_difference(void) {
  check_mismatch(OTHER_SCHEMA, PLAIN, ": the schema is `acme.market` here, `acme.other` in the segment");
  check_mismatch(OTHER_SEGMENT, PLAIN, ": the segment's name is `feed` here, `tape` in the segment");
  check_mismatch(
      FIELD_INSERTED, PLAIN,
      ": Trade.size is at 16 (u64) in the segment, at 8 (u64) here: lot_size (u64) was inserted at 8");
  check_mismatch(PLAIN, FIELD_INSERTED, ": Trade.lot_size (u64 at 8) is not in the segment");
  check_mismatch(FIELD_RETYPED, PLAIN, ": Trade.price is at 0 (u64) in the segment, at 0 (i64) here");
  check_mismatch(FIELD_RENAMED, PLAIN, ": Trade.size is called `quantity` in the segment");
  check_mismatch(FIELD_MISSING, PLAIN, ": Trade.side (Side at 16) is not in the segment");
  check_mismatch(PLAIN, FIELD_MISSING, ": Trade.side (Side at 16) is in the segment only");
  check_mismatch(FIELDS_SWAPPED, PLAIN, ": Trade.price is at 8 (u64) in the segment, at 0 (i64) here");
  check_mismatch(OTHER_UNIT, PLAIN, ": Trade.price has unit `USD` here, `EUR` in the segment");
  check_mismatch(OTHER_RANGE, PLAIN, ": Trade.price has range 0.. here, 0..10 in the segment");
  check_mismatch(OTHER_WAS, PLAIN, ": Trade.cost (formerly 4 bytes at 24) is in the segment only");
  check_mismatch(PLAIN, OTHER_WAS, ": Trade.cost (formerly 4 bytes at 24) is not in the segment");
  check_mismatch(WAS_ADDED, PLAIN, ": Trade.tax (formerly 4 bytes at 24) is in the segment only");
  check_mismatch(PLAIN, WAS_ADDED, ": Trade.tax (formerly 4 bytes at 24) is not in the segment");
  check_mismatch(EXTENT_ADDED, PLAIN, ": Trade has no extent here, one in the segment");
  check_mismatch(PLAIN, EXTENT_ADDED, ": Trade has an extent here, none in the segment");
  check_mismatch(STRUCT_GREW, PLAIN,
                 ": Trade is 28 bytes aligned to 4 here, 64 bytes aligned to 4 in the segment");
  check_mismatch(OTHER_REPR, PLAIN, ": Side is a u8 here, a u16 in the segment");
  check_mismatch(OTHER_VALUE, PLAIN, ": Side.SELL is 2 here, 7 in the segment");
  check_mismatch(VALUE_ADDED, PLAIN, ": Side.AUCTION = 3 is in the segment only");
  check_mismatch(PLAIN, VALUE_ADDED, ": Side.AUCTION = 3 is not in the segment");
  check_mismatch(KIND_CHANGED, PLAIN, ": Side is an enum here, a set of flags in the segment");
  check_mismatch(TYPE_ADDED, PLAIN, ": Venue is in the segment only");
  check_mismatch(PLAIN, TYPE_ADDED, ": Venue is not in the segment");
  check_mismatch(OTHER_CAPACITY, PLAIN, ": object trades has capacity 8 here, 9 in the segment");
  check_mismatch(OTHER_ITEM, PLAIN, ": object trades holds Trade here, u32[7] in the segment");
  check_mismatch(OBJECT_RENAMED, PLAIN, ": object trades (queue) is not in the segment");
  check_mismatch(
      NEWER_OBJECT, PLAIN,
      ": it was made by a newer shmgen: its contract has a record of the kind `Z`, which version ");
  check_mismatch(
      NEWER_FIELD, PLAIN,
      ": it was made by a newer shmgen: its contract has a record of the kind `z`, which version ");
  check_mismatch(UNION, PLAIN, ": Payload is in the segment only");
  check_mismatch(UNION_OF_ANOTHER_TAG, UNION, ": Payload has a tag of u8 here, of u16 in the segment");
  check_mismatch(UNION_VARIANT_MOVED, UNION, ": Payload.size is 1 here, 7 in the segment");
  check_mismatch(UNION_VARIANT_RETYPED, UNION, ": Payload.size holds u64 here, u32[<=1] in the segment");
  check_mismatch(UNION_VARIANT_EMPTIED, UNION, ": Payload.size holds u64 here, nothing in the segment");
  check_mismatch(UNION, UNION_VARIANT_EMPTIED, ": Payload.size holds nothing here, u64 in the segment");
  check_mismatch(UNION_VARIANT_RANGED, UNION, ": Payload.size has range none here, 1..10 in the segment");
  check_mismatch(UNION_VARIANT_ADDED, UNION, ": Payload.side = 9 is in the segment only");
  check_mismatch(UNION, UNION_VARIANT_ADDED, ": Payload.side = 9 is not in the segment");
  check_mismatch(UNION_BECAME_AN_ENUM, UNION, ": Payload is a union here, an enum in the segment");
  check_mismatch(UNION_CUT_SHORT, UNION, ": its contract is damaged");
  check_mismatch(SAME_CONTRACT, PLAIN, ": the fingerprints differ, the contracts do not");
}

static void overwrite(const char *address, uint64_t offset, const void *data, size_t size) {
  shm_segment s;
  CHECK_OK(shm_segment_attach(&s, address));
  shm_copy_in(SHM_CAST(char *, s.data) + offset, data, size);
  shm_segment_detach(&s);
}

/* A segment with one header word changed is refused with this status and text. */
static void check_refused(uint64_t offset, const void *data, size_t size, shm_status expected,
                          const char *says) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  int32_t id;
  uint64_t birth_mark;
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  id = a.core->segment.id;
  birth_mark = shm_get64(a.core->segment.base, SHM_HEADER_BIRTH_MARK);
  shm_attachment_detach(&a);
  overwrite(t.address, offset, data, size);
  CHECK_STATUS(expected, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_SAYS(says);
  CHECK_OK(shm_remove(t.address));
  if (id >= 0) {
    shm_companion_remove(id, birth_mark); /* its name stood in the header that is gone */
  }
}

static void damaged_headers_are_refused(void) {
  uint8_t zeros[512] = SHM_ZERO;
  uint8_t noise[512];
  uint16_t major = 9;
  uint32_t small = 100;
  uint32_t order = 0x0D0C0B0A;
  uint32_t state = 3;
  uint32_t unknown = 77;
  uint64_t huge = UINT64_MAX - 63;
  uint64_t zero = 0;
  for (size_t i = 0; i < sizeof noise; i++) {
    noise[i] = SHM_CAST(uint8_t, random_number());
  }
  check_refused(0, noise, sizeof noise, SHM_MISMATCH, "a bare segment of ");
  check_refused(8, &major, 2, SHM_MISMATCH, "it has segment format 9.0, this program reads 1.x");
  check_refused(12, &order, 4, SHM_MISMATCH, "of the other byte order");
  check_refused(12, &small, 4, SHM_CORRUPT, "the byte-order mark is neither way round");
  check_refused(16, &state, 4, SHM_REMOVED, "it was removed");
  check_refused(16, &unknown, 4, SHM_CORRUPT, "its state is 77");
  check_refused(20, &small, 4, SHM_CORRUPT, "another size than 512");
  check_refused(24, &zero, 8, SHM_CORRUPT, "another size than the system");
  check_refused(48, &huge, 8, SHM_CORRUPT, "overflows");
  check_refused(56, &huge, 8, SHM_CORRUPT, "too long a contract");
  check_refused(64, &small, 4, SHM_CORRUPT, "not aligned");
  check_refused(64, &zero, 8, SHM_CORRUPT, "overlap");
  check_refused(72, &order, 4, SHM_CORRUPT, "too many participants");
  check_refused(76, &small, 4, SHM_CORRUPT, "stride");
  check_refused(88, &small, 4, SHM_CORRUPT, "overlap");
  check_refused(92, &small, 4, SHM_CORRUPT, "stride");
  check_refused(512, &small, 4, SHM_CORRUPT, "another kind or size");
  check_refused(512 + 8, &zero, 8, SHM_CORRUPT, "an object overlaps another part");
  check_refused(512 + 16, &zero, 8, SHM_CORRUPT, "another kind or size");
  if (strcmp(backend, "posix") == 0) {
    check_refused(0, zeros, sizeof zeros, SHM_MISMATCH, "a bare segment of ");
  }
}

static void a_foreign_segment_is_refused_with_a_reason(void) {
  test_spec t;
  shm_attachment a;
  shm_segment s;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_OK(shm_segment_create(&s, t.address, 100, 0600));
  memcpy(s.data, "hello", 5);
  CHECK_STATUS(SHM_MISMATCH, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("it is a bare segment of 100 bytes or another program's");
  memcpy(s.data, SHM_MAGIC, 8);
  CHECK_STATUS(SHM_CORRUPT, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("shorter than a header");
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
}

static void files_that_are_no_segments_are_refused(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  char other[600];
  const char *path;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  path = path_of(t.address);
  snprintf(other, sizeof other, "%s.other", path);
  CHECK(symlink("/etc/passwd", path) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("it is a symbolic link, not a segment; somebody put it there, and `rm /dev/shm/");
  CHECK_STATUS(SHM_PERMISSION, shm_remove(t.address));
  CHECK_STATUS(SHM_EXISTS, shm_attachment_create(&a, spec, NULL, NULL));
  CHECK_SAYS("it is a symbolic link, not a segment; somebody put it there, and `rm /dev/shm/");
  CHECK(shm_last_os_error() == EEXIST);
  CHECK(unlink(path) == 0);
  CHECK(mkfifo(path, 0600) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("it is a FIFO");
  CHECK(unlink(path) == 0);
  CHECK(mkdir(path, 0700) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("it is a directory, not a segment; somebody put it there, and `rmdir /dev/shm/");
  CHECK(rmdir(path) == 0);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK(link(path, other) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_SAYS("it has 2 names (hard links)");
  CHECK(unlink(other) == 0);
  CHECK_OK(shm_attachment_attach(&b, spec, NULL, NULL));
  shm_attachment_detach(&b);
  /* Somebody cuts it short: an error before it is mapped. */
  CHECK(truncate(path, 1000) == 0);
  CHECK_STATUS(SHM_CORRUPT, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_SAYS("its header gives another size than the system");
  CHECK(truncate(path, 0) == 0);
  CHECK_STATUS(SHM_MISMATCH, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_OK(shm_remove(t.address));
  /* Give it its pages back, or detaching would fault. */
  CHECK(ftruncate(a.core->segment.fd, SHM_CAST(off_t, t.spec.total_size)) == 0);
  shm_attachment_detach(&a);
}

static void an_owner_who_is_a_stranger_is_not_trusted(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_options options = SHM_ZERO;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  const uint32_t uid = 12345;
  const uint32_t gid = 54321;
  const uint32_t other = 4;
  if (geteuid() != 0) {
    return; /* nobody else may give segments away */
  }
  options.uid = &uid;
  options.gid = &gid;
  CHECK_OK(shm_attachment_create(&a, spec, NULL, &options));
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_SAYS("it belongs to uid 12345, which is neither root nor you (uid 0)");
  memset(&options, 0, sizeof options);
  options.trust_uid = &uid;
  CHECK_OK(shm_attachment_attach(&b, spec, NULL, &options));
  shm_attachment_detach(&b);
  options.trust_uid = &other;
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&b, spec, NULL, &options));
  options.any_owner = 1;
  CHECK_OK(shm_attachment_attach(&b, spec, NULL, &options));
  shm_attachment_detach(&b);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void a_full_table_names_the_holders(void) {
  test_spec t;
  shm_attachment a[3];
  char pid[32];
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 2);
  CHECK_OK(shm_attachment_create(&a[0], spec, NULL, NULL));
  CHECK_OK(shm_attachment_attach(&a[1], spec, NULL, NULL));
  CHECK_STATUS(SHM_TABLE_FULL, shm_attachment_attach(&a[2], spec, NULL, NULL));
  snprintf(pid, sizeof pid, "by pid %d (", SHM_CAST(int, getpid()));
  CHECK_SAYS("all 2 participant records are taken, ");
  CHECK_SAYS(pid);
  shm_attachment_detach(&a[0]);
  CHECK_OK(shm_attachment_attach(&a[2], spec, NULL, NULL));
  CHECK(a[2].core->index == 0 && a[2].core->generation == 2);
  CHECK_OK(shm_attachment_remove(&a[2]));
  shm_attachment_detach(&a[1]);
  shm_attachment_detach(&a[2]);
}

static void a_read_only_attachment_has_no_role(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment r;
  shm_queue_producer p = SHM_ZERO;
  shm_queue_consumer c = SHM_ZERO;
  trade m = trade_of(1);
  uint64_t depth = 77;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 1);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  /* It takes no record: the one there is is taken. */
  CHECK_OK(shm_attachment_attach_read_only(&r, spec, NULL, NULL));
  CHECK(shm_attachment_is_read_only(&r) && !shm_attachment_is_read_only(&a));
  CHECK_STATUS(SHM_READ_ONLY, shm_queue_producer_claim(&p, &r, 0));
  CHECK_SAYS("cannot become the producer of trades of ");
  CHECK_SAYS(": the segment is attached read-only");
  CHECK_STATUS(SHM_READ_ONLY, shm_queue_consumer_claim(&c, &r, 0));
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_queue_depth(&r, 0, &depth));
  CHECK(depth == 1);
  CHECK_STATUS(SHM_INVALID, shm_queue_depth(&r, 2, &depth));
  shm_queue_producer_release(&p);
  shm_attachment_detach(&r);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void removing_leaves_a_successor_alone(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_attachment c;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK_OK(shm_attachment_remove(&a));
  CHECK_OK(shm_attachment_create(&b, spec, NULL, NULL));
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_remove(&a));
  CHECK_OK(shm_attachment_attach(&c, spec, NULL, NULL));
  shm_attachment_detach(&c);
  CHECK_OK(shm_attachment_remove(&b));
  shm_attachment_detach(&a);
  shm_attachment_detach(&b);
}

static void a_name_can_be_chosen_and_prefixed(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  char address[80];
  const shm_segment_spec *spec = make_spec(&t, "posix:", PLAIN, 8, 4);
  CHECK_STATUS(SHM_INVALID, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_SAYS("which one? a name is missing");
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  snprintf(address, sizeof address, "%s", shm_attachment_address(&a));
  CHECK(strncmp(address, "posix:/shmgen.", 14) == 0 && strlen(address) == 30);
  CHECK_OK(shm_attachment_attach(&b, spec, address, NULL));
  shm_attachment_detach(&b);
  CHECK(setenv("SHM_RUNTIME_PREFIX", "shmgen-prefix.", 1) == 0);
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&b, spec, address, NULL));
  CHECK_OK(shm_attachment_create(&b, spec, address, NULL));
  CHECK(strcmp(shm_attachment_address(&b), address) == 0);
  CHECK_OK(shm_attachment_remove(&b));
  shm_attachment_detach(&b);
  CHECK(setenv("SHM_RUNTIME_PREFIX", ".shmgen.", 1) == 0);
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&b, spec, address, NULL));
  CHECK_SAYS("with SHM_RUNTIME_PREFIX before it, the name begins with .shmgen.");
  CHECK(unsetenv("SHM_RUNTIME_PREFIX") == 0);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}

static void addresses_are_read_and_refused(void) {
  static const char *const good[][2] = {{"posix:/acme.feed", "posix:/acme.feed"},
                                        {"/acme.feed", "posix:/acme.feed"},
                                        {"acme.feed", "posix:/acme.feed"},
                                        {"posix:acme.feed", "posix:/acme.feed"},
                                        {"posix:", "posix:"},
                                        {"sysv:0x53480001", "sysv:0x53480001"},
                                        {"sysv:5679", "sysv:0x0000162f"},
                                        {"sysv:-1", "sysv:0xffffffff"},
                                        {"sysv-id:32768", "sysv-id:32768"},
                                        {"sysv-ftok:/etc/a:b:7", "sysv-ftok:/etc/a:b:7"},
                                        {"sysv-file:feed.id", "sysv-file:feed.id"},
                                        {"sysv-file:/run/a:b/feed.id", "sysv-file:/run/a:b/feed.id"},
                                        {"memfd:812/3", "memfd:812/3"},
                                        {"memfd:", "memfd:"}};
  static const char *const bad[] = {"",
                                    "/a/b",
                                    "posix:/../x",
                                    "..",
                                    "sysv:0",
                                    "sysv:-2147483649",
                                    "sysv:0x1ffffffff",
                                    "sysv:abc",
                                    "sysv:",
                                    "sysv-id:-1",
                                    "sysv-id:2147483648",
                                    "sysv-ftok:/etc:0",
                                    "sysv-ftok:/etc:256",
                                    "sysv-ftok::1",
                                    "sysv-file:",
                                    "memfd:1",
                                    "memfd:0/3",
                                    "memfd:1/",
                                    "memfd:/3",
                                    "memfd:+1/3",
                                    "memfd:1/-3",
                                    "memfd:1/2/3",
                                    "memfd:4294967296/1",
                                    "memfd:11111111111111111111111/1",
                                    "posix:/.shmgen.sysv.1",
                                    "posix:/\xFF",
                                    "tcp:1"};
  shm_address address;
  char text[300];
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    CHECK_OK(shm_parse_address(good[i][0], &address));
    CHECK(strcmp(address.text, good[i][1]) == 0);
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK_STATUS(SHM_INVALID, shm_parse_address(bad[i], &address));
  }
  CHECK_STATUS(SHM_INVALID, shm_parse_address(NULL, &address));
  memset(text, 'x', 256);
  text[256] = '\0';
  CHECK_STATUS(SHM_INVALID, shm_parse_address(text, &address));
  CHECK_SAYS("at most 255 bytes");
  /* Text from outside is escaped before it meets a terminal. */
  CHECK_STATUS(SHM_INVALID, shm_parse_address("\x1b[2J\xE2\x80\xAE:x", &address));
  CHECK_SAYS("`\\u{1b}[2J\\u{202e}:x`: unknown kind of address");
}

static void an_attachment_can_be_shared_and_moved(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_attachment moved;
  shm_queue_producer p = SHM_ZERO;
  trade m = trade_of(1);
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  shm_attachment_share(&b, &a);
  moved = b;
  CHECK_OK(shm_queue_producer_claim(&p, &a, 0));
  shm_attachment_detach(&a);
  CHECK_OK(shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_OK(shm_attachment_remove(&moved));
  shm_attachment_detach(&moved);
  /* The last one has detached: the handle finds out. */
  CHECK_STATUS(SHM_INVALID, shm_queue_producer_try_push(&p, &m, sizeof m));
  CHECK_SAYS("was detached");
  shm_queue_producer_release(&p);
  shm_queue_producer_release(&p);
}

static void a_spec_that_does_not_fit_is_refused(void) {
  test_spec t;
  shm_attachment a;
  make_spec(&t, fresh_address(), PLAIN, 8, 4);
  t.objects[0].slots = 1000;
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&a, &t.spec, NULL, NULL));
  make_spec(&t, fresh_address(), PLAIN, 8, 4);
  t.spec.total_size = t.spec.contract_offset;
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&a, &t.spec, NULL, NULL));
  make_spec(&t, fresh_address(), PLAIN, 8, 4);
  t.offsets[1] = t.offsets[0];
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&a, &t.spec, NULL, NULL));
  CHECK_SAYS("its numbers do not fit together");
}

static void more_than_there_is_memory_is_an_error_of_create(void) {
  shm_segment s;
  CHECK_STATUS(SHM_NO_SPACE, shm_segment_create(&s, fresh_address(), UINT64_C(1) << 44, 0600));
  CHECK_SAYS("cannot create ");
  CHECK_SAYS(" GB needed");
}
