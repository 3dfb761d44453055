/*
 * Tests of what is generated for lists, optionals and unions (tests/schemas/shapes.toml),
 * as C11 and up, and through shapes_test.cpp as C++11 and up.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* for these tests; the header needs nothing */
#endif

#include "shapes.h"

#include "support.h"

#include <sys/ptrace.h>

typedef test_shapes_u8_list3 bytes3;
typedef test_shapes_Level level;
typedef test_shapes_Payload payload;

/* That a value shows as that. */
#define CHECK_FORMAT(type, value, expected)                                                                  \
  do {                                                                                                       \
    char text_found[2048];                                                                                   \
    CHECK(type##_format((value), text_found, sizeof text_found) == strlen(expected));                        \
    if (strcmp(text_found, (expected)) != 0) {                                                               \
      fprintf(stderr, "%s:%d: is `%s`, not `%s`\n", __FILE__, __LINE__, text_found, (expected));             \
      _exit(1);                                                                                              \
    }                                                                                                        \
  } while (0)

/* ---- lists ---- */

static void a_list_takes_as_many_as_it_has_room_for(void) {
  bytes3 list = SHM_ZERO;
  for (uint8_t i = 1; i <= 3; i++) {
    CHECK(test_shapes_u8_list3_push(&list, &i));
    CHECK(test_shapes_u8_list3_size(&list) == i && list.items[i - 1] == i);
  }
  CHECK(!test_shapes_u8_list3_push(&list, &list.items[0]));
  CHECK(list.count == 3 && test_shapes_u8_list3_valid(&list));
  CHECK_FORMAT(test_shapes_u8_list3, &list, "[1, 2, 3]");
  test_shapes_u8_list3_clear(&list);
  CHECK(test_shapes_u8_list3_size(&list) == 0 && list.items[0] == 0);
  CHECK_FORMAT(test_shapes_u8_list3, &list, "[]");
}

static void a_list_is_compared_as_far_as_it_goes(void) {
  test_shapes_Level_list3 a = SHM_ZERO;
  test_shapes_Level_list3 b = SHM_ZERO;
  level one = SHM_ZERO;
  one.price = 5;
  CHECK(test_shapes_Level_list3_push(&a, &one) && test_shapes_Level_list3_push(&b, &one));
  b.items[1].price = 99; /* not there */
  CHECK(test_shapes_Level_list3_equal(&a, &b));
  a.count = 2;
  CHECK(!test_shapes_Level_list3_equal(&a, &b));
  b.count = 2;
  CHECK(!test_shapes_Level_list3_equal(&a, &b));
  b.items[1].price = 0;
  CHECK(test_shapes_Level_list3_equal(&a, &b));
  CHECK_FORMAT(test_shapes_Level_list3, &a,
               "[Level { price: 5, quantity: none }, Level { price: 0, quantity: none }]");
}

static void a_list_with_a_count_above_its_room_ends_at_the_room(void) {
  static const uint32_t counts[] = {4, 5, 0x10000, 0x7FFFFFFF, 0x80000000u, UINT32_MAX};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    char expected[80];
    bytes3 list = SHM_ZERO;
    bytes3 other;
    list.count = counts[i];
    list._reserved1[0] = 7;
    other = list;
    CHECK(test_shapes_u8_list3_size(&list) == 3 && !test_shapes_u8_list3_valid(&list));
    CHECK(!test_shapes_u8_list3_push(&list, &list.items[0]));
    CHECK(memcmp(&list, &other, sizeof list) == 0);
    CHECK(test_shapes_u8_list3_equal(&list, &other));
    other.items[2] = 1;
    CHECK(!test_shapes_u8_list3_equal(&list, &other));
    snprintf(expected, sizeof expected, "a list of %u in a room for 3", counts[i]);
    CHECK_FORMAT(test_shapes_u8_list3, &list, expected);
  }
}

