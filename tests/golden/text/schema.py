# [14 lines as in ../empty/schema.py]
    "Named",
# [499 lines as in ../empty/schema.py]


class Named(_Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("name", _ctypes.c_char * 12),
    ]
    if _typing.TYPE_CHECKING:
        name = _Field[str, str](None, "")

        def __init__(
            self,
            *,
            name: str = ...,
        ) -> None: ...


_lay_out(
    Named,
    12,
    {
        "name": (0, 12),
    },
    [
        "S12",
    ],
    {
        "name": lambda raw, name: _Str(raw, name),
# [9 lines as in ../struct/schema.py]
        Named: _TypeAlias = Named
