# [86 lines as in ../segment/schema.py]
    SIZE: _typing.Final = 2097152
    _spec = {
        "version": "1.0",
        "address": "posix:/golden.feed",
        "mode": 0o600,
        "participants": 64,
        "pages": "2M",
    }
