# [584 lines as in ../segment/schema.py]
        spec = shm_runtime.SegmentSpec(cls.CONTRACT, SCHEMA_VERSION, address="memfd:", mode=0o600, participants=64)
# [107 lines as in ../segment/schema.py]
