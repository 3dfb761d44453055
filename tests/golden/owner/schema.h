/* [91 lines as in ../segment/schema.h] */
    0660,
    64,
    "nobody",
    "12345",
/* [96 lines as in ../segment/schema.h] */
