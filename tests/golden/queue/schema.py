# [76 lines as in ../segment/schema.py]
    """The segment feed."""

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"Sk\x00\x00\x00\x06\x00golden\x04\x00feedT>\x00\x00\x00\x00\x00\x04\x00Tick\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f!\x00\x00\x00\x06\x00number\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00u64\x00\x00\x00\x00Q\x15\x00\x00\x00\x05\x00ticks\x04\x00Tick\x10\x00\x00\x00\x00\x00\x00\x00"
# [8 lines as in ../segment/schema.py]

    def __init__(self, _attachment: _typing.Any) -> None:
        import shm_runtime as _shm_runtime

        super().__init__(_attachment)
        self.ticks = _shm_runtime.Queue(_attachment, 0, "ticks", Tick, 16)
