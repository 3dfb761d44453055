/* The loops for messages of SIZE bytes; included once for each size. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define ITEM JOIN(speed_Item, SIZE)
#define WORDS (SIZE / 8)
#define NAME(name) JOIN(JOIN(name, _), SIZE)
#define THERE(call) JOIN(JOIN(JOIN(speed_There_bytes, SIZE), _), call)
#define BACK(call) JOIN(JOIN(JOIN(speed_Back_bytes, SIZE), _), call)

/* Message n is the words n, n + 1, n + 2, .. Its fields are set and read as they are, as a
 * program does it, and as src/payload.rs does. */
static inline void NAME(fill)(ITEM *item, uint64_t n) {
  item->sequence = n;
#if SIZE > 8
  for (size_t k = 1; k < WORDS; k++) {
    item->body[k - 1] = n + k;
  }
#endif
}

static inline void NAME(add)(tally *seen, const ITEM *item) {
  uint64_t sum = item->sequence;
#if SIZE > 8
  for (size_t k = 1; k < WORDS; k++) {
    sum += item->body[k - 1];
  }
#endif
  seen->out_of_order |= item->sequence ^ seen->received;
  seen->sum += sum;
  seen->received++;
}

static inline bool NAME(send_in_place)(speed_There *to, uint64_t n) {
  ITEM *slot;
  if (!done(THERE(reserve)(to, &slot))) {
    return false;
  }
  NAME(fill)(slot, n);
  return done(THERE(commit)(to));
}

static void NAME(send)(speed_There *to, const plan *p) {
  bool waiting = strcmp(p->calls, "waiting") == 0;
  bool in_place = strcmp(p->calls, "in-place") == 0;
  uint64_t state = 1;
  for (uint64_t n = 0; n < p->total; n++) {
    uint64_t vain = 0;
    ITEM item;
    if (in_place) {
      while (!NAME(send_in_place)(to, n)) {
        again(&vain);
      }
    } else {
      NAME(fill)(&item, n);
      while (!done(waiting ? THERE(push_timeout)(to, &item, UINT64_MAX) : THERE(try_push)(to, &item))) {
        again(&vain);
      }
    }
    state = work(state, p->sender_steps);
  }
}

static void NAME(send_batches)(speed_There *to, const plan *p) {
  static ITEM batch[BATCH];
  for (uint64_t n = 0; n < p->total; n += BATCH) {
    uint64_t vain = 0;
    size_t sent = 0;
    for (size_t k = 0; k < BATCH; k++) {
      NAME(fill)(&batch[k], n + k);
    }
    while (sent < BATCH) {
      size_t now_sent;
      if (!done(THERE(push_n)(to, batch + sent, BATCH - sent, &now_sent))) {
        again(&vain);
      }
      sent += now_sent;
    }
  }
}

static inline bool NAME(receive_in_place)(speed_There *from, tally *seen) {
  const ITEM *slot;
  if (!done(THERE(peek)(from, &slot))) {
    return false;
  }
  NAME(add)(seen, slot);
  return done(THERE(release)(from));
}

static void NAME(receive_until)(speed_There *from, const plan *p, uint64_t end, tally *seen) {
  bool waiting = strcmp(p->calls, "waiting") == 0;
  bool in_place = strcmp(p->calls, "in-place") == 0;
  uint64_t state = 1;
  while (seen->received < end) {
    uint64_t vain = 0;
    ITEM item;
    if (in_place) {
      while (!NAME(receive_in_place)(from, seen)) {
        again(&vain);
      }
    } else {
      while (!done(waiting ? THERE(pop_timeout)(from, &item, UINT64_MAX) : THERE(try_pop)(from, &item))) {
        again(&vain);
      }
      NAME(add)(seen, &item);
    }
    state = work(state, p->receiver_steps);
  }
}

static void NAME(receive_batches_until)(speed_There *from, uint64_t end, tally *seen) {
  static ITEM batch[BATCH];
  while (seen->received < end) {
    uint64_t vain = 0;
    size_t count;
    while (!done(THERE(pop_n)(from, batch, BATCH, &count))) {
      again(&vain);
    }
    for (size_t k = 0; k < count; k++) {
      NAME(add)(seen, &batch[k]);
    }
  }
}

