/* ---- Failures -----------------------------------------------------------
 *
 * How a failure is reported: what was tried, on what, why not, and what to do. The
 * last one of each thread is kept, in a buffer that all translation units of a
 * program share. Full, Empty and their like, which a poller meets a hundred
 * million times a second, leave only their status.
 */

#define SHM_FAILURE_SIZE 1024

typedef struct shm_failure {
  uint32_t status;
  int32_t os_error; /* errno, or 0 */
  shm_text text;    /* in `buffer`, if its status is to be explained */
  char buffer[SHM_FAILURE_SIZE];
} shm_failure;

#if defined(__cplusplus)
extern "C" {
#endif
/* Weak, so that each translation unit may define it and the program has one. */
__attribute__((weak, visibility("default"))) __thread shm_failure SHM_VERSIONED(shm_runtime_failure);
#if defined(__cplusplus)
}
#endif

/* Explains this thread's last failure. The text lasts until the next one. */
SHM_APART const char *shm_last_error(void) {
  const shm_failure *last = &SHM_VERSIONED(shm_runtime_failure);
  if (last->text.bytes != NULL && last->text.used > 0) {
    return last->buffer;
  }
  return shm_status_text(SHM_CAST(shm_status, last->status));
}

/* The status of this thread's last failure; SHM_OK if there was none. */
SHM_APART shm_status shm_last_status(void) {
  return SHM_CAST(shm_status, SHM_VERSIONED(shm_runtime_failure).status);
}

/* The errno of the system call behind this thread's last failure, or 0. */
SHM_APART int shm_last_os_error(void) { return SHM_VERSIONED(shm_runtime_failure).os_error; }

/* Leaves a status that explains itself. */
SHM_INLINE shm_status shm_fail_briefly(shm_status status) {
  shm_failure *last = &SHM_VERSIONED(shm_runtime_failure);
  last->status = SHM_CAST(uint32_t, status);
  last->text.used = 0;
  last->os_error = 0;
  return status;
}

/* What is being tried, for messages: `attach to`, `posix:/acme.feed`. */
typedef struct shm_attempt {
  const char *verb;
  const char *address;
} shm_attempt;

SHM_INLINE shm_attempt shm_attempt_to(const char *verb, const char *address) {
  shm_attempt attempt;
  attempt.verb = verb;
  attempt.address = address;
  return attempt;
}

/* Begins an explanation, to which the caller adds. */
SHM_APART shm_text *shm_explain(shm_status status) {
  shm_failure *last = &SHM_VERSIONED(shm_runtime_failure);
  last->status = SHM_CAST(uint32_t, status);
  last->os_error = 0;
  shm_text_begin(&last->text, last->buffer, sizeof last->buffer);
  return &last->text;
}

/* Begins `cannot attach to posix:/acme.feed: `; the caller adds the reason. */
SHM_APART shm_text *shm_explain_attempt(shm_attempt attempt, shm_status status) {
  shm_text *text = shm_explain(status);
  shm_add(text, "cannot ");
  shm_add(text, attempt.verb);
  shm_add(text, " ");
  shm_add_outside(text, attempt.address, SIZE_MAX);
  shm_add(text, ": ");
  return text;
}

/* A failure with a reason of our own. */
SHM_APART shm_status shm_fail(shm_attempt attempt, shm_status status, const char *why) {
  shm_add(shm_explain_attempt(attempt, status), why);
  return status;
}

/* The same, of a system call that failed. */
SHM_APART shm_status shm_fail_with(shm_attempt attempt, shm_status status, const char *why, int os_error) {
  shm_add(shm_explain_attempt(attempt, status), why);
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
  return status;
}

/* An errno in the words of the system. */
SHM_APART void shm_add_os_error(shm_text *text, int os_error) {
  shm_add(text, strerror(os_error));
  shm_add(text, " (os error ");
  shm_add_signed(text, os_error);
  shm_add(text, ")");
  SHM_VERSIONED(shm_runtime_failure).os_error = os_error;
}

/* Memory of this process, not of a segment, is used up. */
SHM_APART shm_status shm_fail_memory(shm_attempt attempt) {
  return shm_fail(attempt, SHM_NO_SPACE, "this process has no memory left");
}
