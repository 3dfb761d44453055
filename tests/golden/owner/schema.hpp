// [143 lines as in ../segment/schema.hpp]