static void NAME(receive)(speed_There *from, const plan *p) {
  bool batches = strcmp(p->calls, "batches") == 0;
  tally seen = {0, 0, 0};
  double start = 0;
  uint64_t before = 0;
  for (int timed = 0; timed < 2; timed++) {
    uint64_t end = timed ? p->total : p->warm_up;
    start = now();
    before = seen.received;
    if (batches) {
      NAME(receive_batches_until)(from, end, &seen);
    } else {
      NAME(receive_until)(from, p, end, &seen);
    }
  }
  printf("%f\n", (now() - start) / (double)(seen.received - before));
  verify(&seen, WORDS);
}

static inline void NAME(round)(speed_There *to, speed_Back *from, bool waiting, tally *seen) {
  uint64_t vain = 0;
  ITEM item;
  NAME(fill)(&item, seen->received);
  while (!done(waiting ? THERE(push_timeout)(to, &item, UINT64_MAX) : THERE(try_push)(to, &item))) {
    again(&vain);
  }
  while (!done(waiting ? BACK(pop_timeout)(from, &item, UINT64_MAX) : BACK(try_pop)(from, &item))) {
    again(&vain);
  }
  NAME(add)(seen, &item);
}

/* The median over every second slice, so that neither an interrupt nor the clock matters, and
 * the percentiles of the rounds between, which are timed one by one. */
static void NAME(call)(speed_There *to, speed_Back *from, const plan *p) {
  bool waiting = strcmp(p->calls, "waiting") == 0;
  size_t slices = (size_t)((p->total - p->warm_up) / SLICE), taken = 0, timed = 0;
  double *times = malloc((slices + 1) * sizeof *times);
  double *singles = malloc((slices + 1) * SLICE * sizeof *singles);
  tally seen = {0, 0, 0};
  while (seen.received < p->warm_up) {
    NAME(round)(to, from, waiting, &seen);
  }
  for (size_t slice = 0; slice < slices; slice++) {
    double start = now();
    for (int n = 0; n < SLICE; n++) {
      NAME(round)(to, from, waiting, &seen);
      if (slice % 2 != 0) {
        double end = now();
        singles[timed++] = end - start;
        start = end;
      }
    }
    if (slice % 2 == 0) {
      times[taken++] = (now() - start) / SLICE;
    }
  }
  while (seen.received < p->total) {
    NAME(round)(to, from, waiting, &seen);
  }
  qsort(times, taken, sizeof *times, compare);
  qsort(singles, timed, sizeof *singles, compare);
  printf("%f %f %f %f\n", times[taken / 2], singles[timed / 2], singles[timed * 990 / 1000],
         singles[timed * 999 / 1000]);
  verify(&seen, WORDS);
  free(singles);
  free(times);
}

static void NAME(answer)(speed_There *from, speed_Back *to, const plan *p) {
  bool waiting = strcmp(p->calls, "waiting") == 0;
  tally seen = {0, 0, 0};
  while (seen.received < p->total) {
    uint64_t vain = 0;
    ITEM item;
    while (!done(waiting ? THERE(pop_timeout)(from, &item, UINT64_MAX) : THERE(try_pop)(from, &item))) {
      again(&vain);
    }
    while (!done(waiting ? BACK(push_timeout)(to, &item, UINT64_MAX) : BACK(try_push)(to, &item))) {
      again(&vain);
    }
    NAME(add)(&seen, &item);
  }
  verify(&seen, WORDS);
}

static void NAME(run)(const char *role, speed_There *there, speed_Back *back, const plan *p) {
  if (strcmp(role, "send") == 0 && strcmp(p->calls, "batches") == 0) {
    NAME(send_batches)(there, p);
  } else if (strcmp(role, "send") == 0) {
    NAME(send)(there, p);
  } else if (strcmp(role, "receive") == 0) {
    NAME(receive)(there, p);
  } else if (strcmp(role, "call") == 0) {
    NAME(call)(there, back, p);
  } else {
    NAME(answer)(there, back, p);
  }
}

#undef JOIN_
#undef JOIN
#undef ITEM
#undef WORDS
#undef NAME
#undef THERE
#undef BACK
#undef SIZE
