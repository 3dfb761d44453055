/*
 * Tests of what C++17 makes of lists, optionals and unions (tests/schemas/shapes.toml).
 */
#include "shapes.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <type_traits>
#include <vector>

namespace shapes = test::shapes;

#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                         \
      std::exit(1);                                                                                          \
    }                                                                                                        \
  } while (0)

// Members in C++ leave the types what they are in C.
template <class T> constexpr bool is_plain() {
  return std::is_standard_layout_v<T> && std::is_trivially_copyable_v<T> &&
         std::is_trivially_default_constructible_v<T> && std::is_aggregate_v<T>;
}
static_assert(is_plain<shapes::u8_list3>() && is_plain<shapes::str7_list2>());
static_assert(is_plain<shapes::u64_optional>() && is_plain<shapes::str5_optional>());
static_assert(is_plain<shapes::Payload>() && is_plain<shapes::Aligned>() && is_plain<shapes::Message>());

static void a_list_is_a_range() {
  shapes::Lists lists{};
  CHECK(lists.odd.empty() && lists.odd.capacity() == 3);
  CHECK(lists.odd.push_back(7) && lists.odd.push_back(8) && lists.odd.push_back(9));
  CHECK(!lists.odd.push_back(10) && lists.odd.size() == 3 && lists.odd[2] == 9);
  unsigned sum = 0;
  for (const std::uint8_t &byte : lists.odd) {
    sum += byte;
  }
  for (std::uint8_t &byte : lists.odd) {
    byte = 1;
  }
  CHECK(sum == 24 && std::count(lists.odd.begin(), lists.odd.end(), 1) == 3);
  lists.odd.count = 77;
  CHECK(lists.odd.size() == 3 && !lists.odd.valid() && !lists.odd.push_back(1));
  CHECK(std::vector<std::uint8_t>(lists.odd.begin(), lists.odd.end()).size() == 3);
  lists.odd.clear();
  CHECK(lists.odd.empty() && lists.odd.valid());

  const float grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  CHECK(lists.rows.push_back(grid));
  for (const auto &row : lists.rows) {
    CHECK(row[1][2] == 6);
  }
  CHECK(lists.levels.push_back({5, {}}) && lists.levels[0].price == 5);
  CHECK(lists.sides.push_back(shapes::Side::SELL));
  CHECK(to_string(lists.sides) == "[SELL]");
}

static void bounded_bytes_and_text_are_assigned_at_once() {
  shapes::Lists lists{};
  const unsigned char five[] = {1, 2, 3, 4, 5};
  CHECK(lists.data.assign(five, 5) && lists.data.size() == 5 && lists.data[4] == 5);
  CHECK(!lists.data.assign(five, 6) && lists.data.size() == 5 && lists.data.capacity() == 5);
  CHECK(lists.data.assign(lists.data.data() + 1, 2) && lists.data[0] == 2 && lists.data[1] == 3);
  CHECK(lists.data.items[2] == 0 && lists.data.items[4] == 0 && to_string(lists.data) == "0203");
  lists.data.count = 77;
  CHECK(!lists.data.valid() && lists.data.size() == 5);
  lists.data.clear();
  CHECK(lists.data.empty() && lists.data.valid());

  CHECK(lists.label.assign("eight888") && !lists.label.assign("nine99999"));
  CHECK(lists.label.view() == "eight888" && to_string(lists.label) == "\"eight888\"");
  CHECK(lists.label.assign(std::string_view("a\0b", 3)) && lists.label.size() == 3);
  CHECK(to_string(lists.label) == "\"a\\u{0}b\"");
  const std::string_view view = lists.label;
  CHECK(view.size() == 3 && lists.label.assign(std::string("ü")) && lists.label.valid());
  shapes::Lists other{};
  CHECK(other.label.assign(std::string_view("ü?", 2)) && other.label == lists.label);
  lists.label.items[1] = '\xff';
  CHECK(!lists.label.valid() && other.label != lists.label);
  CHECK(shapes::str_list8::capacity() == 8 && is_plain<shapes::str_list8>() &&
        is_plain<shapes::bytes_list5>());
}

