/* [65 lines as in ../struct/schema.h, with 0c3e45dd] */
/* The segment feed: 8192 bytes, at memfd: unless told otherwise.
/* [29 lines as in ../segment/schema.h] */
    "memfd:",
/* [100 lines as in ../segment/schema.h] */
