/* Bare segments. */

static void a_bare_segment_is_exactly_its_bytes(void) {
  shm_segment s;
  shm_segment r;
  shm_segment_facts facts;
  const char *address = fresh_address();
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_attach(&s, address));
  CHECK_STATUS(SHM_INVALID, shm_segment_create(&s, address, 0, 0600));
  CHECK_SAYS("a segment has at least one byte");
  CHECK_STATUS(SHM_INVALID, shm_segment_create(&s, address, 10, 01000));
  CHECK_OK(shm_segment_create(&s, address, 1234, 0600));
  CHECK(s.size == 1234 && strcmp(s.address, address) == 0);
  CHECK_STATUS(SHM_EXISTS, shm_segment_create(&r, address, 1234, 0600));
  memset(s.data, 'x', s.size);
  CHECK_OK(shm_segment_attach_read_only(&r, address));
  CHECK(r.size == 1234 && r.data != s.data && memcmp(r.data, s.data, 1234) == 0);
  CHECK_OK(shm_segment_set(&s, UINT32_MAX, UINT32_MAX, 0640));
  CHECK_STATUS(SHM_INVALID, shm_segment_set(&s, UINT32_MAX, UINT32_MAX, 01640));
  CHECK_OK(shm_segment_stat(&r, &facts));
  CHECK(facts.mode == 0640 && facts.size == 1234 && facts.uid == geteuid() && !facts.is_removed);
  if (facts.is_posix) {
    CHECK(facts.id == -1 && facts.resident >= 1234);
  } else {
    CHECK(facts.attached == 2 && facts.creator_pid == SHM_CAST(uint32_t, getpid()));
  }
  CHECK_OK(shm_segment_lock_memory(&s));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.is_posix || facts.is_locked);
  CHECK_OK(shm_segment_unlock_memory(&s));
  CHECK_OK(shm_segment_remove(&s));
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_remove(&s));
  CHECK_OK(shm_segment_stat(&s, &facts));
  CHECK(facts.is_removed);
  shm_segment_detach(&s);
  shm_segment_detach(&s);
  shm_segment_detach(&r);
  CHECK_STATUS(SHM_INVALID, shm_segment_remove(&s));
  CHECK_STATUS(SHM_INVALID, shm_segment_stat(&s, &facts));
}

static void a_bare_segment_is_opened_or_created(void) {
  shm_segment a;
  shm_segment b;
  const char *address = fresh_address();
  CHECK_OK(shm_segment_open_or_create(&a, address, 100, 0600));
  CHECK_OK(shm_segment_open_or_create(&b, address, 100, 0600));
  shm_segment_detach(&b);
  CHECK_STATUS(SHM_MISMATCH, shm_segment_open_or_create(&b, address, 200, 0600));
  CHECK_SAYS("it exists with 100 bytes instead of 200");
  CHECK(b.data == NULL);
  CHECK_OK(shm_segment_remove(&a));
  shm_segment_detach(&a);
}

/* Another process creates what is waited for. */
static void attach_waits_for_a_segment(void) {
  test_spec t;
  shm_segment s;
  shm_attachment a;
  shm_options options = SHM_ZERO;
  const shm_segment_spec *spec = make_spec(&t, fresh_address(), PLAIN, 8, 4);
  options.wait_ns = 20000000;
  CHECK_STATUS(SHM_NOT_FOUND, shm_segment_attach_with(&s, t.address, &options));
  CHECK_SAYS("there is no such segment, and none came in 20 ms");
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach(&a, spec, NULL, &options));
  CHECK_SAYS("there is no such segment, and none came in 20 ms");
  CHECK_STATUS(SHM_NOT_FOUND, shm_attachment_attach_read_only(&a, spec, NULL, &options));
  CHECK_SAYS("none came");
  /* Creating needs no waiting. */
  options.wait_ns = SHM_FOREVER;
  CHECK_OK(shm_segment_open_or_create_with(&s, t.address, 100, &options));
  CHECK_OK(shm_segment_remove(&s));
  shm_segment_detach(&s);
  CHECK_OK(shm_attachment_open_or_create(&a, spec, NULL, &options));
  CHECK_OK(shm_attachment_remove(&a));
  shm_attachment_detach(&a);
  {
    pid_t creator = fork();
    if (creator == 0) {
      sleep_ms(50);
      CHECK_OK(shm_attachment_create(&a, spec, NULL, NULL));
      _exit(0);
    }
    CHECK_OK(shm_attachment_attach_read_only(&a, spec, NULL, &options));
    CHECK(strcmp(shm_last_error(), "success") == 0);
    shm_attachment_detach(&a);
    CHECK_OK(shm_attachment_attach(&a, spec, NULL, &options));
    CHECK_OK(shm_segment_attach_with(&s, t.address, &options));
    shm_segment_detach(&s);
    CHECK(waitpid(creator, NULL, 0) == creator);
    CHECK_OK(shm_attachment_remove(&a));
    shm_attachment_detach(&a);
  }
}

static void a_segment_is_found_by_id_and_by_ftok(void) {
  shm_segment a;
  shm_segment b;
  shm_segment_facts facts;
  char address[64];
  CHECK_OK(shm_segment_create(&a, "sysv-ftok:/proc/self/exe:83", 64, 0600));
  CHECK_OK(shm_segment_stat(&a, &facts));
  snprintf(address, sizeof address, "sysv-id:%d", facts.id);
  CHECK_OK(shm_segment_attach(&b, address));
  shm_segment_detach(&b);
  snprintf(address, sizeof address, "sysv:%u", facts.key);
  CHECK_OK(shm_segment_attach(&b, address));
  shm_segment_detach(&b);
  CHECK_STATUS(SHM_INVALID, shm_segment_create(&b, "sysv-id:7", 64, 0600));
  CHECK_SAYS("an id is given by the system; create by a key");
  CHECK_OK(shm_segment_remove(&a));
  shm_segment_detach(&a);
}

static void changing_a_segment_of_ours_changes_its_companion(void) {
  test_spec t;
  shm_attachment a;
  shm_segment s;
  struct stat facts;
  CHECK_OK(shm_attachment_create(&a, make_spec(&t, fresh_address(), PLAIN, 8, 4), NULL, NULL));
  CHECK_OK(shm_segment_attach(&s, t.address));
  CHECK_OK(shm_segment_set(&s, UINT32_MAX, UINT32_MAX, 0604));
  CHECK(fstat(shm_core_lock_file(a.core), &facts) == 0 && (facts.st_mode & 0777) == 0604);
  CHECK_OK(shm_segment_remove(&s));
  CHECK(fstat(shm_core_lock_file(a.core), &facts) == 0 && facts.st_nlink == 0);
  shm_segment_detach(&s);
  shm_attachment_detach(&a);
}
