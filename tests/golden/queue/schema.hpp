// [49 lines as in ../segment/schema.hpp, with 536fbabc]
// [39 lines as in ../segment/schema.hpp]
  /// A queue with room for 16.
  ::shm::queue::queue<::golden_Tick> ticks() const { return {attachment_, 0, 16}; }
// [65 lines as in ../segment/schema.hpp, with 536fbabc]
