# [23 lines as in ../empty/schema.py]
    "Level",
# [8 lines as in ../empty/schema.py]


class Level(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("price", _ctypes.c_int64),
        ("row", _ctypes.c_float * 4),
    ]
    if _typing.TYPE_CHECKING:
        price = _Field[_builtins.int, _builtins.int](None, "")
        """Unit: 1e-8 USD."""
        row = _Field[_Array[_builtins.float, _builtins.float], _typing.Sequence[_builtins.float]](None, "")

        def __init__(
            self,
            *,
            price: _builtins.int = ...,
            row: _typing.Sequence[_builtins.float] = ...,
        ) -> None: ...


_t.lay_out(
    Level,
    24,
    {
        "price": (0, 8),
        "row": (8, 16),
    },
    [
        "<i8",
        ("<f4", (4,)),
    ],
    {
        "price": lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807, unit="1e-8 USD"),
        "row": lambda _raw, _name: _t.ArrayField(_raw, _name, (4,), lambda _raw, _name: _t.FloatField(_raw, _name, 3.4028235677973364e+38), _ctypes.c_float * 4),
    },
    docs={
        "price": "Unit: 1e-8 USD.",
# [9 lines as in ../struct/schema.py]
        Level: _TypeAlias = Level
