// The C++ program of the chain: takes trades from the C program, checks each,
// and passes it on to the Python program.
//
//   c++ -O2 -std=c++17 -I../gen relay.cpp -o relay
//   ./relay [COUNT [ADDRESS]]
#include "market.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
namespace market = acme::market;

// A neighbour that is silent for so long is given up.
constexpr auto patience = 10s;

// Over all fields but itself. A swapped, shifted or torn field changes it.
static std::uint64_t checksum(const market::Trade &t) {
  std::uint64_t low = 0, high = 0;
  std::memcpy(&low, t.symbol, 8);
  std::memcpy(&high, t.symbol + 8, 3);
  return t.sequence + t.time * 3 + static_cast<std::uint64_t>(t.price) * 5 +
         static_cast<std::uint64_t>(t.quantity) * 7 + static_cast<std::uint64_t>(t.side) * 11 + low * 13 +
         high * 17;
}

int main(int argc, char **argv) try {
  const std::uint64_t count = argc > 1 ? std::stoull(argv[1]) : 1'000'000;
  std::uint64_t expected = 0, received = 0, lost = 0;
  std::chrono::steady_clock::time_point start;

  // value() throws what result holds if it is no feed; so do the roles below.
  auto feed = (argc > 2 ? market::Feed::open_or_create(argv[2]) : market::Feed::open_or_create()).value();
  auto in = feed.c_to_cpp().consumer().value();
  auto out = feed.cpp_to_python().producer().value();

  while (expected < count) {
    const market::Trade trade = in.pop_for(patience).value();
    if (received == 0) {
      start = std::chrono::steady_clock::now();
    }
    if (trade.checksum != checksum(trade) || trade.sequence < expected) {
      std::cerr << "C++ relay: damaged, or came twice: " << trade << '\n';
      return 1;
    }
    lost += trade.sequence - expected;
    expected = trade.sequence + 1;
    ++received;

    if (const shm_status status = out.push_for(trade, patience); status != SHM_OK) {
      std::cerr << "C++ relay: cannot push: " << shm_status_text(status) << '\n';
      return 1;
    }
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::printf("received %llu lost %llu seconds %.3f\n", static_cast<unsigned long long>(received),
              static_cast<unsigned long long>(lost), taken.count());
} catch (const std::exception &error) {
  std::cerr << "C++ relay: " << error.what() << '\n';
  return 1;
}
