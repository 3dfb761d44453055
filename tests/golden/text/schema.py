# [23 lines as in ../empty/schema.py]
    "Named",
# [8 lines as in ../empty/schema.py]


class Named(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("name", _ctypes.c_char * 12),
    ]
    if _typing.TYPE_CHECKING:
        name = _Field[_builtins.str, _builtins.str](None, "")

        def __init__(
            self,
            *,
            name: _builtins.str = ...,
        ) -> None: ...


_t.lay_out(
    Named,
    12,
    {
        "name": (0, 12),
    },
    [
        "S12",
    ],
    {
        "name": lambda _raw, _name: _t.StrField(_raw, _name),
# [9 lines as in ../struct/schema.py]
        Named: _TypeAlias = Named
