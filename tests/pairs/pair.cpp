// pair push|pop ADDRESS COUNT: one side of tests/object/pairs.rs, in C++.
#include "book.h"
#include "everything.hpp"

#include <chrono>
#include <iostream>
#include <vector>

namespace e = test::everything;
using namespace std::chrono_literals;

static e::Book book(std::uint64_t n) {
  e::Book made;
  book_of(n, &made);
  return made;
}

static void check(shm_status status) {
  if (status != SHM_OK) {
    throw shm::error(status);
  }
}

static void push(shm::queue::producer<e::Book> out, std::uint64_t count) {
  for (std::uint64_t n = 0; n < count;) {
    if (n % 3 == 0) {
      std::vector<e::Book> many;
      for (std::uint64_t k = n; k < count && k < n + 7; k++) {
        many.push_back(book(k));
      }
      n += out.push_n(many.data(), many.size()).value();
    } else if (n % 3 == 1) {
      check(out.push_for(book(n++), 20s));
    } else if (auto slot = out.reserve()) {
      slot->write(book(n++));
      check(slot->commit());
    } else if (slot.status() != SHM_FULL) {
      check(slot.status());
    }
  }
}

static void compare(std::uint64_t n, const e::Book &got) {
  const e::Book expected = book(n);
  if (got != expected || std::memcmp(&got, &expected, sizeof got) != 0) {
    std::cerr << "C++: " << n << " came as " << got << "\n";
    std::exit(1);
  }
}

static void pop(shm::queue::consumer<e::Book> in, std::uint64_t count) {
  for (std::uint64_t n = 0; n < count;) {
    if (n % 3 == 0) {
      e::Book many[7];
      const std::size_t done = in.pop_n(many, 7).value();
      for (std::size_t k = 0; k < done; k++) {
        compare(n++, many[k]);
      }
    } else if (n % 3 == 1) {
      compare(n++, in.pop_for(20s).value());
    } else if (auto loan = in.peek()) {
      compare(n++, loan->read());
      check(loan->release());
    } else if (loan.status() != SHM_EMPTY) {
      check(loan.status());
    }
  }
}

int main(int argc, char **argv) try {
  if (argc != 4) {
    std::cerr << "pair push|pop ADDRESS COUNT\n";
    return 2;
  }
  auto segment = e::Plain::open_or_create(argv[2]);
  const std::uint64_t count = std::stoull(argv[3]);
  // The handles own a share of the attachment, so the segment may go first.
  auto queue = segment.value().books();
  if (std::string_view(argv[1]) == "push") {
    push(std::move(queue.producer()).value(), count);
  } else {
    pop(std::move(queue.consumer()).value(), count);
  }
  return 0;
} catch (const std::exception &e) {
  std::cerr << "C++: " << e.what() << "\n";
  return 1;
}
