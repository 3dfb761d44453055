/* ---- Where the parts of a stream lie ------------------------------------
 *
 * Bytes, or whole items, first in, first out, from one writer to one reader.
 * Offsets only; what happens in them is in the parts on its writer and its reader.
 *
 *  offset                                            written by   read by
 *  +-------+--------------------------------------+
 *  | 0x000 | tail       u64                       |  writer      reader, when it has
 *  | 0x008 | times full u64                       |              read what it knows of
 *  +-------+--------------------------------------+
 *  | 0x080 | taken      u64                       |  reader      successors, observers
 *  | 0x088 | seen       u64                       |
 *  | 0x090 | redelivered u64                      |
 *  | 0x098 | high water u64                       |
 *  +-------+--------------------------------------+
 *  | 0x100 | head       u64                       |  reader,     writer, when its
 *  |       |                                      |  now & then  room is used up
 *  +-------+--------------------------------------+
 *  | 0x180 | data flag  u32                       |  who sleeps  writer, at each tail
 *  | 0x184 | space flag u32                       |  who sleeps  reader, at each head
 *  | 0x188 | writer role u64                      |  who claims  who claims, observers
 *  | 0x190 | reader role u64                      |
 *  +-------+--------------------------------------+
 *  | 0x200 | the area: bytes, or items            |  writer      reader
 *  +-------+--------------------------------------+
 *
 * Cursors count bytes, or items, from 0 and do not wrap; number p lies in the area
 * at p mod the area. The tail is the commit: there are no headers and no stamps.
 */

SHM_LAYOUT(stream)
