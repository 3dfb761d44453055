# [23 lines as in ../empty/schema.py]
    "Order",
# [8 lines as in ../empty/schema.py]


class _i64_optional(_t.Room):
    _fields_ = [
        ("has", _ctypes.c_uint8),
        ("_reserved0", _ctypes.c_uint8 * 7),
        ("value", _ctypes.c_int64 * 1),
    ]


_t.lay_out_room(
    _i64_optional,
    16,
    {
        "has": (0, 1, "<u1"),
        "value": (8, 8, "<i8"),
    },
)


class Order(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("limit", _i64_optional),
    ]
    if _typing.TYPE_CHECKING:
        limit = _Field[_typing.Optional[_builtins.int], _typing.Optional[_builtins.int]](None, "")

        def __init__(
            self,
            *,
            limit: _typing.Optional[_builtins.int] = ...,
        ) -> None: ...


_t.lay_out(
    Order,
    16,
    {
        "limit": (0, 16),
    },
    [
        _i64_optional._layout,
    ],
    {
        "limit": lambda _raw, _name: _t.OptionalField(_raw, _name, _i64_optional, lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807)),
# [9 lines as in ../struct/schema.py]
        Order: _TypeAlias = Order
