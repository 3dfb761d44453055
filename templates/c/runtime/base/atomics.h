/* ---- Shared words -------------------------------------------------------
 *
 * How memory is accessed that other processes write: plain integers of the
 * format, by the compiler's __atomic builtins. Never _Atomic or std::atomic,
 * whose layout is the compiler's own affair, and never by plain loads and
 * stores, which have no meaning where a peer writes at the same time.
 *
 * Each caller names the partner of its acquire or release.
 */

/* Words that may alias anything: a slot holds whatever struct is sent. */
typedef uint64_t __attribute__((may_alias)) shm_word64;
typedef uint32_t __attribute__((may_alias)) shm_word32;

/*
 * Death at a numbered step, for tests. With SHM_CRASHPOINTS each store to a segment and
 * each wake-up is a step, and the process kills itself with SIGKILL before the one that
 * shm_kill_before was called with, counted from 1; 0 is none. Without it, nothing is left
 * of this.
 */
#ifdef SHM_CRASHPOINTS
#include <signal.h>
static uint64_t shm_steps_taken;
static uint64_t shm_last_step;

static inline void shm_kill_before(uint64_t step) {
  shm_steps_taken = 0;
  shm_last_step = step;
}

static inline void shm_step(void) {
  shm_steps_taken += 1;
  if (shm_steps_taken == shm_last_step) {
    raise(9); /* SIGKILL, which strict C hides */
  }
}
#else
SHM_HOT void shm_step(void) {}
#endif

