/*
 * Tests of shm_runtime.hpp and of a generated segment (tests/schemas/everything.toml): results, bare
 * segments, and what a library of C++20 adds. The first argument is a prefix of addresses; the second, if
 * there is one, says how to end: by a value that is not there.
 */
#include "everything.hpp"

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace everything = test::everything;
using namespace std::chrono_literals;

#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      std::fprintf(stderr, "%s:%d: not true: %s\n  last error: %s\n", __FILE__, __LINE__, #condition,        \
                   shm_last_error());                                                                        \
      std::exit(1);                                                                                          \
    }                                                                                                        \
  } while (0)

static std::string prefix;

static std::string place(const char *name) { return prefix + name; }

static std::size_t times(const std::string &text, const std::string &part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

static void a_result_without_a_value_says_why() {
  auto feed = everything::Plain::attach(place("none"));
  CHECK(!feed && !feed.has_value() && feed.status() == SHM_NOT_FOUND);
  CHECK(!std::optional<everything::Plain>(everything::Plain::attach(place("none"))));
#if defined(__cpp_exceptions)
  try {
    (void)everything::Plain::attach(place("none")).value();
    std::exit(2); // it throws
  } catch (const shm::error &error) {
    // What was tried, on what, and why not: each once.
    CHECK(error.status() == SHM_NOT_FOUND);
    CHECK(times(error.what(), "there is no such segment") == 1);
    CHECK(times(error.what(), place("none")) == 1);
  }
  // The explanation of another failure is not that of this one.
  const shm::result<int> full(SHM_FULL);
  try {
    (void)full.value();
    std::exit(2); // it throws
  } catch (const shm::error &error) {
    CHECK(std::string(error.what()) == "the queue is full");
  }
#endif
  // Success without a value is none.
  CHECK(shm::result<int>(SHM_OK).status() == SHM_INVALID);
}

static void a_bare_segment_is_held_and_let_go() {
  CHECK(shm::segment::attach(place("bare")).status() == SHM_NOT_FOUND);
  CHECK(shm::segment::attach("").status() == SHM_INVALID);
  // C would read up to the NUL, and take another segment for this one.
  const std::string cut = std::string(place("bare")) + std::string("\0x", 2);
  CHECK(shm::segment::create(cut, 1234).status() == SHM_INVALID);
  CHECK(times(shm_last_error(), "\\u{0}x`: an address has no NUL in it") == 1);
  CHECK(shm::segment::attach(cut).status() == SHM_INVALID);
  CHECK(shm::segment::attach_read_only(cut).status() == SHM_INVALID);
  CHECK(shm::segment::open_or_create(cut, 1234).status() == SHM_INVALID);
  CHECK(shm::segment::remove(cut) == SHM_INVALID);
  CHECK(everything::Plain::create(cut).status() == SHM_INVALID);
  CHECK(everything::Plain::attach(cut).status() == SHM_INVALID);
  CHECK(everything::Plain::remove(cut) == SHM_INVALID);
  CHECK(shm::segment::attach(place("bare")).status() == SHM_NOT_FOUND);
  CHECK(shm::segment::create(place("bare"), 0).status() == SHM_INVALID);
  auto made = shm::segment::create(place("bare"), 1234, 0640).value();
  CHECK(made.size() == 1234 && made.address() == place("bare") && !made.is_read_only());
  CHECK(made.stat().value().mode == 0640 && made.stat()->size == 1234);
  CHECK(shm::segment::create(place("bare"), 1234).status() == SHM_EXISTS);
  std::memset(made.data(), 'x', made.size());

  auto reader = shm::segment::attach_read_only(place("bare")).value();
  CHECK(reader.is_read_only() && reader.size() == 1234 && std::memcmp(reader.data(), made.data(), 1234) == 0);
  CHECK(made.set(UINT32_MAX, UINT32_MAX, 0600) == SHM_OK && reader.stat()->mode == 0600);
  CHECK(made.set(UINT32_MAX, UINT32_MAX, 01777) == SHM_INVALID);
  CHECK(made.lock_memory() == SHM_OK && made.unlock_memory() == SHM_OK);
  CHECK(made.descriptor().status() == SHM_UNSUPPORTED);
  CHECK(shm::segment::open_or_create(place("bare"), 99).status() == SHM_MISMATCH);
  CHECK(shm::segment::open_or_create(place("bare"), 1234).value().size() == 1234);

  // Moved, it is held once; what was moved from holds nothing, and says so.
  shm::segment moved(std::move(made));
  CHECK(moved.size() == 1234);
  reader = std::move(moved);
  CHECK(reader.size() == 1234 && !reader.is_read_only() && static_cast<char *>(reader.data())[1233] == 'x');
  CHECK(moved.data() == nullptr && moved.size() == 0 && moved.address().empty());
  CHECK(moved.stat().status() == SHM_INVALID && moved.remove() == SHM_INVALID);

  CHECK(reader.remove() == SHM_OK && shm::segment::remove(place("bare")) == SHM_NOT_FOUND);
  CHECK(reader.stat()->is_removed && static_cast<char *>(reader.data())[0] == 'x');

  auto unnamed = shm::segment::create("memfd:", 100).value();
  const int fd = unnamed.descriptor().value();
  CHECK(shm::segment::attach(shm::descriptor_address(fd)).value().size() == 100);
  close(fd);
}

static void attach_waits_for_who_creates() {
  shm_options options = shm_options();
  options.wait_ns = 20000000;
  CHECK(everything::Plain::attach(place("late"), &options).status() == SHM_NOT_FOUND);
  CHECK(times(shm_last_error(), "there is no such segment, and none came in 20 ms") == 1);
  CHECK(everything::Plain::attach_for(1ms, place("late")).status() == SHM_NOT_FOUND);
  CHECK(shm::segment::attach(place("late"), options).status() == SHM_NOT_FOUND);
  std::thread creator([] {
    std::this_thread::sleep_for(50ms);
    everything::Plain::create(place("late")).value();
  });
  auto feed = everything::Plain::attach_for(1h, place("late")).value();
  creator.join();
  CHECK(feed.remove() == SHM_OK);
}

static void a_library_of_cpp20_gives_spans_and_formats() {
#if defined(__cpp_lib_span)
  auto made = shm::segment::create(place("span"), 16).value();
  for (std::byte &byte : made.writable_bytes()) {
    byte = std::byte{7};
  }
  auto reader = shm::segment::attach_read_only(place("span")).value();
  CHECK(reader.bytes().size() == 16 && reader.bytes()[15] == std::byte{7});
  CHECK(reader.writable_bytes().empty());
  made.remove();

  auto feed = everything::Plain::create(place("plain")).value();
  auto out = feed.levels().producer().value();
  auto in = feed.levels().consumer().value();
  std::vector<everything::Level> levels(1), taken(1);
  levels[0].price = 5;
  CHECK(out.push_n(levels).value() == 1);
  CHECK(in.pop_n(taken).value() == 1 && taken[0].price == 5);
  feed.remove();
#endif
#if defined(__cpp_lib_format)
  everything::Level level{};
  level.price = -3;
  CHECK(std::format("{}", level) == to_string(level));
  CHECK(std::format("{}", everything::Side::BUY) == "BUY");
  CHECK(std::format("[{:>6}]", everything::Side::BUY) == "[   BUY]");
  CHECK(std::format("{}", SHM_FULL) == "the queue is full");
  std::puts("format");
#endif
}

int main(int argc, char **argv) {
  prefix = argc > 1 ? argv[1] : "posix:/layer-";
  const std::string end = argc > 2 ? argv[2] : "";
  if (end == "arrow") {
    std::puts(everything::Plain::attach(place("none"))->address().c_str());
  } else if (end == "star") {
    const shm::result<int> none(SHM_EMPTY);
    return *none;
  } else if (end == "value") {
    (void)everything::Plain::attach(place("none")).value();
  }
  if (!end.empty()) {
    return 0;
  }
  a_result_without_a_value_says_why();
  a_bare_segment_is_held_and_let_go();
  attach_waits_for_who_creates();
  a_library_of_cpp20_gives_spans_and_formats();
  return 0;
}
