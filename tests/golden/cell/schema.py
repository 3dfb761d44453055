# [76 lines as in ../segment/schema.py]
    """The segment feed."""

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"Sb\x00\x00\x00\x06\x00golden\x04\x00feedT>\x00\x00\x00\x00\x00\x04\x00Tick\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f!\x00\x00\x00\x06\x00number\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00u64\x00\x00\x00\x00C\x0c\x00\x00\x00\x04\x00last\x04\x00Tick"
# [8 lines as in ../segment/schema.py]

    def __init__(self, _attachment: _typing.Any) -> None:
        import shm_runtime as _shm_runtime

        super().__init__(_attachment)
        #: The one before now.
        self.last = _shm_runtime.Cell(_attachment, 0, "last", Tick)
