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
 * Lines that different sides write are 128 bytes apart, since processors fetch
 * pairs of 64-byte lines. Nothing that is only read shares a line with something
 * that is written at each message.
 *
 * Position p counts messages from 0 and does not wrap. Message p lies in slot
 * p mod slots, and is there once the stamp is p + 1: the payload is written
 * first, the stamp last, by one release store, which is the commit.
 */

enum {
  SHM_QUEUE_TAIL_HINT = 0x000,
  SHM_QUEUE_TIMES_FULL = 0x008,
  SHM_QUEUE_TAKEN = 0x080,
  SHM_QUEUE_SEEN = 0x088,
  SHM_QUEUE_REDELIVERED = 0x090,
  SHM_QUEUE_HIGH_WATER = 0x098,
  SHM_QUEUE_HEAD = 0x100,
  SHM_QUEUE_DATA_FLAG = 0x180,
  SHM_QUEUE_SPACE_FLAG = 0x184,
  SHM_QUEUE_PRODUCER_ROLE = 0x188,
  SHM_QUEUE_CONSUMER_ROLE = 0x190,
  SHM_QUEUE_SLOTS = 0x200,
  SHM_STAMP_SIZE = 8 /* of a slot, before its item */
};
