# [23 lines as in ../empty/schema.py]
    "Book",
# [8 lines as in ../empty/schema.py]


class _i64_list4(_t.Room):
    _fields_ = [
        ("count", _ctypes.c_uint32),
        ("_reserved0", _ctypes.c_uint8 * 4),
        ("items", _ctypes.c_int64 * 4),
    ]


_t.lay_out_room(
    _i64_list4,
    40,
    {
        "count": (0, 4, "<u4"),
        "items": (8, 32, ("<i8", (4,))),
    },
)


class Book(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("prices", _i64_list4),
    ]
    if _typing.TYPE_CHECKING:
        prices = _Field[_List[_builtins.int, _builtins.int], _typing.Sequence[_builtins.int]](None, "")

        def __init__(
            self,
            *,
            prices: _typing.Sequence[_builtins.int] = ...,
        ) -> None: ...


_t.lay_out(
    Book,
    40,
    {
        "prices": (0, 40),
    },
    [
        _i64_list4._layout,
    ],
    {
        "prices": lambda _raw, _name: _t.ListField(_raw, _name, _i64_list4, lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807)),
# [9 lines as in ../struct/schema.py]
        Book: _TypeAlias = Book
