# [23 lines as in ../empty/schema.py]
    "Order",
    "SCHEMA",
    "SCHEMA_VERSION",
    "Side",
# [8 lines as in ../struct/schema.py]
class Side(_t.Enum):
    """An enum of the schema."""

    BUY = 1


class Order(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("price", _ctypes.c_int64),
        ("ratio", _ctypes.c_float),
        ("side", _ctypes.c_uint8),
        ("venue", _ctypes.c_char * 7),
        ("_reserved0", _ctypes.c_uint8 * 4),
    ]
    if _typing.TYPE_CHECKING:
        price = _Field[_builtins.int, _builtins.int](None, "")
        """Default: 100."""
        ratio = _Field[_builtins.float, _builtins.float](None, "")
        """Default: 0.5."""
        side = _Field[Side, _builtins.int](None, "")
        """Default: BUY."""
        venue = _Field[_builtins.str, _builtins.str](None, "")
        """Default: \"XNAS\"."""

        def __init__(
            self,
            *,
            price: _builtins.int = ...,
            ratio: _builtins.float = ...,
            side: _builtins.int = ...,
            venue: _builtins.str = ...,
        ) -> None: ...


_t.lay_out(
    Order,
    24,
    {
        "price": (0, 8),
        "ratio": (8, 4),
        "side": (12, 1),
        "venue": (13, 7),
    },
    [
        "<i8",
        "<f4",
        "<u1",
        "S7",
    ],
    {
        "price": lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807),
        "ratio": lambda _raw, _name: _t.FloatField(_raw, _name, 3.4028235677973364e+38),
        "side": lambda _raw, _name: _t.NumberField(_raw, _name, Side, 0, 255),
        "venue": lambda _raw, _name: _t.StrField(_raw, _name),
    },
    defaults={
        "price": 100,
        "ratio": 0.5,
        "side": Side.BUY,
        "venue": "XNAS",
    },
    docs={
        "price": "Default: 100.",
        "ratio": "Default: 0.5.",
        "side": "Default: BUY.",
        "venue": "Default: \"XNAS\".",
# [9 lines as in ../struct/schema.py]
        Side: _TypeAlias = Side
        Order: _TypeAlias = Order