static void text_of_every_kind_goes_in() {
  shapes::str7_list2 names{};
  shapes::str5_optional code{};
  const char seven[7] = {'1', '2', '3', '4', '5', '6', '7'};
  const char *pointer = "abc";
  CHECK(names.push_back(seven));
  CHECK(!names.push_back(std::string("eight888")) && !names.push_back(std::string_view("a\0b", 3)));
  CHECK(names.push_back(names[0]) && !names.push_back(""));
  CHECK(to_string(names) == "[\"1234567\", \"1234567\"]");
  CHECK(code.set(pointer) && code.set(std::string_view()) && code.set(std::string("fives")));
  CHECK(!code.set("sixsix"));
  const std::optional<std::string_view> text = code;
  CHECK(text == "fives");
  code = std::nullopt;
  CHECK(!code && !std::optional<std::string_view>(code));
}

static void an_optional_is_a_std_optional_and_back() {
  shapes::Level level{3, shapes::u64_optional::of(7)};
  const std::optional<std::uint64_t> quantity = level.quantity;
  CHECK(quantity == 7u && level.quantity && *level.quantity == 7 && level.quantity.value_or(1) == 7);
  level.quantity = std::optional<std::uint64_t>();
  CHECK(!level.quantity.has_value() && level.quantity.value == 0 && level.quantity.value_or(1) == 1);
  level.quantity = std::optional<int>(8);
  CHECK(level.quantity.has_value() && *level.quantity == 8);
  level.quantity = {};
  CHECK(!level.quantity);
  level.quantity.set(9);
  level.quantity.has = 7; // of a peer that is wrong
  CHECK(!level.quantity && !level.quantity.valid() && !std::optional<std::uint64_t>(level.quantity));
  CHECK(to_string(level) == "Level { price: 3, quantity: optional(7) }");

  shapes::Optionals optionals{};
  optionals.level = std::optional<shapes::Level>({4, {}});
  CHECK(optionals.level && optionals.level->price == 4);
  optionals.side = std::optional(shapes::Side::BUY);
  CHECK(std::optional<shapes::Side>(optionals.side) == shapes::Side::BUY);
  optionals.marks.set(test::shapes::units::Marks::LATE);
  CHECK(to_string(optionals.marks) == "LATE" && to_string(optionals.level.value.quantity) == "none");
  const float grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  optionals.grid.set(grid);
  CHECK((*optionals.grid)[1][2] == 6);
  optionals.grid.reset();
  CHECK(!optionals.grid && (*optionals.grid)[1][2] == 0);
}

// What a visitor is given, as text.
static std::string told(const shapes::Payload &payload) {
  return visit(payload,
               shm::overloaded{
                   [](std::int64_t price) { return "price " + std::to_string(price); },
                   [](shm::tag<test_shapes_Payload_OTHER_PRICE>, std::int64_t price) {
                     return "other " + std::to_string(price);
                   },
                   [](const shapes::Level &level) { return "level " + std::to_string(level.price); },
                   [](std::string_view text) { return "text " + std::string(text); },
                   [](shm::empty_variant empty) { return "empty " + std::to_string(empty.tag); },
                   [](shm::unknown_variant unknown) {
                     return "unknown " + std::to_string(unknown.tag) + " of " + std::to_string(unknown.size);
                   },
                   [](const std::uint16_t(&row)[4]) { return "row " + std::to_string(row[3]); },
                   [](const shapes::u16_list5 &counts) { return "counts " + std::to_string(counts.size()); },
                   [](const auto &) { return std::string("another"); },
               });
}

