// [134 lines as in ../segment/schema.hpp]
