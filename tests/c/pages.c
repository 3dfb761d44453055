/*
 * Creates a segment of the schema `pages` in huge pages, tells what it got, keeps
 * it until its input ends, and removes it: pages.c posix|sysv|memfd ADDRESS. Then
 * it attaches to one of ordinary pages, with and without prefaulting, and tells
 * how much of it is mapped.
 */
#include "pages.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(shm_status status) {
  printf("%s: %s\n", shm_status_text(status), shm_last_error());
  exit(1);
}

/* Bytes of the mapping at an address that this process has mapped. */
static uint64_t mapped(const char *base) {
  char line[256];
  char start[32];
  FILE *smaps = fopen("/proc/self/smaps", "r");
  unsigned long long kb = 0;
  bool inside = false;
  snprintf(start, sizeof start, "%08" PRIxPTR "-", SHM_ADDRESS(base));
  while (smaps != NULL && fgets(line, sizeof line, smaps) != NULL) {
    inside = inside || strncmp(line, start, strlen(start)) == 0;
    if (inside && sscanf(line, "Rss: %llu kB", &kb) == 1) {
      break;
    }
  }
  fclose(smaps);
  return kb * 1024;
}

static int tell(const char *what, shm_status status, const shm_attachment *attachment) {
  shm_attachment_facts facts;
  if (status == SHM_OK) {
    status = shm_attachment_stat(attachment, &facts);
  }
  if (status != SHM_OK) {
    return failed(status);
  }
  printf("%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", what, shm_attachment_address(attachment),
         facts.segment.size, facts.segment.page_size, facts.segment.huge);
  fflush(stdout);
  return 0;
}

static int prefault(const char *address, bool read_only, bool eager) {
  test_pages_Ordinary segment;
  shm_options options = SHM_ZERO;
  shm_status status;
  options.prefault = eager;
  status = read_only ? test_pages_Ordinary_attach_read_only_with(&segment, address, &options)
                     : test_pages_Ordinary_attach_with(&segment, address, &options);
  if (status != SHM_OK) {
    return failed(status);
  }
  printf("mapped %" PRIu64 "\n", mapped(segment.attachment.core->segment.base));
  test_pages_Ordinary_detach(&segment);
  return 0;
}

int main(int count, char **arguments) {
  const char *kind = arguments[1];
  const char *address = arguments[2];
  test_pages_Ordinary ordinary;
  shm_options options = SHM_ZERO;
  int wrong;
  (void)count;
  if (strcmp(kind, "posix") == 0) {
    test_pages_ByName segment;
    shm_status status = test_pages_ByName_create(&segment, address);
    wrong = tell("got", status, &segment.attachment);
    getchar();
    shm_attachment_remove(&segment.attachment);
    test_pages_ByName_detach(&segment);
  } else if (strcmp(kind, "sysv") == 0) {
    test_pages_ByKey segment;
    shm_status status = test_pages_ByKey_create(&segment, address);
    wrong = tell("got", status, &segment.attachment);
    getchar();
    shm_attachment_remove(&segment.attachment);
    test_pages_ByKey_detach(&segment);
  } else {
    test_pages_InMemory segment;
    shm_status status = test_pages_InMemory_create(&segment, address);
    wrong = tell("got", status, &segment.attachment);
    getchar();
    shm_attachment_remove(&segment.attachment);
    test_pages_InMemory_detach(&segment);
  }
  options.prefault = true;
  if (test_pages_Ordinary_create_with(&ordinary, address, &options) != SHM_OK) {
    return failed(SHM_INVALID);
  }
  address = shm_attachment_address(&ordinary.attachment);
  printf("mapped %" PRIu64 "\n", mapped(ordinary.attachment.core->segment.base));
  wrong |= prefault(address, false, false) | prefault(address, true, false) | prefault(address, false, true) |
           prefault(address, true, true);
  shm_attachment_remove(&ordinary.attachment);
  test_pages_Ordinary_detach(&ordinary);
  return wrong;
}
