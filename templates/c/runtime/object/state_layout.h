/* ---- Where the parts of a state lie -------------------------------------
 *
 * A value behind a lock, with wait and notify. Offsets only.
 *
 *  offset                                            written by     read by
 *  +-------+--------------------------------------+
 *  | 0x000 | lock       u32                       |  who locks     who locks
 *  | 0x008 | times died u64                       |  who locks     observers
 *  +-------+--------------------------------------+
 *  | 0x080 | version    u64                       |  the holder    who reads without the lock
 *  +-------+--------------------------------------+
 *  | 0x100 | sequence   u32                       |  who notifies  who waits
 *  | 0x104 | waiters    u32                       |  who waits     who notifies
 *  +-------+--------------------------------------+
 *  | 0x180 | copy 0, whole lines                  |  the holder    the holder, who reads
 *  |  ...  | copy 1                               |
 *  +-------+--------------------------------------+
 *
 *  lock: what others sleep on
 *   31 30              13 12           0
 *  +--+------------------+--------------+     0: free
 *  | w|    generation    |   index + 1  |     w: somebody sleeps, or did
 *  +--+------------------+--------------+     w, 0x1FFF: orphaned
 *
 * The value is copy version mod 2. Index and generation (its lowest 18 bits) are the
 * holder's. Zero bytes are a value of zeros that nobody holds.
 */

SHM_LAYOUT(state)
