/* cell store|load|watch ADDRESS COUNT: one side of tests/object/cell_pairs.rs, in C++. */
#include "objects.hpp"

#include "cell.h"

namespace objects = test::objects;

static void store(const objects::Every &s, std::uint64_t count) {
  auto latest = s.latest().writer();
  auto each = s.each().writer();
  check(latest.status(), "writer");
  check(each.status(), "writer of each");
  for (std::uint64_t n = 1; n <= count; n++) {
    if (n % 100 == 0) {
      shm_sys_sleep_ns(1000000); /* somebody falls asleep */
    }
    check(each->at(n % 3).store(tick_of(n)), "store at");
    if (n % 4 == 0) {
      auto slot = latest->reserve();
      check(slot.status(), "reserve");
      slot->write(config_of(n));
      check(slot->commit(), "commit");
    } else {
      check(latest->store(config_of(n)), "store");
    }
  }
}

static void load(const objects::Every &s, std::uint64_t count) {
  auto latest = s.latest();
  auto each = s.each();
  std::uint64_t version = 0;
  while (version < count) {
    auto next = latest.wait_newer(version, std::chrono::seconds(20));
    check(next.status(), "wait_newer");
    if (next->version <= version) {
      std::fprintf(stderr, "version %llu came again\n", static_cast<unsigned long long>(version));
      std::exit(1);
    }
    expect_config(&next->value, next->version);
    version = next->version;
    auto value = latest.load();
    check(value.status(), "load");
    expect_config(&*value, value->limit);
    auto one = each.at(1).load();
    check(one.status(), "load at");
    if (one->time != 0) {
      expect_tick(&*one, one->time);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "cell store|load|watch ADDRESS COUNT\n");
    return 2;
  }
  const std::uint64_t count = std::strtoull(argv[3], nullptr, 10);
  const bool stores = std::string_view(argv[1]) == "store";
  // Whoever may only read looks now and then; whoever watches is woken.
  const bool looks = std::string_view(argv[1]) == "load";
  auto s = looks ? objects::Every::attach_read_only(argv[2]) : objects::Every::attach(argv[2]);
  check(s.status(), "attach");
  stores ? store(*s, count) : load(*s, count);
  return 0;
}
