/* ---- Where the parts of a queue lie -------------------------------------
 *
 * A queue of fixed-size items from one producer to one consumer. Offsets only;
 * what happens in them is in the parts on its producer and its consumer.
 *
 *  offset                                            written by   read by
 *  +-------+--------------------------------------+
 *  | 0x000 | tail hint  u64                       |  producer    successors, observers
 *  | 0x008 | times full u64                       |
 *  +-------+--------------------------------------+
 *  | 0x080 | taken      u64                       |  consumer    successors, observers
 *  | 0x088 | seen       u64                       |
 *  | 0x090 | redelivered u64                      |
 *  | 0x098 | high water u64                       |
 *  +-------+--------------------------------------+
 *  | 0x100 | head       u64                       |  consumer,   producer, when its
 *  |       |                                      |  now & then  room is used up
 *  +-------+--------------------------------------+
 *  | 0x180 | data flag  u32                       |  who sleeps  producer, at each publish
 *  | 0x184 | space flag u32                       |  who sleeps  consumer, at each head
 *  | 0x188 | producer role u64                    |  who claims  who claims, observers
 *  | 0x190 | consumer role u64                    |
 *  +-------+--------------------------------------+
 *  | 0x200 | slot 0: stamp u64, item, padding     |  producer    consumer
 *  |  ...  | slot 1                               |
 *  +-------+--------------------------------------+
 *
 * Lines that different sides write are 128 bytes apart, against false sharing:
 * processors fetch pairs of 64-byte lines. Nothing that is only read shares a line with something
 * that is written at each message.
 *
 * Position p counts messages from 0 and never wraps around. Message p lies in slot
 * p mod slots, and is there once the stamp is p + 1: the payload is written
 * first, the stamp last, by one release store, which is the commit.
 */

SHM_LAYOUT(queue)

enum { SHM_STAMP_SIZE = SHM_QUEUE_STAMP_SIZE }; /* of a slot, before its item */
