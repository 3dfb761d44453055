# [23 lines as in ../empty/schema.py]
    "Order",
# [8 lines as in ../empty/schema.py]


class _bytes_list6(_t.Room):
    _fields_ = [
        ("count", _ctypes.c_uint32),
        ("items", _ctypes.c_uint8 * 6),
        ("_reserved1", _ctypes.c_uint8 * 2),
    ]


_t.lay_out_room(
    _bytes_list6,
    12,
    {
        "count": (0, 4, "<u4"),
        "items": (4, 6, ("u1", (6,))),
    },
)


class _str_list16(_t.Room):
    _fields_ = [
        ("count", _ctypes.c_uint32),
        ("items", _ctypes.c_uint8 * 16),
    ]


_t.lay_out_room(
    _str_list16,
    20,
    {
        "count": (0, 4, "<u4"),
        "items": (4, 16, "S16"),
    },
)


class Order(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("key", _bytes_list6),
        ("note", _str_list16),
    ]
    if _typing.TYPE_CHECKING:
        key = _Field[_builtins.bytes, _builtins.bytes](None, "")
        note = _Field[_builtins.str, _builtins.str](None, "")
        """Default: \"n/a\"."""

        def __init__(
            self,
            *,
            key: _builtins.bytes = ...,
            note: _builtins.str = ...,
        ) -> None: ...


_t.lay_out(
    Order,
    32,
    {
        "key": (0, 12),
        "note": (12, 20),
    },
    [
        _bytes_list6._layout,
        _str_list16._layout,
    ],
    {
        "key": lambda _raw, _name: _t.BoundedBytesField(_raw, _name, _bytes_list6),
        "note": lambda _raw, _name: _t.BoundedStrField(_raw, _name, _str_list16),
    },
    defaults={
        "note": "n/a",
    },
    docs={
        "note": "Default: \"n/a\".",
# [9 lines as in ../struct/schema.py]
        Order: _TypeAlias = Order
