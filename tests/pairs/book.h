/*
 * A Book whose every field is a pseudo-random function of its number, for C and
 * C++. The programs in the other languages of tests/pairs make the same.
 */
#ifndef PAIRS_BOOK_H
#define PAIRS_BOOK_H

#include "everything.h"

/* splitmix64 */
SHM_INLINE uint64_t draw(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

SHM_INLINE uint8_t draw8(uint64_t *state) { return SHM_CAST(uint8_t, draw(state) & UINT8_MAX); }
SHM_INLINE uint16_t draw16(uint64_t *state) { return SHM_CAST(uint16_t, draw(state) & UINT16_MAX); }
SHM_INLINE uint32_t draw32(uint64_t *state) { return SHM_CAST(uint32_t, draw(state) & UINT32_MAX); }

/* Every 32-bit integer is a float or near one: eighths of 24 bits. */
SHM_INLINE float draw_float(uint64_t *state) { return SHM_CAST(float, draw(state) & 0xFFFFFF) / 8; }

/* Small letters, from none to as many as fit. */
SHM_INLINE void draw_text(uint64_t *state, char *to, uint64_t size) {
  uint64_t length = draw(state) % (size + 1);
  for (uint64_t i = 0; i < length; i++) {
    to[i] = SHM_CAST(char, 'a' + SHM_CAST(int, draw(state) % 26));
  }
}

SHM_INLINE void draw_level(uint64_t *state, test_everything_Level *level) {
  level->price = SHM_CAST(int64_t, draw(state));
  level->quantity = draw32(state);
}

SHM_INLINE void book_of(uint64_t number, test_everything_Book *book) {
  uint64_t state = number;
  memset(SHM_CAST(void *, book), 0, sizeof *book);
  draw_text(&state, book->symbol, 16);
  book->u8 = draw8(&state);
  book->i8 = SHM_CAST(int8_t, draw8(&state));
  book->u16 = draw16(&state);
  book->i16 = SHM_CAST(int16_t, draw16(&state));
  book->u32 = draw32(&state);
  book->i32 = SHM_CAST(int32_t, draw32(&state));
  book->u64 = draw(&state);
  book->i64 = SHM_CAST(int64_t, draw(&state));
  book->f32 = draw_float(&state);
  book->f64 = SHM_CAST(double, draw(&state) >> 11) / 1024;
  book->flag = draw(&state) % 2;
  book->side = SHM_CAST(test_everything_Side, draw8(&state));
  book->signed_value = SHM_CAST(test_everything_Signed, SHM_CAST(int16_t, draw16(&state)));
  book->wide = SHM_CAST(test_everything_Wide, draw(&state));
  book->wide_signed = SHM_CAST(test_everything_WideSigned, SHM_CAST(int64_t, draw(&state)));
  book->state = SHM_CAST(test_everything_State, draw16(&state));
  book->wide64 = SHM_CAST(test_everything_Wide64, draw(&state));
  for (int i = 0; i < 3; i++) {
    book->raw[i] = draw8(&state);
  }
  draw_level(&state, &book->level);
  for (int i = 0; i < 3; i++) {
    draw_level(&state, &book->levels[i]);
  }
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 8; j++) {
      book->curve[i][j] = draw_float(&state);
    }
  }
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 4; j++) {
      book->rows[i][j] = draw_float(&state);
    }
  }
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 3; j++) {
      draw_text(&state, book->names[i][j], 5);
    }
  }
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 2; j++) {
      book->blobs[i][j] = draw8(&state);
    }
  }
  for (int i = 0; i < 3; i++) {
    book->switches[i] = draw(&state) % 2;
  }
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      book->sides[i][j] = SHM_CAST(test_everything_Side, draw8(&state));
    }
  }
  for (int i = 0; i < 2; i++) {
    book->states[i] = SHM_CAST(test_everything_State, draw16(&state));
  }
  for (int i = 0; i < 2; i++) {
    draw_text(&state, book->ticker[i], 7);
  }
  book->option.a = draw8(&state);
  book->option.b = draw16(&state);
  book->option.c = draw8(&state);
  book->option.d = draw32(&state);
  book->option.e = draw8(&state);
  book->option.f = draw(&state);
  book->option.g = draw8(&state);
  book->apart = draw8(&state);
}

#endif
