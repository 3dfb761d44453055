# [22 lines as in ../empty/schema.py]
# base lies beside this module: in the same package, or in none. A type checker finds it in one
# of the two ways; what it does not find can be a base class too, and adds nothing.
if _typing.TYPE_CHECKING:
    from .base import _Types as _base_module_inside  # type: ignore[import-not-found, import-untyped, attr-defined, unused-ignore]
    from base import _Types as _base_module_outside  # type: ignore[import-not-found, import-untyped, attr-defined, unused-ignore]

    class _base_module(_base_module_inside, _base_module_outside):  # type: ignore[misc, unused-ignore]
        """Its types."""

elif "." in __name__:
    from . import base as _base_module
else:
    import base as _base_module

__all__ = [
    "Event",
# [8 lines as in ../empty/schema.py]


class Event(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("at", _base_module.Stamp),
        ("number", _ctypes.c_uint64),
    ]
    if _typing.TYPE_CHECKING:
        at = _Field[_base_module.Stamp, _base_module.Stamp](None, "")
        number = _Field[_builtins.int, _builtins.int](None, "")

        def __init__(
            self,
            *,
            at: _base_module.Stamp = ...,
            number: _builtins.int = ...,
        ) -> None: ...


_t.lay_out(
    Event,
    16,
    {
        "at": (0, 8),
        "number": (8, 8),
    },
    [
        _base_module.Stamp._layout,
        "<u8",
    ],
    {
        "at": lambda _raw, _name: _t.StructField(_raw, _name, _base_module.Stamp),
# [10 lines as in ../struct/schema.py]
        Event: _TypeAlias = Event
