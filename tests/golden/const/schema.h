/* [31 lines as in ../empty/schema.h, with 0b44e345] */
/* How deep a book is. */
#define golden_LEVELS UINT32_C(5)
#define golden_SLOTS UINT64_C(11)
#define golden_RATIO (-0.5)
#define golden_ENABLED 1
/* [8 lines as in ../empty/schema.h] */
