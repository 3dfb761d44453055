/* ---- The words of a value -----------------------------------------------
 *
 * What a cell or a state holds. A reader may meet the writer in them, and learns from a
 * stamp or a version that it did. So they are atomic for ThreadSanitizer, too, unlike a
 * payload.
 */

#if defined(__SANITIZE_THREAD__)
SHM_INLINE void shm_write_value(shm_word64 *to, const void *value, size_t size) {
  for (size_t at = 0; at < size; at += 8) {
    uint64_t word = 0;
    memcpy(&word, SHM_CAST(const char *, value) + at, size - at < 8 ? size - at : 8);
    shm_store_relaxed(to + at / 8, word);
  }
}

SHM_INLINE void shm_read_value(const shm_word64 *from, void *value, size_t size) {
  for (size_t at = 0; at < size; at += 8) {
    uint64_t word = shm_load_relaxed(from + at / 8);
    memcpy(SHM_CAST(char *, value) + at, &word, size - at < 8 ? size - at : 8);
  }
}
#else
SHM_HOT void shm_write_value(shm_word64 *to, const void *value, size_t size) {
  shm_write_payload(to, value, size);
}

SHM_HOT void shm_read_value(const shm_word64 *from, void *value, size_t size) {
  shm_read_payload(from, value, size);
}
#endif