static void lists_of_text_and_arrays_take_what_their_items_are(void) {
  static const float grid[2][3] = {{1, 2, 3}, {4, 5, 6.5f}};
  static const uint8_t blob[3] = {0xAB, 0, 1};
  static const char words[2][4] = {{'a', 'b', 'c', 'd'}, {'e', 0, 0, 0}};
  test_shapes_str7_list2 names = SHM_ZERO;
  test_shapes_f32_x2_x3_list2 grids = SHM_ZERO;
  test_shapes_bytes3_list2 blobs = SHM_ZERO;
  test_shapes_str4_x2_list2 pairs = SHM_ZERO;
  memset(names.items, 'x', sizeof names.items);
  CHECK(test_shapes_str7_list2_push(&names, "seven77"));
  CHECK(!test_shapes_str7_list2_push(&names, "eight888"));
  CHECK(names.count == 1);
  CHECK(test_shapes_str7_list2_push(&names, "a"));
  CHECK(memcmp(names.items[1], "a\0\0\0\0\0\0", 7) == 0);
  CHECK(!test_shapes_str7_list2_push(&names, ""));
  CHECK_FORMAT(test_shapes_str7_list2, &names, "[\"seven77\", \"a\"]");
  CHECK(test_shapes_f32_x2_x3_list2_push(&grids, &grid[0][0]));
  CHECK_FORMAT(test_shapes_f32_x2_x3_list2, &grids, "[[[1, 2, 3], [4, 5, 6.5]]]");
  CHECK(test_shapes_bytes3_list2_push(&blobs, blob));
  CHECK_FORMAT(test_shapes_bytes3_list2, &blobs, "[ab0001]");
  CHECK(test_shapes_str4_x2_list2_push(&pairs, &words[0][0]));
  CHECK_FORMAT(test_shapes_str4_x2_list2, &pairs, "[[\"abcd\", \"e\"]]");
}

/* ---- optionals ---- */

static void bounded_bytes_and_text_are_assigned_at_once(void) {
  test_shapes_bytes_list5 data = SHM_ZERO;
  test_shapes_bytes_list5 same = SHM_ZERO;
  test_shapes_str_list8 label = SHM_ZERO;
  test_shapes_str_list8 other = SHM_ZERO;
  const uint8_t five[6] = {1, 2, 3, 4, 5, 6};
  CHECK(test_shapes_bytes_list5_assign(&data, five, 5) && test_shapes_bytes_list5_size(&data) == 5);
  CHECK(!test_shapes_bytes_list5_assign(&data, five, 6) &&
        !test_shapes_bytes_list5_assign(&data, five, SIZE_MAX));
  CHECK(data.count == 5 && data.items[4] == 5);
  CHECK(test_shapes_bytes_list5_assign(&data, data.items + 3, 2));
  CHECK(data.items[0] == 4 && data.items[1] == 5 && data.items[2] == 0 && data.items[4] == 0);
  CHECK(test_shapes_bytes_list5_assign(&same, five + 3, 2) && test_shapes_bytes_list5_equal(&data, &same));
  same.items[4] = 9;
  CHECK(test_shapes_bytes_list5_equal(&data, &same));
  CHECK_FORMAT(test_shapes_bytes_list5, &data, "0405");
  CHECK(test_shapes_bytes_list5_assign(&data, NULL, 0) && data.count == 0 && data.items[0] == 0);
  data.count = 6;
  CHECK(!test_shapes_bytes_list5_valid(&data) && test_shapes_bytes_list5_size(&data) == 5);
  CHECK_FORMAT(test_shapes_bytes_list5, &data, "a list of 6 in a room for 5");

  CHECK(test_shapes_str_list8_assign_text(&label, "eight888"));
  CHECK(!test_shapes_str_list8_assign_text(&label, "nine99999") && label.count == 8);
  CHECK_FORMAT(test_shapes_str_list8, &label, "\"eight888\"");
  CHECK(test_shapes_str_list8_assign(&label, "a\0b", 3) && test_shapes_str_list8_valid(&label));
  CHECK_FORMAT(test_shapes_str_list8, &label, "\"a\\u{0}b\"");
  CHECK(test_shapes_str_list8_assign_text(&other, "a") && !test_shapes_str_list8_equal(&label, &other));
  other.items[0] = '\xff';
  CHECK(!test_shapes_str_list8_valid(&other));
  test_shapes_str_list8_clear(&other);
  CHECK(other.count == 0 && test_shapes_str_list8_valid(&other));
}

