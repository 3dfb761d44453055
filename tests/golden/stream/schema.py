# [26 lines as in ../segment/schema.py]
# [8 lines as in ../struct/schema.py]
class Feed(_t.Segment):
    """The segment feed.

    Created and shown by stat, and without functions yet:

    - `log` (stream)
    """

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"S \x00\x00\x00\x06\x00golden\x04\x00feedB\r\x00\x00\x00\x03\x00log\x00\x10\x00\x00\x00\x00\x00\x00"
    #: Bytes of the whole segment.
    SIZE: _typing.Final = 12288
# [6 lines as in ../segment/schema.py]
