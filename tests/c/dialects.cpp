/* The same in C++. */
#include "dialects.c"
