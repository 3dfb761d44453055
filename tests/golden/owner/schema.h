/* [96 lines as in ../segment/schema.h, with f9ab8966] */
    0660,
    64,
    "nobody",
    "12345",
/* [96 lines as in ../segment/schema.h] */