SHM_HOT uint64_t shm_load_relaxed(const shm_word64 *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

SHM_HOT uint64_t shm_load_acquire(const shm_word64 *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

SHM_HOT void shm_store_relaxed(shm_word64 *word, uint64_t value) {
  shm_step();
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

SHM_HOT void shm_store_release(shm_word64 *word, uint64_t value) {
  shm_step();
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Compare and swap, acquire and release; whether the word was as expected. */
SHM_INLINE bool shm_exchange(shm_word64 *word, uint64_t expected, uint64_t value) {
  shm_step();
  return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/*
 * A sequentially consistent fence: no load behind it is done before the stores
 * ahead of it are seen. As an instruction, since ThreadSanitizer has no idea of
 * thread fences (gcc refuses them there), and since on x86-64 a locked
 * operation beside the stack takes half the time of the mfence that some compilers
 * make of __atomic_thread_fence.
 */
SHM_HOT void shm_fence(void) {
#if defined(__x86_64__)
  __asm__ __volatile__("lock; orl $0, -4(%%rsp)" ::: "memory", "cc");
#else
  __asm__ __volatile__("dmb ish" ::: "memory");
#endif
}

/*
 * Half fences: of the loads before and all behind, and of all before and the stores
 * behind. As instructions, for the same reason; x86-64 orders so by itself.
 */
SHM_HOT void shm_acquire_fence(void) {
#if defined(__x86_64__)
  __asm__ __volatile__("" ::: "memory");
#else
  __asm__ __volatile__("dmb ishld" ::: "memory");
#endif
}

SHM_HOT void shm_release_fence(void) {
#if defined(__x86_64__)
  __asm__ __volatile__("" ::: "memory");
#else
  __asm__ __volatile__("dmb ish" ::: "memory");
#endif
}

/*
 * Keeps the compiler from moving memory accesses across this point. A process
 * that is killed has executed a prefix of its program, so this is enough to
 * order what its successor finds.
 */
SHM_HOT void shm_program_order(void) { __asm__ __volatile__("" ::: "memory"); }

/* Tells the processor that this is a loop which waits. */
SHM_HOT void shm_spin(void) {
#if defined(__x86_64__)
  __asm__ __volatile__("pause");
#else
  __asm__ __volatile__("isb");
#endif
}

/*
 * A word of a payload. Under ThreadSanitizer it is accessed plainly, as no honest
 * peer does it at the same time: then a stamp or a head that orders too little
 * shows as a race.
 */
#if defined(__SANITIZE_THREAD__)
SHM_HOT uint64_t shm_load_word(const shm_word64 *word) { return *word; }
SHM_HOT void shm_store_word(shm_word64 *word, uint64_t value) { *word = value; }
#else
SHM_HOT uint64_t shm_load_word(const shm_word64 *word) { return shm_load_relaxed(word); }
SHM_HOT void shm_store_word(shm_word64 *word, uint64_t value) { shm_store_relaxed(word, value); }
#endif

/*
 * Payload moves by relaxed 64-bit words: as fast as memcpy, and defined where
 * the other side lies about who writes. Eight words a turn, and the rest by
 * fours, twos and ones: with a constant size only the moves are left, also where
 * the compiler unrolls no loops. A last part of a word is padded with zeros.
 *
 * On x86-64 two words are loaded with one instruction, which means no more than two
 * relaxed loads in any order: the processor looks ahead over a fixed number of
 * instructions, and so asks for twice as many cache lines at a time. Stores go word by
 * word: the caller has just written the item, field by field, and a load of two words
 * waits until both have left the processor's store buffer.
 *
 * It is written from the last word to the first, and the stamp after that: a
 * reader that polls the stamp takes its cache line away once, not twice.
 */
SHM_HOT void shm_write_word(shm_word64 *to, const char *from) {
  uint64_t value;
  memcpy(&value, from, 8);
  shm_store_word(to, value);
}

SHM_HOT void shm_write_2_words(shm_word64 *to, const char *from) {
  shm_write_word(to + 1, from + 8);
  shm_write_word(to, from);
}

SHM_HOT void shm_write_4_words(shm_word64 *to, const char *from) {
  shm_write_2_words(to + 2, from + 16);
  shm_write_2_words(to, from);
}

SHM_HOT void shm_write_payload(shm_word64 *payload, const void *item, size_t size) {
  const char *from = SHM_CAST(const char *, item);
  size_t n = size / 8;
  if (size % 8 != 0) {
    uint64_t value = 0;
    memcpy(&value, from + n * 8, size % 8);
    shm_store_word(payload + n, value);
  }
  if ((n & 1) != 0) {
    n -= 1;
    shm_write_word(payload + n, from + n * 8);
  }
  if ((n & 2) != 0) {
    n -= 2;
    shm_write_2_words(payload + n, from + n * 8);
  }
  if ((n & 4) != 0) {
    n -= 4;
    shm_write_4_words(payload + n, from + n * 8);
  }
  while (n != 0) {
    n -= 8;
    shm_write_4_words(payload + n + 4, from + n * 8 + 32);
    shm_write_4_words(payload + n, from + n * 8);
  }
}

SHM_HOT void shm_read_word(const shm_word64 *from, char *to) {
  uint64_t value = shm_load_word(from);
  memcpy(to, &value, 8);
}

#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
typedef long long shm_pair __attribute__((vector_size(16), aligned(8), may_alias));

SHM_HOT void shm_read_2_words(const shm_word64 *from, char *to) {
  shm_pair pair;
#if defined(__AVX__)
  __asm__ __volatile__("vmovups {%1, %0|%0, %1}"
                       : "=x"(pair)
                       : "m"(*SHM_CAST(const shm_pair *, SHM_CAST(const void *, from))));
#else
  __asm__ __volatile__("movups {%1, %0|%0, %1}"
                       : "=x"(pair)
                       : "m"(*SHM_CAST(const shm_pair *, SHM_CAST(const void *, from))));
#endif
  memcpy(to, &pair, sizeof pair);
}
#else
SHM_HOT void shm_read_2_words(const shm_word64 *from, char *to) {
  shm_read_word(from, to);
  shm_read_word(from + 1, to + 8);
}
#endif

SHM_HOT void shm_read_4_words(const shm_word64 *from, char *to) {
  shm_read_2_words(from, to);
  shm_read_2_words(from + 2, to + 16);
}

SHM_HOT void shm_read_payload(const shm_word64 *payload, void *item, size_t size) {
  char *to = SHM_CAST(char *, item);
  size_t words = size / 8;
  size_t n = 0;
  for (; n + 8 <= words; n += 8) {
    shm_read_4_words(payload + n, to + n * 8);
    shm_read_4_words(payload + n + 4, to + n * 8 + 32);
  }
  if ((words & 4) != 0) {
    shm_read_4_words(payload + n, to + n * 8);
    n += 4;
  }
  if ((words & 2) != 0) {
    shm_read_2_words(payload + n, to + n * 8);
    n += 2;
  }
  if ((words & 1) != 0) {
    shm_read_word(payload + n, to + n * 8);
    n += 1;
  }
  if (size % 8 != 0) {
    uint64_t value = shm_load_word(payload + n);
    memcpy(to + n * 8, &value, size % 8);
  }
}

/* Copies bytes out of shared memory, where nobody may be trusted. */
SHM_APART void shm_copy_out(void *to, const char *from, size_t count) {
  unsigned char *bytes = SHM_CAST(unsigned char *, to);
  const unsigned char *shared = SHM_CAST(const unsigned char *, SHM_CAST(const void *, from));
  for (size_t i = 0; i < count; i++) {
    bytes[i] = __atomic_load_n(shared + i, __ATOMIC_RELAXED);
  }
}

/* Copies bytes into shared memory. */
SHM_APART void shm_copy_in(char *to, const void *from, size_t count) {
  unsigned char *shared = SHM_CAST(unsigned char *, SHM_CAST(void *, to));
  const unsigned char *bytes = SHM_CAST(const unsigned char *, from);
  for (size_t i = 0; i < count; i++) {
    shm_step();
    __atomic_store_n(shared + i, bytes[i], __ATOMIC_RELAXED);
  }
}

/* Numbers out of and into private copies, wherever they lie. */
SHM_INLINE uint32_t shm_get32(const void *bytes, size_t at) {
  uint32_t value;
  memcpy(&value, SHM_CAST(const char *, bytes) + at, sizeof value);
  return value;
}

SHM_INLINE uint64_t shm_get64(const void *bytes, size_t at) {
  uint64_t value;
  memcpy(&value, SHM_CAST(const char *, bytes) + at, sizeof value);
  return value;
}

SHM_INLINE void shm_put32(void *bytes, size_t at, uint32_t value) {
  memcpy(SHM_CAST(char *, bytes) + at, &value, sizeof value);
}

SHM_INLINE void shm_put64(void *bytes, size_t at, uint64_t value) {
  memcpy(SHM_CAST(char *, bytes) + at, &value, sizeof value);
}
