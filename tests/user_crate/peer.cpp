// Answers each reading with one that is a degree warmer.
#include "thermostat.hpp"

#include <chrono>
#include <iostream>

namespace home = user::thermostat;
using namespace std::chrono_literals;

int main(int argc, char **argv) {
  auto house = home::House::open_or_create(argc > 1 ? argv[1] : "");
  if (!house) {
    std::cerr << shm_last_error() << "\n";
    return 1;
  }
  auto readings = house->readings().consumer();
  auto answers = house->answers().producer();
  if (!readings || !answers) {
    std::cerr << shm_last_error() << "\n";
    return 1;
  }
  for (int n = 0; n < 1000; n++) {
    auto reading = readings->pop_for(20s);
    if (!reading || (reading->room != home::Room::KITCHEN && reading->room != home::Room::ATTIC)) {
      std::cerr << "no reading: " << shm_status_text(reading.status()) << "\n";
      return 1;
    }
    reading->temperature += 1000;
    if (answers->push_for(*reading, 20s) != SHM_OK) {
      std::cerr << shm_last_error() << "\n";
      return 1;
    }
  }
  return 0;
}
