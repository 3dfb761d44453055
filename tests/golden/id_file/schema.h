/* [65 lines as in ../struct/schema.h, with e61297f3] */
/* The segment feed: 8192 bytes, at sysv-file:feed.id unless told otherwise.
/* [29 lines as in ../segment/schema.h] */
    "sysv-file:feed.id",
/* [100 lines as in ../segment/schema.h] */
