# [23 lines as in ../empty/schema.py]
    "Pair",
# [8 lines as in ../empty/schema.py]


class Pair(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("one", _ctypes.c_uint64),
        ("two", _ctypes.c_uint64),
    ]
    if _typing.TYPE_CHECKING:
        one = _Field[_builtins.int, _builtins.int](None, "")
        two = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            one: _builtins.int = ...,
            two: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Pair,
    16,
    {
        "one": (0, 8),
        "two": (8, 8),
    },
    [
        "<u8",
        "<u8",
    ],
    {
        "one": lambda _raw, _name: _t.IntField(_raw, _name, 0, 18446744073709551615),
        "two": lambda _raw, _name: _t.IntField(_raw, _name, 0, 18446744073709551615),
# [9 lines as in ../struct/schema.py]
        Pair: _TypeAlias = Pair
