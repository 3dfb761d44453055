/* The two sides of a sleep, to be compiled to assembly and looked at. */
#include "shm_runtime.h"

void notifies(shm_word32 *flag, uint32_t own);
void announces(shm_word32 *flag, shm_announced *announced);

void notifies(shm_word32 *flag, uint32_t own) { shm_notify(flag, own); }

void announces(shm_word32 *flag, shm_announced *announced) { *announced = shm_announce_sleep(flag); }
