/* ---- Where the parts of a cell lie --------------------------------------
 *
 * The latest value, never torn, from one writer to any number of readers. Offsets
 * only.
 *
 *  offset                                            written by   read by
 *  +-------+--------------------------------------+
 *  | 0x000 | version     u64                      |  writer      readers
 *  +-------+--------------------------------------+
 *  | 0x080 | flag        u32                      |  who sleeps  writer, at each store
 *  | 0x088 | writer role u64                      |  who claims  who claims, observers
 *  +-------+--------------------------------------+
 *  | 0x100 | slot 0: stamp u64, value, padding    |  writer      readers
 *  |  ...  | slots 1 to 7, whole lines each       |
 *  +-------+--------------------------------------+
 *
 * Versions count from 1; 0 is a cell that was never stored to, which zero bytes
 * are. Version v lies in slot v mod 8. Its stamp is 2v - 1 while it is written
 * and 2v once it is whole.
 *
 * An array of cells is this many of them side by side, each with a version, a flag
 * and slots of its own. The writer's role is one for all: that of cell 0.
 */

SHM_LAYOUT(cell)
