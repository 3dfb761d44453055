/* [65 lines as in ../struct/schema.h, with d74f853b] */
/* The segment feed: 2097152 bytes, at posix:/golden.feed unless told otherwise.
/* [34 lines as in ../segment/schema.h] */
    2097152,
/* [6 lines as in ../segment/schema.h] */
    2097152,
/* [88 lines as in ../segment/schema.h] */
