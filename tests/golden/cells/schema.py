# [76 lines as in ../segment/schema.py]
    """The segment feed."""

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"Sj\x00\x00\x00\x06\x00golden\x04\x00feedT>\x00\x00\x00\x00\x00\x04\x00Tick\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f!\x00\x00\x00\x06\x00number\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00u64\x00\x00\x00\x00V\x14\x00\x00\x00\x04\x00each\x04\x00Tick\x03\x00\x00\x00\x00\x00\x00\x00"
    #: Bytes of the whole segment.
    SIZE: _typing.Final = 12288
# [6 lines as in ../segment/schema.py]

    def __init__(self, _attachment: _typing.Any) -> None:
        import shm_runtime as _shm_runtime

        super().__init__(_attachment)
        self.each = _shm_runtime.Cells(_attachment, 0, "each", Tick, 3)
