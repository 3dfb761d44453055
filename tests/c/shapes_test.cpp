/* shapes_test.c as C++. */
#include "shapes_test.c"
