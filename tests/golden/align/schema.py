# [23 lines as in ../empty/schema.py]
    "Line",
# [8 lines as in ../empty/schema.py]


class Line(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("first", _ctypes.c_uint8),
        ("_reserved0", _ctypes.c_uint8 * 15),
        ("second", _ctypes.c_uint32),
        ("_reserved1", _ctypes.c_uint8 * 44),
    ]
    if _typing.TYPE_CHECKING:
        first = _Field[_builtins.int, _builtins.int](None, "")
        second = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            first: _builtins.int = ...,
            second: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Line,
    64,
    {
        "first": (0, 1),
        "second": (16, 4),
    },
    [
        "<u1",
        "<u4",
    ],
    {
        "first": lambda _raw, _name: _t.IntField(_raw, _name, 0, 255),
        "second": lambda _raw, _name: _t.IntField(_raw, _name, 0, 4294967295),
# [9 lines as in ../struct/schema.py]
        Line: _TypeAlias = Line
