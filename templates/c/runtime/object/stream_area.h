/* ---- Streams: what both sides share -------------------------------------
 *
 * The area and cursors in it. All of it is this process's own memory: numbers that
 * the other side wrote are compared, never used as an index, and what cannot be is
 * SHM_CORRUPT. A peer that lies can lose or garble bytes; it cannot make another
 * process touch memory outside the area, or loop without end.
 *
 * An item is a byte, or a struct of the schema; all counts are of items.
 */

/* The area of a stream in this process. */
typedef struct shm_stream_area {
  char *stream; /* where the object begins */
  uint64_t item_size;
  uint64_t count; /* items for which there is a place */
} shm_stream_area;

/* A position and where in the area it falls, which wraps without a division. */
typedef struct shm_stream_cursor {
  uint64_t position;
  uint64_t place; /* position mod count */
} shm_stream_cursor;

/* Room that is lent to the writer: two pieces where the area ends between them. */
typedef struct shm_stream_room {
  void *first;
  size_t first_count; /* of items */
  void *second;
  size_t second_count; /* 0 if the first piece is all */
} shm_stream_room;

/* Items that are lent to the reader, likewise. */
typedef struct shm_stream_loan {
  const void *first;
  size_t first_count;
  const void *second;
  size_t second_count;
} shm_stream_loan;

SHM_INLINE shm_stream_area shm_stream_area_of(const shm_core *core, uint32_t object) {
  const shm_object_spec *spec = &core->spec->objects[object];
  shm_stream_area area;
  area.stream = core->segment.base + core->places[object];
  area.item_size = spec->item_size;
  area.count = spec->slots;
  return area;
}

SHM_INLINE shm_stream_cursor shm_stream_cursor_at(const shm_stream_area *area, uint64_t position) {
  shm_stream_cursor cursor;
  cursor.position = position;
  cursor.place = position % area->count;
  return cursor;
}

/* `count` further, which is not more than the area has. */
SHM_HOT shm_stream_cursor shm_stream_cursor_after(const shm_stream_area *area, shm_stream_cursor cursor,
                                                  uint64_t count) {
  cursor.position += count;
  cursor.place += count;
  if (cursor.place >= area->count) {
    cursor.place -= area->count;
  }
  return cursor;
}

/* How many of `count` items from the cursor on lie before the end of the area. */
SHM_HOT uint64_t shm_stream_before_end(const shm_stream_area *area, shm_stream_cursor cursor,
                                       uint64_t count) {
  uint64_t left = area->count - cursor.place;
  return count < left ? count : left;
}

/* Where an item lies in the area. */
SHM_HOT char *shm_stream_item(const shm_stream_area *area, uint64_t place) {
  return area->stream + SHM_STREAM_BYTES + place * area->item_size;
}

/* One of the words before the area. */
SHM_HOT shm_word64 *shm_stream_word(const shm_stream_area *area, size_t offset) {
  return SHM_AT(shm_word64, area->stream, offset);
}

SHM_HOT shm_word32 *shm_stream_flag(const shm_stream_area *area, size_t offset) {
  return SHM_AT(shm_word32, area->stream, offset);
}

/* Copies `count` items, at least one and not more than the area has, to the cursor. `item_size` is
 * that of the area; a constant where the size of the items is one. */
SHM_HOT void shm_stream_copy_in(const shm_stream_area *area, shm_stream_cursor cursor, const void *items,
                                size_t item_size, uint64_t count) {
  const char *from = SHM_CAST(const char *, items);
  size_t size = SHM_CAST(size_t, count) * item_size;
  size_t first = SHM_CAST(size_t, shm_stream_before_end(area, cursor, count)) * item_size;
  shm_move_bytes(shm_stream_item(area, cursor.place), from, first);
  if (SHM_UNLIKELY(first < size)) {
    shm_move_bytes(shm_stream_item(area, 0), from + first, size - first);
  }
}

/* Copies as many from there. */
SHM_HOT void shm_stream_copy_out(const shm_stream_area *area, shm_stream_cursor cursor, void *items,
                                 size_t item_size, uint64_t count) {
  char *to = SHM_CAST(char *, items);
  size_t size = SHM_CAST(size_t, count) * item_size;
  size_t first = SHM_CAST(size_t, shm_stream_before_end(area, cursor, count)) * item_size;
  shm_move_bytes(to, shm_stream_item(area, cursor.place), first);
  if (SHM_UNLIKELY(first < size)) {
    shm_move_bytes(to + first, shm_stream_item(area, 0), size - first);
  }
}

/* Whether there is such a stream, in an attachment that can be used. */
SHM_APART shm_status shm_check_stream(const shm_core *core, uint32_t object) {
  bool has_items = core != NULL && object < core->spec->object_count &&
                   core->spec->objects[object].kind == SHM_KIND_STREAM_ITEMS;
  return shm_check_object(core, object, has_items ? SHM_KIND_STREAM_ITEMS : SHM_KIND_STREAM, "stream");
}

/* Why a commit, or an acknowledgement, of more than was lent is none. */
SHM_APART shm_status shm_fail_not_lent(const shm_core *core, const char *side, uint64_t item_size,
                                       const char *why) {
  shm_status status = shm_check_handle(core, side, item_size, SHM_CAST(size_t, item_size));
  if (status == SHM_OK) {
    shm_add(shm_explain(SHM_INVALID), why);
    status = SHM_INVALID;
  }
  return status;
}

/*
 * Items that wait in a stream, as far as the two cursors tell; another process may
 * change it at any time.
 */
SHM_NODISCARD SHM_APART shm_status shm_stream_depth(const shm_attachment *attachment, uint32_t object,
                                                    uint64_t *depth) {
  const shm_core *core = shm_core_of(attachment);
  shm_stream_area area;
  uint64_t taken;
  uint64_t waiting;
  shm_status status = shm_check_stream(core, object);
  *depth = 0;
  if (status != SHM_OK) {
    return status;
  }
  area = shm_stream_area_of(core, object);
  /* Pair with the releases of reader and writer. Taken first: never less than none. */
  taken = shm_load_acquire(shm_stream_word(&area, SHM_STREAM_TAKEN));
  waiting = shm_load_acquire(shm_stream_word(&area, SHM_STREAM_TAIL)) - taken;
  *depth = waiting < area.count ? waiting : area.count;
  return SHM_OK;
}
