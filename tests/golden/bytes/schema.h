/* [32 lines as in ../empty/schema.h, with 1098d958] */
typedef struct golden_Packet {
  uint8_t raw[6];
  uint16_t sums[3];
} golden_Packet;
SHM_STATIC_ASSERT(sizeof(golden_Packet) == 12, "size of golden_Packet");
SHM_STATIC_ASSERT(SHM_ALIGNOF(golden_Packet) == 2, "alignment of golden_Packet");
SHM_STATIC_ASSERT(offsetof(golden_Packet, raw) == 0, "offset of golden_Packet.raw");
SHM_STATIC_ASSERT(offsetof(golden_Packet, sums) == 6, "offset of golden_Packet.sums");

/* Whether all fields are equal; reserved bytes do not count. */
SHM_INLINE bool golden_Packet_equal(const golden_Packet *a, const golden_Packet *b) {
  if (memcmp(a->raw, b->raw, 6) != 0) {
    return false;
  }
  for (size_t i0 = 0; i0 < 3; i0++) {
    if (a->sums[i0] != b->sums[i0]) {
      return false;
    }
  }
  return true;
}

SHM_APART void golden_Packet_add(shm_text *text, const golden_Packet *value) {
  shm_add(text, "Packet { ");
  shm_add(text, "raw: ");
  shm_add_hex(text, value->raw, 6);
  shm_add(text, ", sums: ");
  shm_add(text, "[");
  for (size_t i0 = 0; i0 < 3; i0++) {
    shm_add(text, i0 == 0 ? "" : ", ");
    shm_add_number(text, value->sums[i0]);
  }
  shm_add(text, "]");
  shm_add(text, " }");
}

/* Writes a value as text, cut to `size` bytes with a NUL at their end; its length. */
SHM_INLINE size_t golden_Packet_format(const golden_Packet *value, char *buffer, size_t size) {
  shm_text text;
  if (size == 0) {
    return 0;
  }
  shm_text_begin(&text, buffer, size);
  golden_Packet_add(&text, value);
/* [10 lines as in ../struct/schema.h] */
