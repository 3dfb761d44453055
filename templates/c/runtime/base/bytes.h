/* ---- Bytes of a payload -------------------------------------------------
 *
 * Many of them, at any alignment: what a stream carries. Many are moved by memcpy,
 * which nothing beats. It moves each byte of the source once, whatever a peer that lies
 * does meanwhile; the compiler must not think that the source is as it was, so a barrier
 * stands behind it. Few are moved in pieces that are volatile, for the same reason, two
 * that overlap where one is not enough. In which order they move is nobody's business,
 * since the release behind them says that they are there.
 *
 * None of it is atomic, so ThreadSanitizer sees a cursor that orders too little.
 */
typedef uint64_t __attribute__((may_alias, aligned(1))) shm_bytes8;
typedef uint32_t __attribute__((may_alias, aligned(1))) shm_bytes4;

#define SHM_MOVE_PIECE(T, to, from)                                                                          \
  (*SHM_CAST(volatile T *, SHM_CAST(volatile void *, to)) =                                                  \
       *SHM_CAST(const volatile T *, SHM_CAST(const volatile void *, from)))

/* Apart, where compilers know nothing of the size that they could warn of. */
SHM_APART void shm_move_many_bytes(char *to, const char *from, size_t size) {
  __asm__("" : "+r"(size));
  memcpy(to, from, size);
  shm_program_order();
}

SHM_HOT void shm_move_bytes(char *to, const char *from, size_t size) {
  if (size > 16) {
    shm_move_many_bytes(to, from, size);
  } else if (size >= 8) {
    SHM_MOVE_PIECE(shm_bytes8, to, from);
    SHM_MOVE_PIECE(shm_bytes8, to + size - 8, from + size - 8);
  } else if (size >= 4) {
    SHM_MOVE_PIECE(shm_bytes4, to, from);
    SHM_MOVE_PIECE(shm_bytes4, to + size - 4, from + size - 4);
  } else {
    for (size_t at = 0; at < size; at++) {
      SHM_MOVE_PIECE(char, to + at, from + at);
    }
  }
}
