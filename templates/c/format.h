/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t {{ cname }}_format(const {{ cname }} *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  {{ cname }}_add(&text, value);
  return text.used;
}
