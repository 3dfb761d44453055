# [584 lines as in ../segment/schema.py]
        spec = shm_runtime.SegmentSpec(cls.CONTRACT, SCHEMA_VERSION, address="posix:/golden.feed", mode=0o660, participants=64, owner="nobody", group="12345")
# [107 lines as in ../segment/schema.py]
