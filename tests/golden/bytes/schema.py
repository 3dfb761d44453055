# [22 lines as in ../empty/schema.py]
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
        raw = _Field[bytes, bytes](None, "")
        sums = _Field[_Array[int, int], _typing.Sequence[int]](None, "")

        def __init__(
            self,
            *,
            raw: bytes = ...,
            sums: _typing.Sequence[int] = ...,
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
        "raw": lambda raw, name: _t.BytesField(raw, name),
        "sums": lambda raw, name: _t.ArrayField(raw, name, (3,), lambda raw, name: _t.IntField(raw, name, 0, 65535), _ctypes.c_uint16 * 3),
# [9 lines as in ../struct/schema.py]
        Packet: _TypeAlias = Packet
