/* [86 lines as in ../segment/schema.h] */
    0660,
    64,
    "nobody",
    "12345",
/* [95 lines as in ../segment/schema.h] */
