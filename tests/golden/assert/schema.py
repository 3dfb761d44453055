# [22 lines as in ../empty/schema.py]
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
        one = _Field[int, int](None, "")
        two = _Field[int, int](None, "")

        def __init__(
            self,
            *,
            one: int = ...,
            two: int = ...,
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
        "one": lambda raw, name: _t.IntField(raw, name, 0, 18446744073709551615),
        "two": lambda raw, name: _t.IntField(raw, name, 0, 18446744073709551615),
# [9 lines as in ../struct/schema.py]
        Pair: _TypeAlias = Pair
