/* {{ expr }}: a value, if `has` is 1, or none, if it is 0. Anything else was written by somebody who is wrong, and
 * counts as none. */
typedef struct {{ cname }} {
  uint8_t has;
{%- if head_gap > 0 %}
  uint8_t _reserved0[{{ head_gap }}];
{%- endif %}
  {{ value }};
#if defined(__cplusplus)
  typedef {{ item.typedef }};
  bool valid() const { return shm_look8(&has) <= 1; }
  bool has_value() const { return shm_look8(&has) == 1; }
  explicit operator bool() const { return has_value(); }
  /* The value, which must be there. */
  value_type &operator*() { return value; }
  const value_type &operator*() const { return value; }
  value_type *operator->() { return &value; }
  const value_type *operator->() const { return &value; }
{%- if !item.is_array %}
  value_type value_or(const value_type &other) const { return has_value() ? value : other; }
{%- endif %}
{%- if item.is_text %}
  /* False, and no change, if it does not fit. */
  SHM_NODISCARD bool set(const shm_text_argument &text) {
    if (!shm_hold_text(this, sizeof *this, {{ offset }}, sizeof value, text.data(), text.size())) {
      return false;
    }
    has = 1;
    return true;
  }
{%- else %}
  void set({{ item.reference }}) {
    shm_hold(this, sizeof *this, {{ offset }}, &held, sizeof held);
    has = 1;
  }
  static {{ cname }} of({{ item.reference }}) {
    {{ cname }} made = {{ cname }}();
    made.set(held);
    return made;
  }
{%- endif %}
  void reset() { memset(this, 0, sizeof *this); }
#if __cplusplus >= 201703L
{%- if item.is_text %}
  operator std::optional<std::string_view>() const {
    return has_value() ? std::optional<std::string_view>({value, shm_text_length(value, sizeof value)}) : std::nullopt;
  }
{%- else if !item.is_array %}
  operator std::optional<value_type>() const { return has_value() ? std::optional<value_type>(value) : std::nullopt; }
  template <class T> {{ cname }} &operator=(const std::optional<T> &other) {
    if (other) {
      set(static_cast<value_type>(*other));
    } else {
      reset();
    }
    return *this;
  }
{%- endif %}
  {{ cname }} &operator=(std::nullopt_t) {
    reset();
    return *this;
  }
#endif
#endif
} {{ cname }};
SHM_STATIC_ASSERT(sizeof({{ cname }}) == {{ size }}, "size of {{ cname }}");
SHM_STATIC_ASSERT(SHM_ALIGNOF({{ cname }}) == {{ align }}, "alignment of {{ cname }}");
SHM_STATIC_ASSERT(offsetof({{ cname }}, has) == 0, "offset of {{ cname }}.has");
SHM_STATIC_ASSERT(offsetof({{ cname }}, value) == {{ offset }}, "offset of {{ cname }}.value");

/* Whether `has` is 1 or 0. */
SHM_INLINE bool {{ cname }}_valid(const {{ cname }} *optional) { return shm_look8(&optional->has) <= 1; }

/* Copies the value{{ item.room }}; false, and nothing is copied, if there is none. */
SHM_NODISCARD SHM_INLINE bool {{ cname }}_get(const {{ cname }} *optional, {{ item.element }} *held) {
  if (shm_look8(&optional->has) != 1) {
    return false;
  }
{%- if item.is_text %}
  shm_text_take(optional->value, sizeof optional->value, held);
{%- else %}
  memcpy(held, &optional->value, sizeof optional->value);
{%- endif %}
  return true;
}

{%- if item.is_text %}

/* Puts a value in; false, and no change, if it does not fit. */
SHM_NODISCARD SHM_INLINE bool {{ cname }}_set({{ cname }} *optional, const char *text) {
  if (!shm_hold_text(optional, sizeof *optional, {{ offset }}, sizeof optional->value, text,
                     shm_text_length(text, sizeof optional->value + 1))) {
    return false;
  }
  optional->has = 1;
  return true;
}
{%- else %}

/* Puts a value in{{ item.note }}. */
SHM_INLINE void {{ cname }}_set({{ cname }} *optional, const {{ item.element }} *held) {
  shm_hold(optional, sizeof *optional, {{ offset }}, held, sizeof optional->value);
  optional->has = 1;
}
{%- endif %}

/* Takes the value away. */
SHM_INLINE void {{ cname }}_clear({{ cname }} *optional) { memset(optional, 0, sizeof *optional); }

/* Whether both have no value, or equal ones; with a `has` that cannot be, whether all bytes are equal. */
SHM_INLINE bool {{ cname }}_equal(const {{ cname }} *a, const {{ cname }} *b) {
  const uint8_t has = shm_look8(&a->has);
  if (shm_look8(&b->has) != has) {
    return false;
  }
  if (has > 1) {
    return memcmp(a, b, sizeof *a) == 0;
  }
  if (has == 1) {
{{ equal }}
  }
  return true;
}

SHM_APART void {{ cname }}_add(shm_text *text, const {{ cname }} *value) {
  const uint8_t has = shm_look8(&value->has);
  if (has == 1) {
{{ add }}
  } else if (has == 0) {
    shm_add(text, "none");
  } else {
    shm_add(text, "optional(");
    shm_add_number(text, has);
    shm_add(text, ")");
  }
}

{% include "c/format.h" %}