static void a_visitor_is_called_with_what_is_there() {
  shapes::Payload payload{};
  CHECK(told(payload) == "empty 0");
  payload.set_ended();
  CHECK(told(payload) == "empty 255");
  payload.set_price(5);
  CHECK(told(payload) == "price 5");
  payload.set_other_price(6);
  CHECK(told(payload) == "other 6");
  payload.set_level({7, {}});
  CHECK(told(payload) == "level 7" && payload.is_level() && payload.get_level()->price == 7);
  CHECK(payload.get_price() == nullptr);
  payload.get_level()->price = 8;
  CHECK(told(payload) == "level 8");
  CHECK(payload.set_text("twelve bytes") && !payload.set_text(std::string(13, 'x')));
  CHECK(told(payload) == "text twelve bytes" && shm::view(*payload.get_text()) == "twelve bytes");
  payload.set_row({1, 2, 3, 4});
  CHECK(told(payload) == "row 4");
  shapes::u16_list5 counts{};
  counts.count = 1000;
  payload.set_counts(counts);
  CHECK(told(payload) == "counts 5");
  payload.set_side(shapes::Side::SELL);
  CHECK(told(payload) == "another");
  payload.tag = 99;
  CHECK(told(payload) == "unknown 99 of " + std::to_string(sizeof payload.as));
  const shapes::Payload copy = payload;
  CHECK(copy == payload && std::memcmp(&copy, &payload, sizeof copy) == 0);

  payload.set_price(1);
  visit(payload, [](auto tag, auto &held) {
    if constexpr (std::is_same_v<decltype(tag), shm::tag<test_shapes_Payload_PRICE>>) {
      held += 41;
    }
  });
  CHECK(*payload.get_price() == 42);
  const std::uint64_t tag = visit(payload, [](std::uint64_t t, const auto &) { return t; });
  CHECK(tag == 1);
  payload.tag = 98;
  CHECK(visit(payload, [](std::uint64_t t, const auto &) { return t; }) == 98);
}

static void values_are_compared_and_shown() {
  shapes::Payload a{};
  shapes::Payload b{};
  a.set_level({1, {}});
  CHECK(a != b);
  b.set_level({1, {}});
  CHECK(a == b);
  shapes::Payload_list2 list{};
  CHECK(list.push_back(a) && list.push_back(shapes::Payload{}));
  std::ostringstream out;
  out << list << ' ' << shapes::u64_optional::of(3) << ' ' << shapes::Narrow{};
  CHECK(out.str() == "[Payload.level(Level { price: 1, quantity: none }), Payload.nothing] 3 Narrow.byte(0)");
  shapes::Payload_list2 other = list;
  CHECK(other == list);
  other.count = 1;
  CHECK(other != list);
  std::string longest = to_string(shapes::Message{});
  CHECK(longest.size() > 700 && longest.substr(longest.size() - 2) == " }");
}

#if defined(__cpp_lib_span)
static std::size_t items_of(std::span<const std::uint64_t> items) { return items.size(); }

static void a_list_is_a_span() {
  shapes::Lists lists{};
  CHECK(lists.wide.push_back(5));
  CHECK(items_of(lists.wide) == 1);
  std::span<std::uint64_t> items = lists.wide;
  items[0] = 6;
  CHECK(lists.wide[0] == 6);
  lists.wide.count = UINT32_MAX;
  CHECK(items_of(lists.wide) == 2);
}
#endif

static void imported_items_go_through_queues() {
  const std::string address = "posix:/shmgen-test.layer." + std::to_string(getpid());
  auto board = shapes::Board::create(address);
  CHECK(board);
  auto out = board->stamps().producer();
  auto in = board->stamps().consumer();
  CHECK(out && in);
  test::shapes_base::Stamp stamp{};
  stamp.clock = test::shapes::units::Clock::REAL;
  CHECK(stamp.small.push_back(9));
  CHECK(out->try_push(stamp) == SHM_OK);
  auto got = in->try_pop();
  CHECK(got && *got == stamp && got->small[0] == 9);
  CHECK(board->remove() == SHM_OK);
}

int main() {
  a_list_is_a_range();
  bounded_bytes_and_text_are_assigned_at_once();
  text_of_every_kind_goes_in();
  an_optional_is_a_std_optional_and_back();
  a_visitor_is_called_with_what_is_there();
  values_are_compared_and_shown();
#if defined(__cpp_lib_span)
  a_list_is_a_span();
#endif
  imported_items_go_through_queues();
  std::puts("ok");
}
