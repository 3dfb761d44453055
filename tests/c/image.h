/* The bytes of a segment, saved to a file so that they can be compared. */

#include "shm_runtime.h"
#include <stdio.h>
#include <stdlib.h>

static void save(FILE *file, const shm_segment *segment) {
  if (fwrite(segment->data, 1, segment->size, file) != segment->size) {
    fprintf(stderr, "cannot write the image\n");
    exit(1);
  }
}
