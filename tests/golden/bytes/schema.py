# [23 lines as in ../empty/schema.py]
    "Packet",
# [8 lines as in ../empty/schema.py]


class Packet(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("raw", _ctypes.c_uint8 * 6),
        ("sums", _ctypes.c_uint16 * 3),
    ]
    if _typing.TYPE_CHECKING:
        raw = _Field[_builtins.bytes, _builtins.bytes](None, "")
        sums = _Field[_Array[_builtins.int, _builtins.int], _typing.Sequence[_builtins.int]](None, "")

        def __init__(
            self,
            *,
            raw: _builtins.bytes = ...,
            sums: _typing.Sequence[_builtins.int] = ...,
        ) -> None: ...


_t.lay_out(
    Packet,
    12,
    {
        "raw": (0, 6),
        "sums": (6, 6),
    },
    [
        ("u1", (6,)),
        ("<u2", (3,)),
    ],
    {
        "raw": lambda _raw, _name: _t.BytesField(_raw, _name),
        "sums": lambda _raw, _name: _t.ArrayField(_raw, _name, (3,), lambda _raw, _name: _t.IntField(_raw, _name, 0, 65535), _ctypes.c_uint16 * 3),
# [9 lines as in ../struct/schema.py]
        Packet: _TypeAlias = Packet
