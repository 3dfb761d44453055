# [25 lines as in ../empty/schema.py]
    "Tick",
# [6 lines as in ../empty/schema.py]


class Tick(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("number", _ctypes.c_uint64),
    ]
    if _typing.TYPE_CHECKING:
        number = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            number: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Tick,
    8,
    {
        "number": (0, 8),
    },
    [
        "<u8",
    ],
    {
        "number": lambda _raw, _name: _t.IntField(_raw, _name, 0, 18446744073709551615),
    },
)


if _typing.TYPE_CHECKING:

    class _Types:
        """The types of this module, for modules that import it."""

        Tick: _TypeAlias = Tick
