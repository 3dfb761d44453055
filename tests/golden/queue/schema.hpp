// [49 lines as in ../segment/schema.hpp, with 33e3f7ae]
// [39 lines as in ../segment/schema.hpp]
  /// A queue with room for 16.
  ::shm::queue::queue<::golden_Tick> ticks() const { return {attachment_, 0, 16}; }
// [65 lines as in ../segment/schema.hpp, with 33e3f7ae]
