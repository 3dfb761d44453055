// [44 lines as in ../segment/schema.hpp]
// [39 lines as in ../segment/schema.hpp]
  /// A queue with room for 16.
  shm::queue::queue<Tick> ticks() const { return {attachment_, 0, 16}; }
// [57 lines as in ../segment/schema.hpp]