static void an_optional_holds_a_value_or_none(void) {
  test_shapes_u64_optional number = SHM_ZERO;
  test_shapes_u64_optional other = SHM_ZERO;
  uint64_t value = 77;
  CHECK(!test_shapes_u64_optional_get(&number, &value) && value == 77);
  CHECK_FORMAT(test_shapes_u64_optional, &number, "none");
  memset(number._reserved0, 0xFF, sizeof number._reserved0);
  value = UINT64_MAX;
  test_shapes_u64_optional_set(&number, &value);
  CHECK(number.has == 1 && number._reserved0[0] == 0);
  value = 0;
  CHECK(test_shapes_u64_optional_get(&number, &value) && value == UINT64_MAX);
  CHECK_FORMAT(test_shapes_u64_optional, &number, "18446744073709551615");
  CHECK(!test_shapes_u64_optional_equal(&number, &other));
  other = number;
  CHECK(test_shapes_u64_optional_equal(&number, &other));
  number.has = 0;
  other.has = 0;
  other.value = 5; /* what is behind none does not count */
  CHECK(test_shapes_u64_optional_equal(&number, &other));
  test_shapes_u64_optional_clear(&other);
  CHECK(other.value == 0);
}

static void an_optional_that_says_neither_yes_nor_no_has_no_value(void) {
  test_shapes_u64_optional number = SHM_ZERO;
  test_shapes_u64_optional other;
  uint64_t value = 1;
  number.has = 7;
  number.value = 9;
  other = number;
  CHECK(!test_shapes_u64_optional_valid(&number));
  CHECK(!test_shapes_u64_optional_get(&number, &value) && value == 1);
  CHECK(test_shapes_u64_optional_equal(&number, &other));
  other.value = 8;
  CHECK(!test_shapes_u64_optional_equal(&number, &other));
  CHECK_FORMAT(test_shapes_u64_optional, &number, "optional(7)");
  test_shapes_u64_optional_set(&number, &value);
  CHECK(test_shapes_u64_optional_valid(&number) && number.value == 1);
}

static void optionals_of_text_and_arrays_take_and_give_what_they_hold(void) {
  static const float grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  float copied[2][3] = {{0, 0, 0}, {0, 0, 0}};
  test_shapes_str5_optional text = SHM_ZERO;
  test_shapes_f32_x2_x3_optional rows = SHM_ZERO;
  test_shapes_f32_x2_x3_list4_optional deep = SHM_ZERO;
  char out[6];
  CHECK(!test_shapes_str5_optional_set(&text, "sixsix") && text.has == 0);
  CHECK(test_shapes_str5_optional_set(&text, "fives"));
  CHECK(test_shapes_str5_optional_get(&text, out) && strcmp(out, "fives") == 0);
  CHECK(test_shapes_str5_optional_set(&text, "é"));
  CHECK(test_shapes_str5_optional_get(&text, out) && strcmp(out, "é") == 0 && text.value[4] == '\0');
  CHECK_FORMAT(test_shapes_str5_optional, &text, "\"é\"");
  test_shapes_f32_x2_x3_optional_set(&rows, &grid[0][0]);
  CHECK(test_shapes_f32_x2_x3_optional_get(&rows, &copied[0][0]));
  CHECK(memcmp(copied, grid, sizeof grid) == 0);
  deep.has = 1;
  CHECK(test_shapes_f32_x2_x3_list4_push(&deep.value, &grid[0][0]));
  CHECK_FORMAT(test_shapes_f32_x2_x3_list4_optional, &deep, "[[[1, 2, 3], [4, 5, 6]]]");
  deep.value.count = 5;
  CHECK_FORMAT(test_shapes_f32_x2_x3_list4_optional, &deep, "a list of 5 in a room for 4");
}

/* ---- unions ---- */

