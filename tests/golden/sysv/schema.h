/* [65 lines as in ../struct/schema.h, with a7694a99] */
/* The segment feed: 8192 bytes, at sysv:0x53480001 unless told otherwise.
/* [29 lines as in ../segment/schema.h] */
    "sysv:0x53480001",
/* [100 lines as in ../segment/schema.h] */
