# [26 lines as in ../segment/schema.py]
# [8 lines as in ../struct/schema.py]
class Feed(_t.Segment):
    """The segment feed."""

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"S \x00\x00\x00\x06\x00golden\x04\x00feedB\r\x00\x00\x00\x03\x00log\x00\x10\x00\x00\x00\x00\x00\x00"
    #: Bytes of the whole segment.
    SIZE: _typing.Final = 12288
# [6 lines as in ../segment/schema.py]

    def __init__(self, _attachment: _typing.Any) -> None:
        import shm_runtime as _shm_runtime

        super().__init__(_attachment)
        #: What was said.
        self.log = _shm_runtime.ByteStream(_attachment, 0, "log", 4096)
