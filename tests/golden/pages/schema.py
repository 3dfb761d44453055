# [568 lines as in ../segment/schema.py]
    SIZE: _typing.Final = 2097152
# [15 lines as in ../segment/schema.py]
        spec = shm_runtime.SegmentSpec(cls.CONTRACT, SCHEMA_VERSION, address="posix:/golden.feed", mode=0o600, participants=64, pages="2M")
# [107 lines as in ../segment/schema.py]
