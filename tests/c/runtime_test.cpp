/* The same tests in C++. */
#include "runtime_test.c"
