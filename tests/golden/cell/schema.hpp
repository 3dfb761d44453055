// [49 lines as in ../segment/schema.hpp, with 59fd70ca]
// [39 lines as in ../segment/schema.hpp]
  /// The one before now.
  /// A cell: the latest value.
  ::shm::cell::cell<::golden_Tick> last() const { return {attachment_, 0}; }
// [65 lines as in ../segment/schema.hpp, with 59fd70ca]
