/*
 * What the tests of shm_runtime.h share: checks, a segment spec that is written
 * by hand, and child processes. Compiles as C11 and as C++11.
 */
#ifndef SHM_TEST_SUPPORT_H
#define SHM_TEST_SUPPORT_H

#include "shm_runtime.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>

/* ---- checks ---- */

static int checks_made;

/* Threads check, too. */
static inline void count_check(void) { __atomic_fetch_add(&checks_made, 1, __ATOMIC_RELAXED); }

#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    count_check();                                                                                           \
    if (!(condition)) {                                                                                      \
      fprintf(stderr, "%s:%d: not true: %s\n  last error: %s\n", __FILE__, __LINE__, #condition,             \
              shm_last_error());                                                                             \
      _exit(1);                                                                                              \
    }                                                                                                        \
  } while (0)

#define CHECK_STATUS(expected, call)                                                                         \
  do {                                                                                                       \
    shm_status status_found = (call);                                                                        \
    count_check();                                                                                           \
    if (status_found != (expected)) {                                                                        \
      fprintf(stderr, "%s:%d: %s\n  is %d, not %s: %s\n", __FILE__, __LINE__, #call,                         \
              SHM_CAST(int, status_found), #expected, shm_last_error());                                     \
      _exit(1);                                                                                              \
    }                                                                                                        \
  } while (0)

#define CHECK_OK(call) CHECK_STATUS(SHM_OK, call)

/* That the last error says so. */
#define CHECK_SAYS(part)                                                                                     \
  do {                                                                                                       \
    count_check();                                                                                           \
    if (strstr(shm_last_error(), (part)) == NULL) {                                                          \
      fprintf(stderr, "%s:%d: does not say `%s`: %s\n", __FILE__, __LINE__, (part), shm_last_error());       \
      _exit(1);                                                                                              \
    }                                                                                                        \
  } while (0)

static inline uint64_t random_number(void) {
  static uint64_t state = 0x9E3779B97F4A7C15u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static inline void sleep_ms(int ms) { poll(NULL, 0, ms); }

static inline uint64_t now_ms(void) { return shm_monotonic_ns() / 1000000; }

/* ---- messages ---- */

/* Not a multiple of 8, so that the last word of a slot is partly padding. */
typedef struct trade {
  uint32_t price[7];
} trade;

static inline trade trade_of(uint64_t n) {
  trade t;
  for (unsigned k = 0; k < 7; k++) {
    t.price[k] = SHM_CAST(uint32_t, n * 7 + k);
  }
  return t;
}

static inline bool is_trade(const trade *t, uint64_t n) {
  trade expected = trade_of(n);
  return memcmp(t, &expected, sizeof expected) == 0;
}

/* ---- a contract and a spec ---- */

typedef struct bytes {
  uint8_t data[1024];
  size_t size;
} bytes;

static inline void put_bytes(bytes *out, const void *data, size_t size) {
  memcpy(out->data + out->size, data, size);
  out->size += size;
}

static inline void put_text(bytes *out, const char *text) {
  uint16_t size = SHM_CAST(uint16_t, strlen(text));
  put_bytes(out, &size, 2);
  put_bytes(out, text, size);
}

static inline void put_number(bytes *out, uint64_t number) { put_bytes(out, &number, 8); }

static inline size_t begin_record(bytes *out, char tag) {
  put_bytes(out, &tag, 1);
  put_bytes(out, "\0\0\0\0", 4);
  return out->size;
}

static inline void end_record(bytes *out, size_t begin) {
  uint32_t size = SHM_CAST(uint32_t, out->size - begin);
  memcpy(out->data + begin - 4, &size, 4);
}

static inline void put_field(bytes *out, const char *name, uint64_t offset, uint64_t size, const char *type,
                             const char *unit, const char *range) {
  size_t begin = begin_record(out, 'f');
  put_text(out, name);
  put_number(out, offset);
  put_number(out, size);
  put_text(out, type);
  put_text(out, unit);
  put_text(out, range);
  end_record(out, begin);
}

static inline void put_was(bytes *out, const char *name, uint64_t offset, uint64_t size) {
  size_t begin = begin_record(out, 'w');
  put_text(out, name);
  put_number(out, offset);
  put_number(out, size);
  end_record(out, begin);
}

static inline void put_member(bytes *out, char tag, const char *name, uint64_t number) {
  size_t begin = begin_record(out, tag);
  put_text(out, name);
  put_number(out, number);
  end_record(out, begin);
}

static inline void put_queue(bytes *out, const char *name, const char *item, uint64_t capacity) {
  size_t begin = begin_record(out, 'Q');
  put_text(out, name);
  put_text(out, item);
  put_number(out, capacity);
  end_record(out, begin);
}

/* The ways in which a spec differs from the plain one. */
typedef enum variant {
  PLAIN,
  OTHER_SCHEMA,
  OTHER_SEGMENT,
  FIELD_INSERTED,
  FIELD_RETYPED,
  FIELD_RENAMED,
  FIELD_MISSING,
  FIELDS_SWAPPED,
  OTHER_UNIT,
  OTHER_RANGE,
  OTHER_WAS,
  WAS_ADDED,
  EXTENT_ADDED,
  STRUCT_GREW,
  OTHER_REPR,
  OTHER_VALUE,
  VALUE_ADDED,
  KIND_CHANGED,
  TYPE_ADDED,
  OTHER_CAPACITY,
  OTHER_ITEM,
  OBJECT_RENAMED,
  NEWER_OBJECT, /* with records that no version of ours knows */
  NEWER_FIELD,
  UNION, /* with a union, which the plain one has not */
  UNION_OF_ANOTHER_TAG,
  UNION_VARIANT_MOVED,
  UNION_VARIANT_RETYPED,
  UNION_VARIANT_EMPTIED,
  UNION_VARIANT_RANGED,
  UNION_VARIANT_ADDED,
  UNION_BECAME_AN_ENUM,
  UNION_CUT_SHORT,
  SAME_CONTRACT /* but another fingerprint */
} variant;

typedef struct test_spec {
  shm_segment_spec spec;
  shm_object_spec objects[2];
  uint64_t offsets[2];
  bytes contract;
  char address[80];
} test_spec;

static inline void put_trade(bytes *out, variant v) {
  size_t begin = begin_record(out, 'T');
  put_text(out, "");
  put_text(out, "Trade");
  put_number(out, v == STRUCT_GREW ? 64 : 28);
  put_number(out, 4);
  put_field(out, v == FIELDS_SWAPPED ? "size" : "price", 0, 8, v == FIELD_RETYPED ? "u64" : "i64",
            v == OTHER_UNIT ? "EUR" : "USD", v == OTHER_RANGE ? "0..10" : "0..");
  if (v == FIELD_INSERTED) {
    put_field(out, "lot_size", 8, 8, "u64", "", "");
  }
  put_field(out,
            v == FIELDS_SWAPPED  ? "price"
            : v == FIELD_RENAMED ? "quantity"
                                 : "size",
            v == FIELD_INSERTED ? 16 : 8, 8, "u64", "", "");
  if (v != FIELD_MISSING) {
    put_field(out, "side", v == FIELD_INSERTED ? 24 : 16, 1, "Side", "", "");
  }
  if (v != FIELD_INSERTED) {
    put_was(out, v == OTHER_WAS ? "cost" : "fee", 24, 4);
  }
  if (v == WAS_ADDED) {
    put_was(out, "tax", 24, 4);
  }
  if (v == EXTENT_ADDED || v == NEWER_FIELD) {
    end_record(out, begin_record(out, v == EXTENT_ADDED ? 'x' : 'z'));
  }
  end_record(out, begin);
}

static inline void put_side(bytes *out, variant v) {
  size_t begin = begin_record(out, v == KIND_CHANGED ? 'F' : 'E');
  put_text(out, "");
  put_text(out, "Side");
  put_text(out, v == OTHER_REPR ? "u16" : "u8");
  put_member(out, v == KIND_CHANGED ? 'b' : 'v', "BUY", 1);
  put_member(out, v == KIND_CHANGED ? 'b' : 'v', "SELL", v == OTHER_VALUE ? 7 : 2);
  if (v == VALUE_ADDED) {
    put_member(out, 'v', "AUCTION", 3);
  }
  end_record(out, begin);
}

static inline void put_variant(bytes *out, const char *name, uint64_t number, const char *type,
                               const char *range) {
  size_t begin = begin_record(out, 'u');
  put_text(out, name);
  put_number(out, number);
  put_text(out, type);
  put_text(out, range);
  end_record(out, begin);
}

static inline void put_union(bytes *out, variant v) {
  size_t begin = begin_record(out, v == UNION_BECAME_AN_ENUM ? 'E' : 'U');
  put_text(out, "");
  put_text(out, "Payload");
  put_text(out, v == UNION_OF_ANOTHER_TAG ? "u16" : "u8");
  if (v == UNION_BECAME_AN_ENUM) {
    end_record(out, begin);
    return;
  }
  put_number(out, 16);
  if (v != UNION_CUT_SHORT) {
    put_number(out, 8);
    put_variant(out, "none", 0, "", "");
    put_variant(out, "size", v == UNION_VARIANT_MOVED ? 7 : 1,
                v == UNION_VARIANT_RETYPED   ? "u32[<=1]"
                : v == UNION_VARIANT_EMPTIED ? ""
                                             : "u64",
                v == UNION_VARIANT_RANGED ? "1..10" : "");
  }
  if (v == UNION_VARIANT_ADDED) {
    put_variant(out, "side", 9, "Side", "");
  }
  end_record(out, begin);
}

static inline void put_contract(bytes *out, variant v, uint64_t capacity) {
  size_t begin;
  out->size = 0;
  begin = begin_record(out, 'S');
  put_text(out, v == OTHER_SCHEMA ? "acme.other" : "acme.market");
  put_text(out, v == OTHER_SEGMENT ? "tape" : "feed");
  if (v >= UNION && v < SAME_CONTRACT) {
    put_union(out, v);
  }
  put_side(out, v);
  put_trade(out, v);
  if (v == TYPE_ADDED) {
    size_t type = begin_record(out, 'E');
    put_text(out, "");
    put_text(out, "Venue");
    put_text(out, "u8");
    end_record(out, type);
  }
  put_queue(out, v == OBJECT_RENAMED ? "deals" : "trades", v == OTHER_ITEM ? "u32[7]" : "Trade", capacity);
  if (v == NEWER_OBJECT) {
    end_record(out, begin_record(out, 'Z'));
  }
  put_queue(out, "echo", "Trade", 4);
  end_record(out, begin);
}

static inline uint64_t up(uint64_t n, uint64_t align) { return (n + align - 1) / align * align; }

static inline shm_object_spec queue_of(const char *name, uint64_t item_size, uint64_t capacity) {
  shm_object_spec q;
  memset(&q, 0, sizeof q);
  q.name = name;
  q.kind = SHM_KIND_QUEUE;
  q.item_size = item_size;
  q.capacity = capacity;
  q.batch = capacity / 8 > 1 ? capacity / 8 : 1;
  q.slots = capacity + q.batch - 1;
  q.stride = 8 + up(item_size, 8);
  q.size = 0x200 + q.slots * q.stride;
  q.align = 128;
  return q;
}

static inline uint64_t hash_of(const bytes *in, uint64_t seed) {
  for (size_t i = 0; i < in->size; i++) {
    seed = (seed ^ in->data[i]) * 0x100000001B3u;
  }
  return seed;
}

/*
 * Fills a spec, as docs/segment-format.md says. The fingerprint is no XXH3, as
 * nobody but these tests reads it. The address is new in each test.
 */
static inline const shm_segment_spec *make_spec(test_spec *t, const char *address, variant v,
                                                uint64_t capacity, uint32_t participants) {
  uint64_t end;
  uint64_t print[2];
  memset(t, 0, sizeof *t);
  put_contract(&t->contract, v, v == OTHER_CAPACITY ? capacity + 1 : capacity);
  t->objects[0] = queue_of("trades", sizeof(trade), v == OTHER_CAPACITY ? capacity + 1 : capacity);
  t->objects[1] = queue_of("echo", sizeof(trade), 4);
  end = 512 + 2 * 64 + SHM_CAST(uint64_t, participants) * 64;
  for (int i = 0; i < 2; i++) {
    t->offsets[i] = up(end, 128);
    end = t->offsets[i] + t->objects[i].size;
  }
  snprintf(t->address, sizeof t->address, "%s", address);
  t->spec.schema = v == OTHER_SCHEMA ? "acme.other" : "acme.market";
  t->spec.version = v == PLAIN ? "2.1" : "2.0";
  t->spec.segment = v == OTHER_SEGMENT ? "tape" : "feed";
  t->spec.address = t->address;
  t->spec.mode = 0640;
  t->spec.participants = participants;
  t->spec.contract = t->contract.data;
  t->spec.contract_size = t->contract.size;
  print[0] = hash_of(&t->contract, v == SAME_CONTRACT ? 1 : 0xCBF29CE484222325u);
  print[1] = hash_of(&t->contract, 0x84222325CBF29CE4u);
  memcpy(t->spec.fingerprint, print, sizeof print);
  t->spec.objects = t->objects;
  t->spec.object_count = 2;
  t->spec.contract_offset = up(end, 64);
  t->spec.total_size = up(t->spec.contract_offset + t->contract.size, 4096);
  t->spec.object_offsets = t->offsets;
  return &t->spec;
}

/*
 * The same for objects of other kinds, whose geometry the caller has filled in. The
 * contract says nothing: the fingerprint is that of no other test's.
 */
static inline void finish_spec(shm_segment_spec *spec, const char *segment, const char *address,
                               const shm_object_spec *objects, uint32_t count, uint64_t *offsets) {
  static const uint8_t contract[8] = {0};
  uint64_t end = 512 + SHM_CAST(uint64_t, count) * 64 + 8 * 64;
  for (uint32_t i = 0; i < count; i++) {
    offsets[i] = up(end, 128);
    end = offsets[i] + objects[i].size;
  }
  memset(spec, 0, sizeof *spec);
  spec->schema = "acme.market";
  spec->version = "1.0";
  spec->segment = segment;
  spec->address = address;
  spec->mode = 0640;
  spec->participants = 8;
  spec->contract = contract;
  spec->contract_size = sizeof contract;
  memset(spec->fingerprint, segment[0], sizeof spec->fingerprint);
  spec->objects = objects;
  spec->object_count = count;
  spec->contract_offset = up(end, 64);
  spec->total_size = up(spec->contract_offset + sizeof contract, 4096);
  spec->object_offsets = offsets;
}

/* ---- addresses: each test has its own ---- */

static const char *backend = "posix"; /* or "sysv", or "file": private System V by id file */

static inline const char *fresh_address(void) {
  static char address[80];
  static unsigned count;
  count++;
  if (strcmp(backend, "posix") == 0) {
    snprintf(address, sizeof address, "posix:/shmgen-test.%d.%u", SHM_CAST(int, getpid()), count);
  } else if (strcmp(backend, "file") == 0) {
    snprintf(address, sizeof address, "sysv-file:/tmp/shmgen-test.%d.%u.id", SHM_CAST(int, getpid()), count);
  } else {
    snprintf(address, sizeof address, "sysv:0x%08x",
             0x53000000u | (SHM_CAST(unsigned, getpid()) & 0xFFFFu) << 8 | (count & 0xFF));
  }
  return address;
}

/* The path of a POSIX address's file, or of an id file. */
static inline const char *path_of(const char *address) {
  static char path[512];
  if (strncmp(address, "sysv-file:", 10) == 0) {
    return address + 10;
  }
  snprintf(path, sizeof path, "/dev/shm/%s", address + strlen("posix:/"));
  return path;
}

/* ---- child processes ---- */

typedef struct child {
  pid_t pid;
  int from; /* what the child says */
  int to;   /* what it waits for */
} child;

static int to_parent = -1;
static int from_parent = -1;

/* Runs `body` in a child. */
static inline child start(void (*body)(const void *), const void *argument) {
  int up_pipe[2];
  int down_pipe[2];
  child c;
  CHECK(pipe(up_pipe) == 0 && pipe(down_pipe) == 0);
  fflush(stdout);
  c.pid = fork();
  CHECK(c.pid >= 0);
  if (c.pid == 0) {
    close(up_pipe[0]);
    close(down_pipe[1]);
    shm_libc_syscall(SYS_prctl, 1 /* PR_SET_PDEATHSIG */, SIGKILL);
    to_parent = up_pipe[1];
    from_parent = down_pipe[0];
    body(argument);
    _exit(0);
  }
  close(up_pipe[1]);
  close(down_pipe[0]);
  c.from = up_pipe[0];
  c.to = down_pipe[1];
  return c;
}

/* In the child: tells the parent, and waits for its answer. */
static inline void say_and_wait(void) {
  char byte = 'x';
  CHECK(write(to_parent, &byte, 1) == 1);
  CHECK(read(from_parent, &byte, 1) == 1);
}

static inline void say(void) {
  char byte = 'x';
  CHECK(write(to_parent, &byte, 1) == 1);
}

/* In the parent: waits until the child says something. */
static inline void wait_for(const child *c) {
  char byte;
  CHECK(read(c->from, &byte, 1) == 1);
}

static inline void go_on(const child *c) {
  char byte = 'x';
  CHECK(write(c->to, &byte, 1) == 1);
}

static inline void close_pipes(const child *c) {
  close(c->from);
  close(c->to);
}

/* Waits for a child that must end well. */
static inline void join(const child *c) {
  int status;
  CHECK(waitpid(c->pid, &status, 0) == c->pid);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close_pipes(c);
}

/* Kills the child. */
static inline void kill_child(const child *c) {
  int status;
  CHECK(kill(c->pid, SIGKILL) == 0);
  CHECK(waitpid(c->pid, &status, 0) == c->pid);
  CHECK(WIFSIGNALED(status));
  close_pipes(c);
}

#endif
