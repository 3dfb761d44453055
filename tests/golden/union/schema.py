# [23 lines as in ../empty/schema.py]
    "Payload",
# [8 lines as in ../empty/schema.py]


class _Payload_held(_ctypes.Union):
    _fields_ = [
        ("_bytes", _ctypes.c_uint8 * 8),
        ("price", _ctypes.c_int64 * 1),
    ]


class _Payload_raw(_ctypes.Structure):
    _fields_ = [
        ("tag", _ctypes.c_uint8),
        ("_reserved0", _ctypes.c_uint8 * 7),
        ("held", _Payload_held),
    ]


class Payload(_t.Union):
    """What a message carries."""

    __slots__ = ()
    if _typing.TYPE_CHECKING:
        nothing: _TypeAlias = "_Payload_variant_nothing"
        price: _TypeAlias = "_Payload_variant_price"
        unknown: _TypeAlias = "_Payload_variant_unknown"


if _typing.TYPE_CHECKING:

    class _Payload_variant_nothing(Payload):
        __match_args__ = ()

        def __init__(self) -> None: ...

    class _Payload_variant_price(Payload):
        """A price."""

        __match_args__ = ("value",)

        def __init__(self, value: _builtins.int) -> None: ...
        @_builtins.property
        def value(self) -> _builtins.int: ...

    class _Payload_variant_unknown(Payload):
        """A variant of another version, with all that lies behind its tag."""

        __match_args__ = ("tag", "value")

        def __init__(self, tag: _builtins.int, value: _builtins.bytes) -> None: ...
        @_builtins.property
        def value(self) -> _builtins.bytes: ...


_t.lay_out_union(
    Payload,
    _Payload_raw,
    16,
    {"tag": (0, 1), "held": (8, 8)},
    "<u1",
    variants={
        "nothing": (0, 0, None, None),
        "price": (1, 8, "<i8", lambda _raw, _name: _t.IntField(_raw, _name, -9223372036854775808, 9223372036854775807)),
# [9 lines as in ../struct/schema.py]
        Payload: _TypeAlias = Payload
