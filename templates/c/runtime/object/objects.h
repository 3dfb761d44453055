/* ---- Objects in a segment, and their roles ------------------------------
 *
 * What every kind uses to answer what is asked of an object.
 */

/* An object as this process has it. */
typedef struct shm_object {
  const shm_object_spec *spec;
  char *base; /* where it begins */
} shm_object;

SHM_INLINE shm_object shm_object_at(const shm_core *core, uint32_t index) {
  shm_object object;
  object.spec = &core->spec->objects[index];
  object.base = core->segment.base + core->places[index];
  return object;
}

/* One of its words; the offset is one of its layout. */
SHM_INLINE shm_word64 *shm_object_word(const shm_object *object, uint64_t offset) {
  return SHM_AT(shm_word64, object->base, offset);
}

SHM_INLINE shm_word32 *shm_object_flag(const shm_object *object, uint64_t offset) {
  return SHM_AT(shm_word32, object->base, offset);
}

/*
 * Roles: a word that names the one participant who may act as producer,
 * consumer, writer ..
 *
 *   0                              free: given up cleanly, or never held
 *   generation << 32 | 0xFFFFFFFF  orphaned: its holder died and was swept
 *   generation << 32 | index + 1   held by that attachment
 *
 * The generation keeps a reused index from looking like the old holder.
 */
#define SHM_ROLE_FREE UINT64_C(0)
#define SHM_ROLE_ORPHANED UINT32_MAX

SHM_INLINE uint64_t shm_role_word(uint32_t index, uint32_t generation) {
  return SHM_CAST(uint64_t, generation) << 32 | (SHM_CAST(uint64_t, index) + 1);
}

/* Takes a role from a dead holder, whose role word is `dead`, and leaves a mark for the next claimant.
 * Anybody may do it, any number of times: a lost race means that somebody else swept or claimed. */
SHM_INLINE void shm_sweep_role(const shm_object *object, uint64_t offset, uint64_t dead) {
  uint64_t orphaned = (dead & ~SHM_CAST(uint64_t, UINT32_MAX)) | SHM_ROLE_ORPHANED;
  shm_exchange(shm_object_word(object, offset), dead, orphaned);
}

/* Gives a role up, if it is held by a process that has the role word `me`. */
SHM_INLINE void shm_drop_role(const shm_object *object, uint64_t offset, uint64_t me) {
  shm_exchange(shm_object_word(object, offset), me, SHM_ROLE_FREE);
}

/* Sweeps every object for what a dead participant held; see registry.h. */
SHM_INLINE void shm_sweep_objects(const shm_core *core, uint32_t index, uint32_t generation);
