/* Private System V segments by id file, and segments that are given away. */

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  size_t size = strlen(text);
  CHECK(fd >= 0 && write(fd, text, size) == SHM_CAST(ssize_t, size));
  CHECK(close(fd) == 0);
}

/* How many private segments of this process nobody has removed. */
static int private_segments(void) {
  char line[512];
  int count = 0;
  FILE *table = fopen("/proc/sysvipc/shm", "r");
  CHECK(table != NULL);
  while (fgets(line, sizeof line, table) != NULL) {
    int key;
    int id;
    unsigned mode;
    unsigned long size;
    int pid;
    if (sscanf(line, "%d %d %o %lu %d", &key, &id, &mode, &size, &pid) == 5 && key == 0 &&
        (mode & SHM_SYSV_MODE_DEST) == 0 && pid == SHM_CAST(int, getpid())) {
      count++;
    }
  }
  fclose(table);
  return count;
}

static void an_id_file_says_what_the_segment_is(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  struct stat facts;
  char expected[SHM_ID_FILE_SIZE];
  char boot[SHM_BOOT_ID_SIZE];
  char found[SHM_ID_FILE_SIZE + 1] = SHM_ZERO;
  char by_id[64];
  FILE *file;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
  CHECK(stat(path_of(t.address), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600 && facts.st_nlink == 1);
  shm_boot_id(boot);
  CHECK(shm_is_boot_id(boot) && shm_ipc_namespace() != 0);
  snprintf(expected, sizeof expected, "shmgen.sysv %d %016llx %llu %llu %s\n", a.core->segment.id,
           SHM_CAST(unsigned long long, shm_get64(a.core->segment.base, SHM_HEADER_BIRTH_MARK)),
           SHM_CAST(unsigned long long, t.spec.total_size), SHM_CAST(unsigned long long, shm_ipc_namespace()),
           boot);
  file = fopen(path_of(t.address), "r");
  CHECK(file != NULL && fread(found, 1, sizeof found - 1, file) == strlen(expected));
  fclose(file);
  CHECK(strcmp(expected, found) == 0);
  snprintf(by_id, sizeof by_id, "sysv-id:%d", a.core->segment.id);
  CHECK_OK(shm_attachment_attach(&b, spec, by_id, NULL));
  CHECK(b.core->segment.id == a.core->segment.id);
  shm_attachment_detach(&b);
  /* Removed by its id, it leaves its file, which is stale. */
  CHECK_OK(shm_remove(by_id));
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&b, spec, NULL, NULL));
  CHECK_SAYS("its id file is stale: segment ");
  CHECK_STATUS(SHM_NOT_FOUND, shm_remove(t.address));
  CHECK_OK(shm_attachment_open_or_create(&b, spec, NULL, NULL));
  CHECK(b.core->segment.id != a.core->segment.id);
  shm_attachment_detach(&a);
  CHECK_OK(shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK(b.core->segment.id == a.core->segment.id);
  /* An id that was given to another segment. */
  snprintf(expected, sizeof expected, "shmgen.sysv %d %016x %d\n", a.core->segment.id, 1, 4096);
  write_file(path_of(t.address), expected);
  shm_attachment_detach(&a);
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&a, spec, NULL, NULL));
  CHECK_OK(shm_attachment_remove(&b));
  CHECK(access(path_of(t.address), F_OK) != 0);
  shm_attachment_detach(&b);
}

/* All that can be done with the address says so, and the file is as it was. */
static void check_id_file_refused(const test_spec *t, shm_status expected, const char *says) {
  shm_attachment a;
  shm_segment s;
  const uint64_t begin = now_ms();
  CHECK_STATUS(expected, shm_attachment_attach(&a, &t->spec, NULL, NULL));
  CHECK_SAYS(says);
  CHECK_STATUS(expected, shm_attachment_create(&a, &t->spec, NULL, NULL));
  CHECK_SAYS(says);
  CHECK_STATUS(expected, shm_attachment_open_or_create(&a, &t->spec, NULL, NULL));
  CHECK_SAYS(says);
  CHECK_STATUS(expected, shm_segment_attach(&s, t->address));
  CHECK_STATUS(expected, shm_segment_create(&s, t->address, 100, 0600));
  CHECK_STATUS(expected, shm_remove(t->address));
  CHECK_SAYS(says);
  CHECK(now_ms() - begin < 5000 && private_segments() == 0);
}

