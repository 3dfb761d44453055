# [24 lines as in ../segment/schema.py]
    "Robot",
# [8 lines as in ../empty/schema.py]


class Robot(_t.Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("x", _ctypes.c_double),
    ]
    if _typing.TYPE_CHECKING:
        x = _Field[_builtins.float, _builtins.float](None, "")

        def __init__(
            self,
            *,
            x: _builtins.float = ...,
        ) -> None: ...


_t.lay_out(
    Robot,
    8,
    {
        "x": (0, 8),
    },
    [
        "<f8",
    ],
    {
        "x": lambda _raw, _name: _t.FloatField(_raw, _name, 1.7976931348623157e+308),
# [9 lines as in ../struct/schema.py]
        Robot: _TypeAlias = Robot


class Feed(_t.Segment):
    """The segment feed."""

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"S`\x00\x00\x00\x06\x00golden\x04\x00feedT:\x00\x00\x00\x00\x00\x05\x00Robot\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f\x1c\x00\x00\x00\x01\x00x\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00f64\x00\x00\x00\x00A\x0e\x00\x00\x00\x05\x00robot\x05\x00Robot"
# [8 lines as in ../segment/schema.py]

    def __init__(self, _attachment: _typing.Any) -> None:
        import shm_runtime as _shm_runtime

        super().__init__(_attachment)
        #: Where it is.
        self.robot = _shm_runtime.State(_attachment, 0, "robot", Robot)
