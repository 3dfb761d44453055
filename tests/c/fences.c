/* The two sides of a sleep, to be compiled to assembly and looked at. */
#include "shm_runtime.h"

void notifies(shm_word32 *flag);
uint32_t announces(shm_word32 *flag);

void notifies(shm_word32 *flag) { shm_notify(flag); }

uint32_t announces(shm_word32 *flag) { return shm_announce_sleep(flag); }
