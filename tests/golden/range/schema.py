# [23 lines as in ../empty/schema.py]
    "Reading",
# [8 lines as in ../empty/schema.py]


class Reading(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("celsius", _ctypes.c_double),
        ("percent", _ctypes.c_uint8),
        ("hours", _ctypes.c_int8 * 4),
        ("_reserved0", _ctypes.c_uint8 * 3),
    ]
    if _typing.TYPE_CHECKING:
        celsius = _Field[_builtins.float, _builtins.float](None, "")
        """Range: at least -273.15."""
        percent = _Field[_builtins.int, _builtins.int](None, "")
        """Range: at most 100."""
        hours = _Field[_Array[_builtins.int, _builtins.int], _typing.Sequence[_builtins.int]](None, "")
        """Range: -12 to 12."""

        def __init__(
            self,
            *,
            celsius: _builtins.float = ...,
            percent: _builtins.int = ...,
            hours: _typing.Sequence[_builtins.int] = ...,
        ) -> None: ...


_t.lay_out(
    Reading,
    16,
    {
        "celsius": (0, 8),
        "percent": (8, 1),
        "hours": (9, 4),
    },
    [
        "<f8",
        "<u1",
        ("<i1", (4,)),
    ],
    {
        "celsius": lambda _raw, _name: _t.FloatField(_raw, _name, 1.7976931348623157e+308, range=(-273.15, None)),
        "percent": lambda _raw, _name: _t.IntField(_raw, _name, 0, 255, range=(None, 100)),
        "hours": lambda _raw, _name: _t.ArrayField(_raw, _name, (4,), lambda _raw, _name: _t.IntField(_raw, _name, -128, 127, range=(-12, 12)), _ctypes.c_int8 * 4),
    },
    docs={
        "celsius": "Range: at least -273.15.",
        "percent": "Range: at most 100.",
        "hours": "Range: -12 to 12.",
# [9 lines as in ../struct/schema.py]
        Reading: _TypeAlias = Reading
