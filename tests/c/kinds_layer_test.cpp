/*
 * The C++ layer over streams and states, of tests/schemas/steps.toml: every member is
 * instantiated, and says what the C functions beneath it say.
 *
 *   kinds_layer_test ADDRESS
 */
#include "steps.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace {

void check(bool holds, const char *what, int line) {
  if (!holds) {
    std::fprintf(stderr, "kinds_layer_test.cpp:%d: not so: %s; %s\n", line, what, shm_last_error());
    std::exit(1);
  }
}
#define CHECK(holds) check((holds), #holds, __LINE__)

using test::steps::Item;
using test::steps::Steps;
using namespace std::chrono_literals;

void bytes(const Steps &feed) {
  auto stream = feed.bytes();
  auto out = stream.writer().value();
  CHECK(feed.bytes().writer().status() == SHM_ROLE_TAKEN);
  auto in = stream.reader().value();
  char room[100];
  CHECK(stream.capacity() == 64 && stream.depth().value() == 0);
  CHECK(in.try_read(room, sizeof room).status() == SHM_EMPTY);
  CHECK(in.read_for(room, sizeof room, 1ms).status() == SHM_TIMEOUT);
  CHECK(out.try_write("hello ", 6).value() == 6 && out.write("world", 5).value() == 5);
  CHECK(stream.depth().value() == 11);
  CHECK(in.read(room, 5).value() == 5 && std::memcmp(room, "hello", 5) == 0);
  {
    auto loan = in.peek(100).value();
    CHECK(loan.size() == 6 && loan.first().size == 6 && loan.second().size == 0);
    CHECK(std::memcmp(loan.first().data, " world", 6) == 0);
    CHECK(loan.release(6) == SHM_OK);
  }
  {
    auto reserved = out.reserve(4).value();
    CHECK(reserved.size() == 4);
    for (std::byte &byte : reserved.first()) {
      byte = std::byte{'x'};
    }
    for (std::byte &byte : reserved.second()) {
      byte = std::byte{'x'};
    }
    CHECK(reserved.commit(3) == SHM_OK);
  }
  CHECK(in.try_read(room, sizeof room).value() == 3 && std::memcmp(room, "xxx", 3) == 0);
  char many[200] = {};
  CHECK(out.write_for(many, sizeof many, 1ms).value() >= 64);
  CHECK(out.write_for(many, sizeof many, 1ms).status() == SHM_TIMEOUT);
  CHECK(out.try_write(many, 1).status() == SHM_FULL);
  auto moved = std::move(in);
  CHECK(moved.try_read(many, sizeof many).value() >= 64 && moved.redelivered() == 0);
  CHECK(stream.stat().value().written == stream.stat().value().read);
#if defined(__cpp_lib_span)
  std::byte span[3] = {std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
  CHECK(out.try_write(std::span<const std::byte>(span)).value() == 3);
  CHECK(moved.try_read(std::span<std::byte>(span)).value() == 3);
#endif
}

void items(const Steps &feed) {
  auto out = feed.items().writer().value();
  auto in = feed.items().reader().value();
  Item two[2] = {};
  two[0].n = 1;
  two[1].n = 2;
  CHECK(out.try_write(two, 2).value() == 2 && feed.items().depth().value() == 2);
  Item found[8];
  CHECK(in.read(found, 8).value() == 2 && found[1] == two[1]);
  auto reserved = out.reserve(1).value();
  reserved.first().data[0] = two[1];
  CHECK(reserved.commit(1) == SHM_OK);
  auto loan = in.peek(8).value();
  CHECK(loan.first().size == 1 && *loan.first().begin() == two[1]);
  CHECK(loan.release(1) == SHM_OK);
}

void shared(const Steps &feed) {
  auto state = feed.shared();
  {
    auto guard = state.lock().value();
    CHECK(guard->n == 0 && !guard.owner_died());
    CHECK(state.try_lock().status() == SHM_BUSY && state.lock_for(1ms).status() == SHM_BUSY);
    guard->n = 1;
    (*guard).squares[0] = 1;
  }
  CHECK(state.load().value().n == 1 && state.load().value().squares[0] == 1);
  {
    auto guard = state.lock_for(1s).value();
    guard->n = 2;
    CHECK(guard.abandon() == SHM_OK);
  }
  CHECK(state.load().value().n == 1);
  {
    auto guard = state.try_lock().value();
    CHECK(guard.wait_for(1ms) == SHM_TIMEOUT && guard->n == 1);
    CHECK(guard.wait([](const Item &item) { return item.n == 1; }) == SHM_OK);
    guard->n = 3;
    CHECK(guard.unlock() == SHM_OK);
  }
  CHECK(state.load().value().n == 3);
  CHECK(state.notify_one() == SHM_OK && state.notify_all() == SHM_OK);
  CHECK(state.stat().value().version >= 2);
#if defined(__cpp_exceptions)
  try {
    auto guard = state.lock().value();
    guard->n = 4;
    throw std::runtime_error("half a change");
  } catch (const std::runtime_error &) {
    CHECK(state.load().value().n == 3);
  }
#endif
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    return 2;
  }
  auto feed = Steps::create(argv[1]);
  CHECK(static_cast<bool>(feed));
  bytes(*feed);
  items(*feed);
  shared(*feed);
  (void)Steps::remove(argv[1]);
  return 0;
}
