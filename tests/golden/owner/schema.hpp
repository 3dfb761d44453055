// [156 lines as in ../segment/schema.hpp, with f9ab8966]
