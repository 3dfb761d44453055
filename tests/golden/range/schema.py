# [22 lines as in ../empty/schema.py]
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
        celsius = _Field[float, float](None, "")
        """Range: at least -273.15."""
        percent = _Field[int, int](None, "")
        """Range: at most 100."""
        hours = _Field[_Array[int, int], _typing.Sequence[int]](None, "")
        """Range: -12 to 12."""

        def __init__(
            self,
            *,
            celsius: float = ...,
            percent: int = ...,
            hours: _typing.Sequence[int] = ...,
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
        "celsius": lambda raw, name: _t.FloatField(raw, name, 1.7976931348623157e+308, range=(-273.15, None)),
        "percent": lambda raw, name: _t.IntField(raw, name, 0, 255, range=(None, 100)),
        "hours": lambda raw, name: _t.ArrayField(raw, name, (4,), lambda raw, name: _t.IntField(raw, name, -128, 127, range=(-12, 12)), _ctypes.c_int8 * 4),
    },
    docs={
        "celsius": "Range: at least -273.15.",
        "percent": "Range: at most 100.",
        "hours": "Range: -12 to 12.",
# [9 lines as in ../struct/schema.py]
        Reading: _TypeAlias = Reading
