#if defined(__cplusplus)
{%- for v in variants %}
constexpr {{ tag }} {{ v.constant }}{{ v.mark }} = {{ v.number }};
{%- endfor %}
#else
{%- for v in variants %}
{%- if v.mark != "" %}
enum { {{ v.constant }}_deprecated{{ v.mark }} = 0 };
#define {{ v.constant }} ({{ v.number }} - {{ v.constant }}_deprecated)
{%- else %}
#define {{ v.constant }} {{ v.number }}
{%- endif %}
{%- endfor %}
#endif

{{ doc }}/* One of several values: `tag` says which. A tag that none has comes from another version; its bytes are kept. */
typedef struct{{ deprecated }} {{ cname }} {
  {{ tag }} tag;
{%- if head_gap > 0 %}
  uint8_t _reserved0[{{ head_gap }}];
{%- endif %}
  union {
{%- for v in variants %}
{%- if let Some(held) = v.held %}
{{ v.doc }}    {{ held.declaration }}{{ v.mark }};
{%- endif %}
{%- endfor %}
  } as;
{%- if tail_gap > 0 %}
  uint8_t _reserved1[{{ tail_gap }}];
{%- endif %}
#if defined(__cplusplus)
{%- for v in variants %}
  {{ v.deprecated }}bool is_{{ v.name }}() const { return {{ look }}(&tag) == {{ v.constant }}; }
{%- match v.held %}
{%- when Some(held) %}
  {{ v.deprecated }}auto get_{{ v.name }}() -> {{ held.pointer }} { return is_{{ v.name }}() ? &as.{{ v.name }} : nullptr; }
  {{ v.deprecated }}auto get_{{ v.name }}() const -> const {{ held.pointer }} { return is_{{ v.name }}() ? &as.{{ v.name }} : nullptr; }
{%- if held.is_text %}
  /* False, and no change, if it does not fit. */
  SHM_NODISCARD {{ v.deprecated }}bool set_{{ v.name }}(const shm_text_argument &text) {
    if (!shm_hold_text(this, sizeof *this, {{ offset }}, sizeof as.{{ v.name }}, text.data(), text.size())) {
      return false;
    }
    tag = {{ v.constant }};
    return true;
  }
{%- else %}
  {{ v.deprecated }}void set_{{ v.name }}({{ held.reference }}) {
    shm_hold(this, sizeof *this, {{ offset }}, &held, sizeof held);
    tag = {{ v.constant }};
  }
{%- endif %}
{%- when None %}
  {{ v.deprecated }}void set_{{ v.name }}() {
    memset(this, 0, sizeof *this);
    tag = {{ v.constant }};
  }
{%- endmatch %}
{%- endfor %}
#endif
} {{ cname }}{{ deprecated }};
SHM_STATIC_ASSERT(sizeof({{ cname }}) == {{ size }}, "size of {{ cname }}");
SHM_STATIC_ASSERT(SHM_ALIGNOF({{ cname }}) == {{ align }}, "alignment of {{ cname }}");
SHM_STATIC_ASSERT(offsetof({{ cname }}, tag) == 0, "offset of {{ cname }}.tag");
SHM_STATIC_ASSERT(offsetof({{ cname }}, as) == {{ offset }}, "offset of {{ cname }}.as");

/* The name of the variant that is there, NULL if the tag is of none. */
SHM_INLINE const char *{{ cname }}_name(const {{ cname }} *value) {
  switch ({{ look }}(&value->tag)) {
{%- for v in variants %}
  case {{ v.number }}:
    return "{{ v.name }}";
{%- endfor %}
  default:
    return NULL;
  }
}
{% for v in variants %}
{{ v.title }}{{ v.deprecated }}SHM_INLINE bool {{ cname }}_is_{{ v.name }}(const {{ cname }} *value) { return {{ look }}(&value->tag) == {{ v.constant }}; }
{% match v.held %}
{%- when Some(held) %}
/* What it holds{{ held.got }}, or NULL if it is another one. */
{{ v.deprecated }}SHM_INLINE {{ held.getter }} {
  return {{ cname }}_is_{{ v.name }}(value) ? {% if !held.is_array %}&{% endif %}value->as.{{ v.name }} : NULL;
}
{% if held.is_text %}
/* Makes it this one; false, and no change, if the text does not fit. */
SHM_NODISCARD {{ v.deprecated }}SHM_INLINE bool {{ cname }}_set_{{ v.name }}({{ cname }} *value, const char *text) {
  if (!shm_hold_text(value, sizeof *value, {{ offset }}, sizeof value->as.{{ v.name }}, text,
                     shm_text_length(text, sizeof value->as.{{ v.name }} + 1))) {
    return false;
  }
  value->tag = {{ v.constant }};
  return true;
}
{% else %}
/* Makes it this one{{ held.note }}. */
{{ v.deprecated }}SHM_INLINE void {{ cname }}_set_{{ v.name }}({{ cname }} *value, const {{ held.element }} *held) {
  shm_hold(value, sizeof *value, {{ offset }}, held, sizeof value->as.{{ v.name }});
  value->tag = {{ v.constant }};
}
{% endif %}
{%- when None %}
/* Makes it this one. */
{{ v.deprecated }}SHM_INLINE void {{ cname }}_set_{{ v.name }}({{ cname }} *value) {
  memset(value, 0, sizeof *value);
  value->tag = {{ v.constant }};
}
{% endmatch %}
{%- endfor %}
{%- if has_ranges %}
{%- for v in variants %}
{%- for (end, value) in v.bounds %}
#define {{ cname }}_{{ v.name }}_{{ end }} {{ value }}
{%- endfor %}
{%- endfor %}

/* Whether what it holds is within its ranges; nothing is known of a tag that none has. */
SHM_INLINE bool {{ cname }}_within_ranges(const {{ cname }} *value) {
  switch ({{ look }}(&value->tag)) {
{%- for v in variants %}
{%- if v.within != "" %}
  case {{ v.number }}:
{{ v.within }}
    return true;
{%- endif %}
{%- endfor %}
  default:
    return true;
  }
}
{% endif %}
/* Whether both are the same variant with equal values; with a tag that none has, whether their bytes are equal. */
SHM_INLINE bool {{ cname }}_equal(const {{ cname }} *a, const {{ cname }} *b) {
  const {{ tag }} tag = {{ look }}(&a->tag);
  if ({{ look }}(&b->tag) != tag) {
    return false;
  }
  switch (tag) {
{%- for v in variants %}
  case {{ v.number }}:
{%- if let Some(held) = v.held %}
{{ held.equal }}
{%- endif %}
    return true;
{%- endfor %}
  default:
    return memcmp(&a->as, &b->as, sizeof a->as) == 0;
  }
}

SHM_APART void {{ cname }}_add(shm_text *text, const {{ cname }} *value) {
  const {{ tag }} tag = {{ look }}(&value->tag);
  shm_add(text, "{{ name }}.");
  switch (tag) {
{%- for v in variants %}
  case {{ v.number }}:
{%- match v.held %}
{%- when Some(held) %}
    shm_add(text, "{{ v.name }}(");
{{ held.add }}
    shm_add(text, ")");
{%- when None %}
    shm_add(text, "{{ v.name }}");
{%- endmatch %}
    break;
{%- endfor %}
  default:
    shm_add(text, "unknown(");
    shm_add_number(text, tag);
    shm_add(text, ", ");
    shm_add_hex(text, SHM_CAST(const uint8_t *, SHM_CAST(const void *, &value->as)), sizeof value->as);
    shm_add(text, ")");
    break;
  }
}

{% include "c/format.h" %}
