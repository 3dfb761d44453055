# [25 lines as in ../empty/schema.py]
    "Trade",
# [8 lines as in ../struct/schema.py]
class Trade(_t.Struct):
    """Reserved: 4 bytes at 8 (formerly fee)."""

    __slots__ = ()
    _fields_ = [
        ("price", _ctypes.c_int64),
        ("_reserved0", _ctypes.c_uint8 * 8),
    ]
    if _typing.TYPE_CHECKING:
        price = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            price: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Trade,
    16,
    {
        "price": (0, 8),
    },
    [
        "<i8",
    ],
    {
        "price": lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807),
# [9 lines as in ../struct/schema.py]
        Trade: _TypeAlias = Trade
