/*
 * Two translation units of one program, this one in C and units_cpp.cpp in C++,
 * linked into one program or as a shared library: the last failure of a thread
 * and the word that notices forks are one for both.
 */
#include "shm_runtime.h"

const char *last_error_in_c(void);
shm_status fail_in_c(void);
uint64_t birthplace_in_c(void);

const char *last_error_in_c(void) { return shm_last_error(); }

shm_status fail_in_c(void) { return shm_remove("posix:/from-c/bad"); }

uint64_t birthplace_in_c(void) {
  const shm_word64 *word;
  uint64_t number = 0;
  return shm_birthplace_here(shm_attempt_to("attach to", "posix:/x"), &word, &number) == SHM_OK ? number : 0;
}