/* Whether all bytes of a value behind the first `used` of what it holds are zero. */
static bool is_zero_behind(const payload *value, size_t used) {
  const char *data = SHM_CAST(const char *, SHM_CAST(const void *, value));
  for (size_t i = 1; i < sizeof *value; i++) {
    if ((i < offsetof(payload, as) || i >= offsetof(payload, as) + used) && data[i] != 0) {
      return false;
    }
  }
  return true;
}

static void a_union_is_what_it_was_made(void) {
  static const uint16_t row[4] = {1, 2, 3, 4};
  static const uint8_t raw[5] = {1, 2, 3, 4, 5};
  static const float grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  static const char names[2][4] = {{'a', 'b', 'c', 'd'}, {'e', 0, 0, 0}};
  payload p;
  int64_t price = -5;
  level best = SHM_ZERO;
  test_shapes_Narrow narrow = SHM_ZERO;
  uint8_t byte = 200;
  memset(&p, 0xEE, sizeof p);
  test_shapes_Payload_set_price(&p, &price);
  CHECK(p.tag == test_shapes_Payload_PRICE && test_shapes_Payload_is_price(&p));
  CHECK(!test_shapes_Payload_is_other_price(&p) && test_shapes_Payload_get_other_price(&p) == NULL);
  CHECK(*test_shapes_Payload_get_price(&p) == -5 && is_zero_behind(&p, sizeof price));
  CHECK(strcmp(test_shapes_Payload_name(&p), "price") == 0);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.price(-5)");
  best.price = 9;
  memset(&p, 0xEE, sizeof p);
  test_shapes_Payload_set_level(&p, &best);
  CHECK(test_shapes_Payload_get_price(&p) == NULL && test_shapes_Payload_get_level(&p)->price == 9);
  CHECK(is_zero_behind(&p, sizeof best));
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.level(Level { price: 9, quantity: none })");
  memset(&p, 0xEE, sizeof p);
  CHECK(test_shapes_Payload_set_text(&p, "twelve bytes"));
  CHECK(memcmp(test_shapes_Payload_get_text(&p), "twelve bytes", 12) == 0 && is_zero_behind(&p, 12));
  CHECK(!test_shapes_Payload_set_text(&p, "thirteenbytes") && test_shapes_Payload_is_text(&p));
  CHECK(test_shapes_Payload_set_text(&p, "short") && is_zero_behind(&p, 5));
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.text(\"short\")");
  test_shapes_Payload_set_raw(&p, raw);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.raw(0102030405)");
  test_shapes_Payload_set_row(&p, row);
  CHECK(test_shapes_Payload_get_row(&p)[3] == 4);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.row([1, 2, 3, 4])");
  test_shapes_Payload_set_grid(&p, &grid[0][0]);
  CHECK(test_shapes_Payload_get_grid(&p)[1][2] == 6.0f);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.grid([[1, 2, 3], [4, 5, 6]])");
  test_shapes_Payload_set_names(&p, &names[0][0]);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.names([\"abcd\", \"e\"])");
  test_shapes_Narrow_set_byte(&narrow, &byte);
  test_shapes_Payload_set_inner(&p, &narrow);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.inner(Narrow.byte(200))");
  test_shapes_Payload_set_ended(&p);
  CHECK(p.tag == 255 && test_shapes_Payload_is_ended(&p) && is_zero_behind(&p, 0));
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.ended");
  test_shapes_Payload_set_nothing(&p);
  CHECK_FORMAT(test_shapes_Payload, &p, "Payload.nothing");
}

/* What a setter is given may lie in the union that it sets. */
static void a_union_can_be_set_to_a_part_of_itself(void) {
  payload p = SHM_ZERO;
  level best = SHM_ZERO;
  best.price = 0x0102030405060708;
  test_shapes_Payload_set_level(&p, &best);
  test_shapes_Payload_set_price(&p, &p.as.level.price);
  CHECK(*test_shapes_Payload_get_price(&p) == 0x0102030405060708);
  test_shapes_Payload_set_other_price(&p, test_shapes_Payload_get_price(&p));
  CHECK(*test_shapes_Payload_get_other_price(&p) == 0x0102030405060708);
}

static void a_union_is_compared_by_its_variant(void) {
  payload a = SHM_ZERO;
  payload b = SHM_ZERO;
  int64_t price = 3;
  test_shapes_Payload_set_price(&a, &price);
  test_shapes_Payload_set_price(&b, &price);
  b.as.text[sizeof price] = 9; /* behind the value */
  CHECK(test_shapes_Payload_equal(&a, &b));
  test_shapes_Payload_set_other_price(&b, &price);
  CHECK(!test_shapes_Payload_equal(&a, &b));
  CHECK(test_shapes_Payload_set_text(&a, "x") && test_shapes_Payload_set_text(&b, "x"));
  CHECK(test_shapes_Payload_equal(&a, &b));
  CHECK(test_shapes_Payload_set_text(&b, "xy"));
  CHECK(!test_shapes_Payload_equal(&a, &b));
  test_shapes_Payload_set_nothing(&a);
  test_shapes_Payload_set_nothing(&b);
  b.as.price = 7;
  CHECK(test_shapes_Payload_equal(&a, &b));
}

static void a_tag_that_no_variant_has_is_kept_and_shown(void) {
  payload p = SHM_ZERO;
  payload q;
  test_shapes_Narrow n = SHM_ZERO;
  char text[512];
  p.tag = 99;
  p.as.raw[0] = 0xAB;
  q = p;
  CHECK(memcmp(&p, &q, sizeof p) == 0);
  CHECK(test_shapes_Payload_name(&p) == NULL);
  CHECK(test_shapes_Payload_get_price(&p) == NULL && test_shapes_Payload_get_text(&p) == NULL);
  CHECK(!test_shapes_Payload_is_nothing(&p));
  CHECK(test_shapes_Payload_equal(&p, &q));
  q.as.raw[4] = 1;
  CHECK(!test_shapes_Payload_equal(&p, &q));
  CHECK(test_shapes_Payload_format(&p, text, sizeof text) == 21 + 2 * sizeof p.as);
  CHECK(strncmp(text, "Payload.unknown(99, ab00", 24) == 0);
  n.tag = UINT32_MAX;
  CHECK_FORMAT(test_shapes_Narrow, &n, "Narrow.unknown(4294967295, 000000)");
}

/* ---- any bytes ---- */

/*
 * A value of random bytes, in memory of exactly its size: whatever goes through
 * it stays within, and shows no more than fits.
 */
#define HOSTILE(type)                                                                                        \
  do {                                                                                                       \
    type *a = SHM_CAST(type *, aligned_alloc(SHM_ALIGNOF(type), sizeof(type)));                              \
    type *b = SHM_CAST(type *, aligned_alloc(SHM_ALIGNOF(type), sizeof(type)));                              \
    char small[40];                                                                                          \
    size_t used;                                                                                             \
    scramble(a, sizeof *a);                                                                                  \
    memcpy(b, a, sizeof *a);                                                                                 \
    used = type##_format(a, large, sizeof large);                                                            \
    CHECK(used == strlen(large) && used > 0);                                                                \
    CHECK(type##_format(a, small, sizeof small) < sizeof small);                                             \
    equals += type##_equal(a, b) ? 1 : 0;                                                                    \
    scramble(b, sizeof *b);                                                                                  \
    (void)type##_equal(a, b);                                                                                \
    free(a);                                                                                                 \
    free(b);                                                                                                 \
  } while (0)

/* Random bytes; often small numbers, which are the counts and tags that there are. */
static void scramble(void *data, size_t size) {
  unsigned char *bytes_of = SHM_CAST(unsigned char *, data);
  const bool small = random_number() % 2 == 0;
  for (size_t i = 0; i < size; i++) {
    const uint64_t dice = random_number();
    bytes_of[i] = SHM_CAST(unsigned char, small ? (dice % 3 == 0 ? dice / 3 % 20 : 0) : dice);
  }
}

static void any_bytes_are_survived(void) {
  static char large[65536];
  int equals = 0;
  for (int round = 0; round < 2000; round++) {
    HOSTILE(test_shapes_u8_list3);
    HOSTILE(test_shapes_u64_list2);
    HOSTILE(test_shapes_f64_list3);
    HOSTILE(test_shapes_bool_list5);
    HOSTILE(test_shapes_Level_list3);
    HOSTILE(test_shapes_Side_list4);
    HOSTILE(test_shapes_str7_list2);
    HOSTILE(test_shapes_str4_x2_list2);
    HOSTILE(test_shapes_Payload_list2);
    HOSTILE(test_shapes_u8_list3_list2);
    HOSTILE(test_shapes_Wide_list2);
    HOSTILE(test_shapes_u64_optional);
    HOSTILE(test_shapes_str5_optional);
    HOSTILE(test_shapes_Payload_optional);
    HOSTILE(test_shapes_Wide_optional);
    HOSTILE(test_shapes_f32_x2_x3_list4_optional);
    HOSTILE(test_shapes_Narrow);
    HOSTILE(test_shapes_Payload);
    HOSTILE(test_shapes_Aligned);
    HOSTILE(test_shapes_Lists);
    HOSTILE(test_shapes_Optionals);
    HOSTILE(test_shapes_Message);
    HOSTILE(test_shapes_base_Number);
    HOSTILE(test_shapes_base_Stamp);
  }
  CHECK(equals > 10000); /* but where a number is not one */
}

/* ---- bytes that change meanwhile ---- */

/* What a peer changes all the time. */
typedef struct lied_about {
  bytes3 list;
  test_shapes_str5_optional text;
  test_shapes_Narrow narrow;
} lied_about;

static bool is_one_of(const char *text, const char *const *allowed) {
  while (*allowed != NULL && strcmp(text, *allowed) != 0) {
    allowed++;
  }
  return *allowed != NULL;
}

/* What is answered is that of one look; an exit status that says what was not. */
static int look(const lied_about *shared) {
  static const char *const lists[] = {"[]", "[0, 0]", "a list of 4294967295 in a room for 3", NULL};
  static const char *const texts[] = {"none", "\"fives\"", "optional(2)", NULL};
  static const char *const unions[] = {"Narrow.byte(0)", "Narrow.three([0, 0, 0])",
                                       "Narrow.unknown(9, 000000)", NULL};
  char text[64];
  char taken[6];
  size_t size = test_shapes_u8_list3_size(&shared->list);
  const uint8_t *byte = test_shapes_Narrow_get_byte(&shared->narrow);
  if (size > 3 || (byte != NULL && *byte != 0)) {
    return 1;
  }
  test_shapes_u8_list3_format(&shared->list, text, sizeof text);
  if (!is_one_of(text, lists)) {
    return 2;
  }
  test_shapes_str5_optional_format(&shared->text, text, sizeof text);
  if (!is_one_of(text, texts)) {
    return 3;
  }
  test_shapes_Narrow_format(&shared->narrow, text, sizeof text);
  if (!is_one_of(text, unions)) {
    return 4;
  }
  return test_shapes_str5_optional_get(&shared->text, taken) && strcmp(taken, "fives") != 0 ? 5 : 0;
}

/* The peer strikes between any two instructions. */
static void what_changes_between_two_instructions_is_looked_at_once(void) {
  static const uint32_t counts[] = {0, 2, UINT32_MAX};
  static const uint32_t tags[] = {0, 7, 9};
  void *memory = mmap(NULL, sizeof(lied_about), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  lied_about *shared = SHM_CAST(lied_about *, memory);
  unsigned steps = 0;
  int status = 0;
  pid_t looker;
  CHECK(memory != MAP_FAILED);
  memcpy(shared->text.value, "fives", 5);
  looker = fork();
  if (looker == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0) {
      _exit(99);
    }
    for (int i = 0; i < 20; i++) {
      int wrong = look(shared);
      if (wrong != 0) {
        _exit(wrong);
      }
    }
    _exit(0);
  }
  CHECK(looker > 0 && waitpid(looker, &status, 0) == looker && WIFSTOPPED(status));
  while (!WIFEXITED(status)) {
    uint64_t dice = random_number();
    shared->list.count = counts[dice % 3];
    shared->text.has = SHM_CAST(uint8_t, dice / 3 % 3);
    shared->narrow.tag = tags[dice / 9 % 3];
    CHECK(ptrace(PTRACE_SINGLESTEP, looker, NULL, NULL) == 0);
    CHECK(waitpid(looker, &status, 0) == looker && !WIFSIGNALED(status));
    steps++;
  }
  if (WEXITSTATUS(status) != 0) {
    fprintf(stderr, "the look that failed: %d\n", WEXITSTATUS(status));
  }
  CHECK(WEXITSTATUS(status) == 0 && steps > 1000);
  CHECK(munmap(memory, sizeof(lied_about)) == 0);
}

/* ---- through a segment ---- */

static void messages_and_imported_items_go_through_queues(void) {
  static test_shapes_Message in;
  static test_shapes_Message out;
  static test_shapes_Board board;
  test_shapes_base_Stamp stamp = SHM_ZERO;
  test_shapes_base_Stamp got = SHM_ZERO;
  const char *address = fresh_address();
  uint8_t byte = 3;
  memset(&in, 0, sizeof in);
  in.stamp.ns = 12;
  in.event.tag = 200; /* of a later version */
  in.event.as.price = 5;
  CHECK(test_shapes_u8_list3_push(&in.lists.odd, &byte));
  in.optionals.number.has = 2;
  stamp.clock = test_shapes_units_Clock_REAL;
  CHECK(test_shapes_base_u8_list3_push(&stamp.small, &byte));
  CHECK_OK(test_shapes_Board_create(&board, address));
  CHECK_OK(test_shapes_Board_messages_try_push(&board, &in));
  CHECK_OK(test_shapes_Board_stamps_try_push(&board, &stamp));
  CHECK_OK(test_shapes_Board_messages_try_pop(&board, &out));
  CHECK_OK(test_shapes_Board_stamps_try_pop(&board, &got));
  CHECK(memcmp(&in, &out, sizeof in) == 0 && test_shapes_Message_equal(&in, &out));
  CHECK(test_shapes_base_Stamp_equal(&stamp, &got));
  CHECK_FORMAT(test_shapes_base_Stamp, &got, "Stamp { ns: 0, clock: REAL, small: [3] }");
  CHECK_OK(test_shapes_Board_remove(address));
  test_shapes_Board_detach(&board);
}

/* Names of types of every kind. */
static void aliases_stand_for_what_is_declared(void) {
  test_shapes_Sides sides = SHM_ZERO;
  test_shapes_MaybeLevel maybe = SHM_ZERO;
  test_shapes_Event event = SHM_ZERO;
  test_shapes_Grid grid = SHM_ZERO;
  test_shapes_base_Stamps stamps = SHM_ZERO;
  const test_shapes_Side_list4 *list = &sides;
  const test_shapes_Level_optional *optional = &maybe;
  const test_shapes_Payload *tagged = &event;
  CHECK(list->count == 0 && optional->has == 0 && tagged->tag == 0 && grid[1][2] == 0.0f &&
        stamps.count == 0);
}

int main(void) {
  a_list_takes_as_many_as_it_has_room_for();
  a_list_is_compared_as_far_as_it_goes();
  a_list_with_a_count_above_its_room_ends_at_the_room();
  lists_of_text_and_arrays_take_what_their_items_are();
  bounded_bytes_and_text_are_assigned_at_once();
  an_optional_holds_a_value_or_none();
  an_optional_that_says_neither_yes_nor_no_has_no_value();
  optionals_of_text_and_arrays_take_and_give_what_they_hold();
  a_union_is_what_it_was_made();
  a_union_can_be_set_to_a_part_of_itself();
  a_union_is_compared_by_its_variant();
  a_tag_that_no_variant_has_is_kept_and_shown();
  any_bytes_are_survived();
  what_changes_between_two_instructions_is_looked_at_once();
  messages_and_imported_items_go_through_queues();
  aliases_stand_for_what_is_declared();
  printf("ok, %d checks\n", checks_made);
  return 0;
}
