# [23 lines as in ../empty/schema.py]
    "OLD",
    "SCHEMA",
    "SCHEMA_VERSION",
    "Trade",
# [7 lines as in ../struct/schema.py]
#: Deprecated: use NEW.
OLD: _typing.Final = 2


class Trade(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("price", _ctypes.c_int64),
        ("fee", _ctypes.c_uint32),
        ("_reserved0", _ctypes.c_uint8 * 4),
    ]
    if _typing.TYPE_CHECKING:
        price = _Field[_builtins.int, _builtins.int](None, "")
        """Since 1.0."""
        fee = _Field[_builtins.int, _builtins.int](None, "")
        """Deprecated: use price."""

        def __init__(
            self,
            *,
            price: _builtins.int = ...,
            fee: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Trade,
    16,
    {
        "price": (0, 8),
        "fee": (8, 4),
    },
    [
        "<i8",
        "<u4",
    ],
    {
        "price": lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807),
        "fee": lambda _raw, _name: _t.IntField(_raw, _name, 0, 4294967295),
    },
    docs={
        "price": "Since 1.0.",
        "fee": "Deprecated: use price.",
# [9 lines as in ../struct/schema.py]
        Trade: _TypeAlias = Trade
