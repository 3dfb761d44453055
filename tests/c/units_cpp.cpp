// The other half of units_c.c, with the program.
#include "shm_runtime.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

extern "C" {
const char *last_error_in_c(void);
shm_status fail_in_c(void);
std::uint64_t birthplace_in_c(void);
}

int main() {
  const shm_word64 *word;
  std::uint64_t number = 0;
  bool ok = fail_in_c() == SHM_INVALID && std::strstr(shm_last_error(), "from-c") != nullptr;
  ok = ok && shm_remove("posix:/from-cpp/bad") == SHM_INVALID;
  ok = ok && std::strstr(last_error_in_c(), "from-cpp") != nullptr && last_error_in_c() == shm_last_error();
  ok = ok && shm_birthplace_here(shm_attempt_to("attach to", "posix:/x"), &word, &number) == SHM_OK &&
       number != 0 && birthplace_in_c() == number;
  // Unqualified, and within the namespace of its version.
  const char *(*unqualified)(shm_status) = shm_status_text;
  const char *(*qualified)(shm_status) = SHM_VERSIONED(shm_runtime)::shm_status_text;
  ok = ok && unqualified == qualified;
  std::printf("%s\n", ok ? "one for both units" : shm_last_error());
  return ok ? 0 : 1;
}
