// [156 lines as in ../segment/schema.hpp, with 22e547f8]
