/* [96 lines as in ../segment/schema.h, with 22e547f8] */
    0660,
    64,
    "nobody",
    "12345",
/* [13 lines as in ../segment/schema.h] */
SHM_INLINE void golden_Feed_init(golden_Feed *segment) {
  SHM_NEED(getpwnam); /* the schema names a user */
  memset(segment, 0, sizeof *segment);
}
/* [82 lines as in ../segment/schema.h] */
