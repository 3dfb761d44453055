/* {{ expr }}: up to {{ room }} of them. A greater count was written by somebody who is wrong; whatever goes through
 * the items then ends at the room. */
typedef struct {{ cname }} {
  uint32_t count;
{%- if head_gap > 0 %}
  uint8_t _reserved0[{{ head_gap }}];
{%- endif %}
  {{ items }};
{%- if tail_gap > 0 %}
  uint8_t _reserved1[{{ tail_gap }}];
{%- endif %}
#if defined(__cplusplus)
  typedef {{ item.typedef }};
  typedef value_type *iterator;
  typedef const value_type *const_iterator;
  static constexpr size_t capacity() { return {{ room }}; }
  bool valid() const { return shm_look32(&count) <= {{ room }}; }
  size_t size() const { return shm_list_size(&count, {{ room }}); }
  bool empty() const { return size() == 0; }
  iterator data() { return items; }
  const_iterator data() const { return items; }
  iterator begin() { return items; }
  const_iterator begin() const { return items; }
  iterator end() { return items + size(); }
  const_iterator end() const { return items + size(); }
  /* The item in that place, which must be below {{ room }}. */
  value_type &operator[](size_t place) { return items[place]; }
  const value_type &operator[](size_t place) const { return items[place]; }
  /* False, and no change, if there {% if item.is_text %}is no room{% else %}are {{ room }} already{% endif %}. */
{%- if item.is_text %}
  SHM_NODISCARD bool push_back(const shm_text_argument &text) {
    return shm_list_push_text(&count, {{ room }}, items[0], sizeof items[0], text.data(), text.size());
  }
{%- else %}
  SHM_NODISCARD bool push_back({{ item.reference }}) { return shm_list_push(&count, {{ room }}, items, &held, sizeof held); }
{%- endif %}
  void clear() { memset(this, 0, sizeof *this); }
#endif
} {{ cname }};
SHM_STATIC_ASSERT(sizeof({{ cname }}) == {{ size }}, "size of {{ cname }}");
SHM_STATIC_ASSERT(SHM_ALIGNOF({{ cname }}) == {{ align }}, "alignment of {{ cname }}");
SHM_STATIC_ASSERT(offsetof({{ cname }}, count) == 0, "offset of {{ cname }}.count");
SHM_STATIC_ASSERT(offsetof({{ cname }}, items) == {{ offset }}, "offset of {{ cname }}.items");

/* Whether the count is one that there can be. */
SHM_INLINE bool {{ cname }}_valid(const {{ cname }} *list) { return shm_look32(&list->count) <= {{ room }}; }

/* How many there are; {{ room }} if the count is greater. */
SHM_INLINE size_t {{ cname }}_size(const {{ cname }} *list) { return shm_list_size(&list->count, {{ room }}); }

/* Adds one at the end{{ item.note }}; false, and no change, if {% if item.is_text %}it does not fit{% else %}there are {{ room }} already{% endif %}. */
{%- if item.is_text %}
SHM_NODISCARD SHM_INLINE bool {{ cname }}_push({{ cname }} *list, const char *text) {
  return shm_list_push_text(&list->count, {{ room }}, list->items[0], sizeof list->items[0], text,
                            shm_text_length(text, sizeof list->items[0] + 1));
}
{%- else %}
SHM_NODISCARD SHM_INLINE bool {{ cname }}_push({{ cname }} *list, const {{ item.element }} *held) {
  return shm_list_push(&list->count, {{ room }}, list->items, held, sizeof list->items[0]);
}
{%- endif %}

/* Takes all away. */
SHM_INLINE void {{ cname }}_clear({{ cname }} *list) { memset(list, 0, sizeof *list); }

/* Whether all that are there are equal; with a count that cannot be, whether all bytes are. */
SHM_INLINE bool {{ cname }}_equal(const {{ cname }} *a, const {{ cname }} *b) {
  const uint32_t count = shm_look32(&a->count);
  if (shm_look32(&b->count) != count) {
    return false;
  }
  if (count > {{ room }}) {
    return memcmp(a, b, sizeof *a) == 0;
  }
  for (size_t i = 0; i < count; i++) {
{{ equal }}
  }
  return true;
}

SHM_APART void {{ cname }}_add(shm_text *text, const {{ cname }} *value) {
  const uint32_t count = shm_look32(&value->count);
  if (count > {{ room }}) {
    shm_add(text, "a list of ");
    shm_add_number(text, count);
    shm_add(text, " in a room for {{ room }}");
    return;
  }
  shm_add(text, "[");
  for (size_t i = 0; i < count; i++) {
    shm_add(text, i == 0 ? "" : ", ");
{{ add }}
  }
  shm_add(text, "]");
}

{% include "c/format.h" %}
