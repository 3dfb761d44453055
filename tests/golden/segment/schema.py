# [23 lines as in ../empty/schema.py]
    "Feed",
# [49 lines as in ../struct/schema.py]


class Feed(_t.Segment):
    """The segment feed.

    Created and shown by stat, and without functions yet:

    - `stop` (event)
    """

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"S\x19\x00\x00\x00\x06\x00golden\x04\x00feedN\x06\x00\x00\x00\x04\x00stop"
    #: Bytes of the whole segment.
    SIZE: _typing.Final = 8192
    _spec = {
        "version": "1.0",
        "address": "posix:/golden.feed",
        "mode": 0o600,
        "participants": 64,
    }
