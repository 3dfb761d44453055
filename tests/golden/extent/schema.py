# [25 lines as in ../empty/schema.py]
    "Trade",
# [8 lines as in ../struct/schema.py]
class Trade(_t.Struct):
    """The last 52 bytes are kept free for later versions."""

    __slots__ = ()
    _fields_ = [
        ("price", _ctypes.c_int64),
        ("quantity", _ctypes.c_uint32),
        ("_reserved0", _ctypes.c_uint8 * 52),
    ]
    if _typing.TYPE_CHECKING:
        price = _Field[_builtins.int, _builtins.int](None, "")
        quantity = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            price: _builtins.int = ...,
            quantity: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Trade,
    64,
    {
        "price": (0, 8),
        "quantity": (8, 4),
    },
    [
        "<i8",
        "<u4",
    ],
    {
        "price": lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807),
        "quantity": lambda _raw, _name: _t.IntField(_raw, _name, 0, 4294967295),
# [9 lines as in ../struct/schema.py]
        Trade: _TypeAlias = Trade
