/*
 * What C makes of objects of every kind, for tests/object/kinds.rs to compare with
 * what Rust makes of them. The schema is tests/schemas/objects.toml.
 *
 *   objects create ADDRESS    creates the segment `every`, and detaches
 *   objects attach ADDRESS    attaches to it in every way, and detaches
 *   objects sweep ADDRESS     attaches, meets an empty queue, which looks for the dead, and detaches
 *   objects refuse ADDRESS    no number of a spec can be changed without a refusal
 *   objects lay FILE          lines `kind lanes item capacity`: prints `batch slots stride size` or `none`
 *   objects differ FILE       pairs of contracts, each behind its length: prints the first difference
 */
#include "objects.h"

#include <stdlib.h>

static int failed(const char *what) {
  fprintf(stderr, "%s: %s\n", what, shm_last_error());
  return 1;
}

static int create(const char *address) {
  test_objects_Every s;
  if (test_objects_Every_create(&s, address) != SHM_OK) {
    return failed("create");
  }
  test_objects_Every_detach(&s);
  return 0;
}

static int attach(const char *address) {
  test_objects_Every s;
  if (test_objects_Every_attach(&s, address) != SHM_OK) {
    return failed("attach");
  }
  if (shm_queue_producer_claim(&s.one_producer, &s.attachment, 3) != SHM_INVALID ||
      strstr(shm_last_error(), "has no queue with the number 3") == NULL) {
    return failed("a claim of what is no queue");
  }
  test_objects_Every_detach(&s);
  if (test_objects_Every_attach_read_only(&s, address) != SHM_OK) {
    return failed("attach_read_only");
  }
  test_objects_Every_detach(&s);
  if (test_objects_Every_open_or_create(&s, address) != SHM_OK) {
    return failed("open_or_create");
  }
  test_objects_Every_detach(&s);
  return 0;
}

static int sweep(const char *address) {
  test_objects_Every s;
  test_objects_Tick tick;
  if (test_objects_Every_attach(&s, address) != SHM_OK) {
    return failed("attach");
  }
  if (test_objects_Every_one_try_pop(&s, &tick) != SHM_EMPTY) {
    return failed("try_pop");
  }
  test_objects_Every_detach(&s);
  return 0;
}

enum { OBJECTS = sizeof test_objects_Every_objects / sizeof test_objects_Every_objects[0] };

static int refuse(const char *address) {
  shm_segment_spec spec = test_objects_Every_spec;
  shm_object_spec objects[OBJECTS];
  shm_attachment a;
  int refused = 0;
  spec.objects = objects;
  for (int i = 0; i < OBJECTS; i++) {
    for (int what = 0; what < 9; what++) {
      for (int by = -1; by <= 1; by += 2) {
        shm_object_spec *o = &objects[i];
        uint64_t change = (uint64_t)by;
        memcpy(objects, test_objects_Every_objects, sizeof objects);
        switch (what) {
        case 0:
          /* Not the kind that differs by what it is for alone. */
          o->kind = o->kind == SHM_KIND_RING && by > 0 ? SHM_KIND_EVENT : o->kind + (uint32_t)by;
          break;
        case 1:
          o->lanes += (uint32_t)by;
          break;
        case 2:
          o->item_size += 128 * change;
          break;
        case 3:
          o->capacity += 8 * change;
          break;
        case 4:
          o->batch += change;
          break;
        case 5:
          o->slots += change;
          break;
        case 6:
          o->stride += change;
          break;
        case 7:
          o->size += change;
          break;
        default:
          o->align += change;
        }
        if (shm_attachment_create(&a, &spec, address, NULL) != SHM_INVALID) {
          fprintf(stderr, "%s: number %d can be changed by %d\n", o->name, what, by);
          return 1;
        }
        refused++;
      }
    }
  }
  printf("%d\n", refused);
  return 0;
}

static int lay(const char *path) {
  FILE *file = fopen(path, "r");
  unsigned long long kind;
  unsigned long long lanes;
  unsigned long long item;
  unsigned long long capacity;
  if (file == NULL) {
    return failed("open");
  }
  while (fscanf(file, "%llu %llu %llu %llu", &kind, &lanes, &item, &capacity) == 4) {
    shm_object_spec object = {0};
    shm_geometry g;
    object.kind = (uint32_t)kind;
    object.lanes = (uint32_t)lanes;
    object.item_size = item;
    object.capacity = capacity;
    object.align = SHM_LINE;
    if (!shm_lay_object(&object, &g)) {
      printf("none\n");
      continue;
    }
    printf("%llu %llu %llu %llu\n", (unsigned long long)g.batch, (unsigned long long)g.slots,
           (unsigned long long)g.stride, (unsigned long long)g.size);
  }
  return fclose(file);
}

/* The next contract, in memory of exactly its size; NULL at the end of the file. */
static char *next_contract(FILE *file, uint32_t *size) {
  char *bytes;
  if (fread(size, sizeof *size, 1, file) != 1) {
    return NULL;
  }
  bytes = malloc(*size == 0 ? 1 : *size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
    fprintf(stderr, "the file is cut short\n");
    exit(1);
  }
  return bytes;
}

static int differ(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return failed("open");
  }
  for (;;) {
    char buffer[4096];
    shm_text text;
    uint32_t my_size;
    uint32_t their_size;
    char *mine = next_contract(file, &my_size);
    char *theirs = mine == NULL ? NULL : next_contract(file, &their_size);
    if (theirs == NULL) {
      return fclose(file);
    }
    shm_text_begin(&text, buffer, sizeof buffer);
    shm_tell_difference(&text, (const uint8_t *)mine, my_size, theirs, their_size);
    printf("%s\n", buffer);
    free(mine);
    free(theirs);
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(const char *);
  } modes[] = {{"create", create}, {"attach", attach}, {"sweep", sweep},
               {"refuse", refuse}, {"lay", lay},       {"differ", differ}};
  for (size_t i = 0; argc == 3 && i < sizeof modes / sizeof modes[0]; i++) {
    if (strcmp(argv[1], modes[i].name) == 0) {
      return modes[i].run(argv[2]);
    }
  }
  fprintf(stderr, "objects create|attach|sweep|refuse ADDRESS, objects lay|differ FILE\n");
  return 2;
}