static void what_is_no_id_file_is_refused(void) {
  static const char *const wrong[] = {"\n",
                                      "shmgen.sysv 1 2 3\n",
                                      "shmgen.sysv 0 0000000000000000 4096",
                                      "shmgen.sysv 0 0000000000000000 4096 \n",
                                      "shmgen.sysv 01 0000000000000000 4096\n",
                                      "shmgen.sysv -1 0000000000000000 4096\n",
                                      "shmgen.sysv 4294967297 0000000000000000 4096\n",
                                      "shmgen.sysv 1 00000000DEADBEEF 4096\n",
                                      "shmgen.sysv 1 0000000000000000 18446744073709551617\n",
                                      "PATH=/usr/bin\n"};
  test_spec t;
  char text[200];
  const char *path;
  make_spec(&t, fresh_address(), PLAIN, 8, 4);
  path = path_of(t.address);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    write_file(path, wrong[i]);
    check_id_file_refused(&t, SHM_CORRUPT, "says something else, so it is no id file of shmgen");
  }
  write_file(path, "");
  check_id_file_refused(&t, SHM_CORRUPT, "is empty");
  memset(text, 'x', sizeof text);
  text[129] = '\0';
  write_file(path, text);
  check_id_file_refused(&t, SHM_CORRUPT, "is longer than 128 bytes");
  CHECK(truncate(path, INT64_C(1) << 40) == 0);
  check_id_file_refused(&t, SHM_CORRUPT, "is longer than 128 bytes");
  CHECK(unlink(path) == 0);
  CHECK(mkfifo(path, 0600) == 0);
  check_id_file_refused(&t, SHM_PERMISSION, "it is a FIFO, not an id file");
  CHECK(unlink(path) == 0);
  CHECK(mkdir(path, 0700) == 0);
  check_id_file_refused(&t, SHM_PERMISSION, "it is a directory, not an id file");
  CHECK(rmdir(path) == 0);
  CHECK(symlink("/etc/passwd", path) == 0);
  check_id_file_refused(&t, SHM_PERMISSION, "it is a symbolic link, not an id file");
  CHECK(unlink(path) == 0);
}

static void a_failed_announcement_leaves_no_segment(void) {
  test_spec t;
  shm_attachment a;
  shm_segment s;
  const shm_segment_spec *spec = make_spec(&t, "sysv-file:/tmp/no.such.folder/x.id", PLAIN, 8, 4);
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_create(&a, spec, NULL, NULL));
  CHECK_SAYS("there is no folder for its id file `/tmp/no.such.folder/x.id`");
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_create(&s, t.address, 100, 0600));
  CHECK(private_segments() == 0);
}

static void an_id_file_of_a_stranger_is_not_followed(void) {
  shm_segment s;
  shm_segment other;
  shm_options options = SHM_ZERO;
  const uint32_t uid = 4321;
  const char *address = fresh_address();
  if (geteuid() != 0) {
    return; /* nobody else may give files away */
  }
  CHECK_OK(shm_segment_create(&s, address, 100, 0600));
  CHECK(chown(path_of(address), uid, 54) == 0);
  CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&other, address));
  CHECK_SAYS("its id file belongs to uid 4321, who is neither root nor you (uid 0)");
  /* Given away, file and all. */
  CHECK(chown(path_of(address), 0, 0) == 0);
  CHECK_OK(shm_segment_set(&s, uid, UINT32_MAX, UINT32_MAX));
  CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&other, address));
  CHECK_SAYS("it belongs to uid 4321");
  options.trust_uid = &uid;
  CHECK_OK(shm_segment_attach_with(&other, address, &options));
  shm_segment_detach(&other);
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
}

/* By number and by name, in the options and in the schema. */
static void a_segment_is_given_to_whom_it_is_said(void) {
  test_spec t;
  shm_attachment a;
  shm_attachment b;
  shm_segment s;
  shm_segment_facts facts;
  shm_options options = SHM_ZERO;
  uint32_t nobody = 0;
  CHECK(shm_account_id("nobody", false, &nobody) && nobody != 0);
  make_spec(&t, fresh_address(), PLAIN, 8, 4);
  t.spec.owner = "no-such-user-here";
  CHECK_STATUS(SHM_INVALID, shm_attachment_create(&a, &t.spec, NULL, NULL));
  CHECK_SAYS("there is no user `no-such-user-here` on this machine");
  options.group = "no\x1bsuch";
  options.owner = "root";
  CHECK_STATUS(SHM_INVALID, shm_segment_create_with(&s, t.address, 100, &options));
  CHECK_SAYS("there is no group `no\\u{1b}such` on this machine");
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_attach(&s, t.address));
  if (geteuid() != 0) {
    options.owner = "0";
    options.group = NULL;
    CHECK_STATUS(SHM_PERMISSION, shm_segment_create_with(&s, t.address, 100, &options));
    CHECK_SAYS("only root may give it to 0:-");
    return;
  }
  t.spec.owner = "nobody";
  t.spec.group = "12345";
  CHECK_OK(shm_attachment_create(&a, &t.spec, NULL, NULL));
  CHECK_OK(shm_attachment_attach(&b, &t.spec, NULL, NULL)); /* trusted, since the schema names it */
  shm_attachment_detach(&b);
  memset(&options, 0, sizeof options);
  options.trust_uid = &nobody;
  CHECK_OK(shm_segment_attach_with(&s, t.address, &options));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.uid == nobody && facts.gid == 12345 && facts.mode == 0640);
  shm_segment_detach(&s);
  CHECK_STATUS(SHM_PERMISSION, shm_segment_attach(&s, t.address));
  t.spec.owner = "77";
  CHECK_STATUS(SHM_PERMISSION, shm_attachment_attach(&b, &t.spec, NULL, NULL));
  CHECK_SAYS("nor the schema's 77");
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  /* What the program says goes before what the schema says. */
  memset(&options, 0, sizeof options);
  options.owner = "root";
  CHECK_OK(shm_attachment_create(&a, &t.spec, NULL, &options));
  CHECK_OK(shm_segment_attach(&s, t.address));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.uid == 0 && facts.gid == 12345);
  shm_segment_detach(&s);
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
}
